#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/draw/digest.hpp"
#include "base/ids.hpp"
#include "base/memory.hpp"

namespace fairrush::server {

/// A user's opaque name in the published roster.
using Token = std::array<std::uint8_t, 16>;

/// First 16 bytes of HMAC-SHA256(salt, user in decimal).
Token token_of(UserIndex user, const HmacSha256& salted);

/// The users who reserved, in ticket order, and each user's ticket. Any 32-bit user index may come:
/// an open-addressing table of 8 bytes a slot, at most half full, so that a sparse population costs
/// no more than a dense one. Who knows that users are dense says so. One thread.
class Roster {
 public:
  explicit Roster(ByteView salt);

  /// Finds users below `users` by their number alone, for 4 bytes each. Before the first `admit`.
  void expect_dense(std::uint32_t users);

  /// The next ticket for a user who holds none yet (asserted); at most kSizeMax users.
  TicketNumber admit(UserIndex user);

  /// The user's ticket; unset when they hold none. O(1).
  std::optional<TicketNumber> ticket_of(UserIndex user) const {
    const std::uint32_t ticket =
        user.value() < dense_.size() ? dense_[user.value()] : slots_[slot_of(user.value())].ticket;
    if (ticket == 0) return std::nullopt;
    return TicketNumber(ticket);
  }

  /// Warms the cache for a look-up of `user` that will soon come.
  void expect(UserIndex user) const {
    if (user.value() < dense_.size()) {
      __builtin_prefetch(&dense_[user.value()], 1);
    } else {
      __builtin_prefetch(&slots_[home_of(user.value())]);
    }
  }

  UserIndex user_of(TicketNumber ticket) const { return users_.at(ticket.value() - 1); }
  std::uint32_t size() const { return static_cast<std::uint32_t>(users_.size()); }

  /// A ticket's token. Tokens are computed when they are first asked for, in ticket order, so that
  /// a simulation, which never asks, does without a hash a user.
  const Token& token(TicketNumber ticket) const { return tokens_up_to(ticket.value()).back(); }
  /// In ticket order.
  std::span<const Token> tokens() const { return tokens_up_to(size()); }

  static constexpr std::uint32_t kSizeMax = 100'000'000;

 private:
  struct Slot {
    std::uint32_t user = 0;
    std::uint32_t ticket = 0;  ///< 0: free
  };

  std::span<const Token> tokens_up_to(std::uint32_t tickets) const;
  /// Where the search for `user` begins.
  std::size_t home_of(std::uint32_t user) const;
  std::size_t slot_of(std::uint32_t user) const;
  void grow();

  HmacSha256 salted_;
  LargeVector<UserIndex> users_;
  mutable std::vector<Token> tokens_;  ///< of the first tickets
  LargeVector<std::uint32_t> dense_;   ///< tickets of the first users; 0: none
  std::vector<Slot> slots_;            ///< of the other users; a power of two
  std::size_t sparse_ = 0;             ///< slots taken
};

}  // namespace fairrush::server
