#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "loadgen/ledger/readers.hpp"
#include "loadgen/ledger/redis_connection.hpp"
#include "loadgen/ledger/text_template.hpp"

namespace fairrush::loadgen {
namespace {

using Done = std::expected<void, std::string>;
using Command = RedisConnection::Command;

constexpr std::string_view kUsualMember = "{user}:{coupon}";
/// A hash is matched as "field=value".
constexpr std::string_view kUsualField = "{user}={coupon}";
/// Elements a SCAN aims at in one answer, and a list gives in one.
constexpr std::string_view kPage = "1000";
constexpr std::size_t kPageElements = 1'000;

/// What {user} stands for in templates: digits, unless users have names.
UserText user_text(const analysis::UserOf& user_of) {
  return user_of ? UserText::any : UserText::digits;
}

/// Reads one Redis key, or all keys that fit a template, into a ledger.
class RedisReader {
 public:
  RedisReader(RedisConnection connection, std::string_view key, TextTemplate member,
              analysis::UserOf user_of)
      : connection_(std::move(connection)),
        key_text_(key),
        key_(*TextTemplate::parse(key, user_text(user_of))),
        member_(std::move(member)),
        user_of_(std::move(user_of)) {}

  LedgerRead read() {
    const Done done = key_.is_literal() ? read_key() : read_keys();
    if (!done) return std::unexpected(done.error());
    return std::move(ledger_);
  }

 private:
  Done read_key();
  Done read_list();
  Done scan_members(std::string_view command);
  Done take_member(std::string_view member);

  Done read_keys();
  Done take_keys(const std::vector<std::string>& keys);
  Done take_value(const std::string& key, const RedisAnswer& type, const RedisAnswer& value);
  Done take_hash(const std::string& key, const TextTemplate::Found& named,
                 const RedisAnswer& fields);

  Done add(const analysis::LedgerFields& fields, std::string_view where);

  RedisConnection connection_;
  std::string key_text_;
  TextTemplate key_;
  TextTemplate member_;
  analysis::UserOf user_of_;
  analysis::Ledger ledger_;
};

Done RedisReader::add(const analysis::LedgerFields& fields, std::string_view where) {
  auto row = analysis::ledger_row(fields, user_of_);
  if (!row) return std::unexpected(fmt::format("'{}': {}", analysis::excerpt(where), row.error()));
  ledger_.push_back(std::move(*row));
  return {};
}

Done RedisReader::take_member(std::string_view member) {
  const auto found = member_.match(member);
  if (!found) {
    return std::unexpected(fmt::format("'{}' of the key '{}' does not fit the member's template",
                                       analysis::excerpt(member), key_text_));
  }
  return add({.user = found->user, .coupon = found->coupon}, member);
}

Done RedisReader::read_key() {
  const auto type = connection_.ask({"TYPE", key_text_});
  if (!type) return std::unexpected(type.error());
  if (type->text() == "list") return read_list();
  if (type->text() == "set") return scan_members("SSCAN");
  if (type->text() == "hash") return scan_members("HSCAN");
  if (type->text() == "none") {
    return std::unexpected(fmt::format("no key '{}', expected a hash, a list or a set", key_text_));
  }
  return std::unexpected(fmt::format("the key '{}' is a {}, expected a hash, a list or a set",
                                     key_text_, type->text()));
}

Done RedisReader::read_list() {
  for (std::size_t from = 0;; from += kPageElements) {
    const auto page = connection_.ask(
        {"LRANGE", key_text_, std::to_string(from), std::to_string(from + kPageElements - 1)});
    if (!page) return std::unexpected(page.error());
    if (page->size() == 0) return {};
    for (std::size_t element = 0; element < page->size(); ++element) {
      if (auto taken = take_member(page->text(element)); !taken) return taken;
    }
  }
}

/// Goes through a set or a hash. A scan may show an element twice, so what was seen is remembered.
Done RedisReader::scan_members(std::string_view command) {
  const bool is_hash = command == "HSCAN";
  std::unordered_set<std::string> seen;
  std::string cursor = "0";
  do {
    const auto page =
        connection_.ask({std::string(command), key_text_, cursor, "COUNT", std::string(kPage)});
    if (!page) return std::unexpected(page.error());
    cursor = page->text(0);
    const auto texts = page->texts(1);
    const std::size_t step = is_hash ? 2 : 1;
    for (std::size_t i = 0; i + step <= texts.size(); i += step) {
      if (!seen.emplace(texts[i]).second) continue;
      const std::string member =
          is_hash ? fmt::format("{}={}", texts[i], texts[i + 1]) : std::string(texts[i]);
      if (auto taken = take_member(member); !taken) return taken;
    }
  } while (cursor != "0");
  return {};
}

Done RedisReader::read_keys() {
  std::unordered_set<std::string> seen;
  std::string cursor = "0";
  do {
    const auto page =
        connection_.ask({"SCAN", cursor, "MATCH", key_.glob(), "COUNT", std::string(kPage)});
    if (!page) return std::unexpected(page.error());
    cursor = page->text(0);
    std::vector<std::string> fresh;
    for (const std::string_view key : page->texts(1)) {
      const auto [known, is_new] = seen.emplace(key);
      if (is_new) fresh.push_back(*known);
    }
    if (auto taken = take_keys(fresh); !taken) return taken;
  } while (cursor != "0");
  if (!seen.empty()) return {};
  return std::unexpected(fmt::format("no key fits '{}'", key_text_));
}

/// The command that reads a value of a type; empty for a type that holds no coupons.
Command command_for(std::string_view type, const std::string& key) {
  if (type == "string") return {"GET", key};
  if (type == "hash") return {"HMGET", key, "user", "coupon", "round", "issued_at_ms", "issued_at"};
  if (type == "set") return {"SMEMBERS", key};
  if (type == "list") return {"LRANGE", key, "0", "-1"};
  return {};
}

Done RedisReader::take_keys(const std::vector<std::string>& keys) {
  std::vector<Command> questions;
  for (const std::string& key : keys) questions.push_back({"TYPE", key});
  const auto types = connection_.ask(questions);
  if (!types) return std::unexpected(types.error());
  questions.clear();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    questions.push_back(command_for(types->at(i).text(), keys[i]));
    if (questions.back().empty()) {
      return std::unexpected(
          fmt::format("the key '{}' is a {}, expected a string, a hash, a list "
                      "or a set",
                      analysis::excerpt(keys[i]), types->at(i).text()));
    }
  }
  const auto values = connection_.ask(questions);
  if (!values) return std::unexpected(values.error());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (auto taken = take_value(keys[i], types->at(i), values->at(i)); !taken) return taken;
  }
  return {};
}

