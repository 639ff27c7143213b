#include "server/domain/roster.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/assert.hpp"

namespace fairrush::server {
namespace {

constexpr std::size_t kSlotsMin = 16;

}  // namespace

Token token_of(UserIndex user, const HmacSha256& salted) {
  std::array<char, 10> decimal{};
  const auto end = std::to_chars(decimal.data(), decimal.data() + decimal.size(), user.value()).ptr;
  const std::string_view text(decimal.data(), static_cast<std::size_t>(end - decimal.data()));
  const Digest mac = salted({bytes_of(text)});
  Token token;
  std::copy_n(mac.begin(), token.size(), token.begin());
  return token;
}

Roster::Roster(ByteView salt) : salted_(salt), slots_(kSlotsMin) {}

void Roster::expect_dense(std::uint32_t users) {
  FAIRRUSH_ASSERT(users_.empty());
  dense_.resize(users);
  users_.reserve(users);
}

TicketNumber Roster::admit(UserIndex user) {
  FAIRRUSH_ASSERT(size() < kSizeMax);
  FAIRRUSH_ASSERT(!ticket_of(user));
  users_.push_back(user);
  if (user.value() < dense_.size()) {
    dense_[user.value()] = size();
    return TicketNumber(size());
  }
  if (slots_.size() < 2 * (sparse_ + 1)) grow();
  slots_[slot_of(user.value())] = {user.value(), size()};
  ++sparse_;
  return TicketNumber(size());
}

std::span<const Token> Roster::tokens_up_to(std::uint32_t tickets) const {
  while (tokens_.size() < tickets) tokens_.push_back(token_of(users_.at(tokens_.size()), salted_));
  return std::span(tokens_).first(tickets);
}

std::size_t Roster::home_of(std::uint32_t user) const {
  std::uint64_t hash = user * std::uint64_t{0x9E3779B97F4A7C15};  // Fibonacci hashing
  hash ^= hash >> 32;
  return hash & (slots_.size() - 1);
}

/// The slot that holds `user`, or the free one where they would go.
std::size_t Roster::slot_of(std::uint32_t user) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t index = home_of(user);
  while (slots_[index].ticket != 0 && slots_[index].user != user) index = (index + 1) & mask;
  return index;
}

void Roster::grow() {
  const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
  for (const Slot& slot : old) {
    if (slot.ticket != 0) slots_[slot_of(slot.user)] = slot;
  }
}

}  // namespace fairrush::server
