#include "server/domain/roster.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/assert.hpp"

namespace fairrush::server {
namespace {

constexpr std::size_t kSlotsMin = 16;

}  // namespace

Token token_of(UserIndex user, ByteView salt) {
  std::array<char, 10> decimal{};
  const auto end = std::to_chars(decimal.data(), decimal.data() + decimal.size(), user.value()).ptr;
  const std::string_view text(decimal.data(), static_cast<std::size_t>(end - decimal.data()));
  const Digest mac = hmac_sha256(salt, bytes_of(text));
  Token token;
  std::copy_n(mac.begin(), token.size(), token.begin());
  return token;
}

Roster::Roster(Bytes salt) : salt_(std::move(salt)), slots_(kSlotsMin) {}

TicketNumber Roster::admit(UserIndex user) {
  FAIRRUSH_ASSERT(size() < kSizeMax);
  if (slots_.size() < 2 * (users_.size() + 1)) grow();
  Slot& slot = slots_[slot_of(user.value())];
  FAIRRUSH_ASSERT(slot.ticket == 0);
  users_.push_back(user);
  slot = {user.value(), size()};
  return TicketNumber(size());
}

std::optional<TicketNumber> Roster::ticket_of(UserIndex user) const {
  const Slot& slot = slots_[slot_of(user.value())];
  if (slot.ticket == 0) return std::nullopt;
  return TicketNumber(slot.ticket);
}

std::span<const Token> Roster::tokens_up_to(std::uint32_t tickets) const {
  while (tokens_.size() < tickets) tokens_.push_back(token_of(users_.at(tokens_.size()), salt_));
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
