#include "loadgen/dialect/user_names.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/history/record.hpp"

namespace fairrush::loadgen {

UserNames::UserNames(UserNaming naming)
    : naming_(std::move(naming)),
      identity_(naming_.identity, Escape::none,
                {.identity = naming_.identity, .constants = nullptr, .values = {}},
                {.feeder = naming_.feeder.get(), .seed = naming_.seed}) {
  by_hash_.reserve(naming_.users);
  std::string name;
  for (std::uint32_t user = 0; user < naming_.users; ++user) {
    name.clear();
    identity_.append(name, {.user = UserIndex(user)});
    by_hash_.emplace_back(analysis::receipt_hash(name), user);
  }
  std::ranges::sort(by_hash_);
}

std::expected<UserNames, std::string> UserNames::make(UserNaming naming) {
  UserNames names(std::move(naming));
  for (std::size_t place = 1; place < names.by_hash_.size(); ++place) {
    if (names.by_hash_[place - 1].first != names.by_hash_[place].first) continue;
    const UserIndex user(names.by_hash_[place].second);
    const std::string name = names.name_of(user);
    const auto other = names.known(name, user);
    if (!other) continue;
    return std::unexpected(fmt::format("users {} and {} are both called '{}', expected one each",
                                       other->value(), user.value(), name));
  }
  return names;
}

std::string UserNames::name_of(UserIndex user) const {
  std::string name;
  identity_.append(name, {.user = user});
  return name;
}

/// A user of that name besides `except`.
std::optional<UserIndex> UserNames::known(std::string_view name, UserIndex except) const {
  const std::uint64_t hash = analysis::receipt_hash(name);
  auto place = std::ranges::lower_bound(by_hash_, std::pair(hash, std::uint32_t{0}));
  for (; place != by_hash_.end() && place->first == hash; ++place) {
    const UserIndex user(place->second);
    if (user != except && name_of(user) == name) return user;
  }
  return std::nullopt;
}

UserIndex UserNames::index_of(std::string_view name) {
  constexpr UserIndex kNobody(UINT32_MAX);
  if (const auto user = known(name, kNobody)) return *user;
  const auto found = strangers_.find(name);
  if (found != strangers_.end()) return found->second;
  const UserIndex stranger(naming_.users + static_cast<std::uint32_t>(strangers_.size()));
  strangers_.emplace(name, stranger);
  return stranger;
}

std::expected<analysis::UserOf, std::string> users_by_name(UserNaming naming) {
  if (naming.is_index()) return analysis::UserOf();
  auto names = UserNames::make(std::move(naming));
  if (!names) return std::unexpected(names.error());
  return [shared = std::make_shared<UserNames>(std::move(*names))](std::string_view name) {
    return shared->index_of(name);
  };
}

std::expected<analysis::UserOf, std::string> users_of_run(const analysis::RunFacts& facts) {
  UserNaming naming{.seed = facts.seed, .users = static_cast<std::uint32_t>(facts.users)};
  for (const auto& [key, value] : facts.options) {
    if (key == "target.user" && !value.empty()) naming.identity = value;
    if (key != "target.feeder" || value.empty()) continue;
    auto feeder = Feeder::read(value, naming.users);
    if (!feeder) return std::unexpected("target.feeder of the run: " + feeder.error());
    naming.feeder = std::make_shared<const Feeder>(std::move(*feeder));
  }
  return users_by_name(std::move(naming));
}

}  // namespace fairrush::loadgen