Done RedisReader::take_hash(const std::string& key, const TextTemplate::Found& named,
                            const RedisAnswer& fields) {
  constexpr std::size_t kUser = 0;
  constexpr std::size_t kCoupon = 1;
  constexpr std::size_t kRound = 2;
  constexpr std::size_t kIssuedAtMs = 3;
  constexpr std::size_t kIssuedAt = 4;
  const auto text_if = [&fields](std::size_t place) {
    return fields.is_nil(place) ? std::nullopt : std::optional(fields.text(place));
  };
  return add({.user = named.user.empty() ? fields.text(kUser) : named.user,
              .coupon = named.coupon.empty() ? fields.text(kCoupon) : named.coupon,
              .round = text_if(kRound),
              .issued_at_ms = text_if(kIssuedAtMs),
              .issued_at = text_if(kIssuedAt)},
             key);
}

Done RedisReader::take_value(const std::string& key, const RedisAnswer& type,
                             const RedisAnswer& value) {
  const auto named = key_.match(key);
  if (!named) {
    return std::unexpected(
        fmt::format("the key '{}' does not fit '{}'", analysis::excerpt(key), key_text_));
  }
  if (!named->user.empty() && !named->coupon.empty()) {
    return add({.user = named->user, .coupon = named->coupon}, key);
  }
  if (type.text() == "hash") return take_hash(key, *named, value);
  std::vector<std::string_view> texts;
  if (value.is_text()) texts.push_back(value.text());
  for (std::size_t element = 0; element < value.size(); ++element) {
    texts.push_back(value.text(element));
  }
  for (const std::string_view text : texts) {
    Done taken;
    if (!named->user.empty()) {
      taken = add({.user = named->user, .coupon = text}, key);
    } else if (!named->coupon.empty()) {
      taken = add({.user = text, .coupon = named->coupon}, key);
    } else {
      taken = take_member(text);
    }
    if (!taken) return taken;
  }
  if (!texts.empty()) return {};
  return std::unexpected(
      fmt::format("the key '{}' went away while it was read", analysis::excerpt(key)));
}

/// The template of members: as given, else the usual one of what the key is.
std::expected<TextTemplate, std::string> member_template(const LedgerSource& source,
                                                         RedisConnection& connection,
                                                         const std::string& key) {
  if (!source.member.empty()) {
    return TextTemplate::parse(source.member, user_text(source.user_of));
  }
  const auto type = connection.ask({"TYPE", key});
  if (!type) return std::unexpected(type.error());
  return TextTemplate::parse(type->text() == "hash" ? kUsualField : kUsualMember,
                             user_text(source.user_of));
}

}  // namespace

LedgerRead read_redis_ledger(const LedgerSource& source, const std::string& event) {
  const auto address = parse_redis_url(source.place);
  if (!address) return std::unexpected(address.error());
  auto connection = RedisConnection::open(*address);
  if (!connection) return std::unexpected(connection.error());
  const std::string key = with_event(source.key, event);
  auto member = member_template(source, *connection, key);
  if (!member) return std::unexpected(member.error());
  return RedisReader(std::move(*connection), key, std::move(*member), source.user_of).read();
}

}  // namespace fairrush::loadgen
