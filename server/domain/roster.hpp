#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/draw/digest.hpp"
#include "base/ids.hpp"

namespace fairrush::server {

/// A user's opaque name in the published roster.
using Token = std::array<std::uint8_t, 16>;

/// First 16 bytes of HMAC-SHA256(salt, user in decimal).
Token token_of(UserIndex user, ByteView salt);

/// The users who reserved, in ticket order, and each user's ticket. Any 32-bit user index may come:
/// an open-addressing table of 8 bytes a slot, at most half full, so that a sparse population costs
/// no more than a dense one. One thread.
class Roster {
 public:
  explicit Roster(Bytes salt);

  /// The next ticket for a user who holds none yet (asserted); at most kSizeMax users.
  TicketNumber admit(UserIndex user);

  /// The user's ticket; unset when they hold none. O(1).
  std::optional<TicketNumber> ticket_of(UserIndex user) const;

  UserIndex user_of(TicketNumber ticket) const { return users_.at(ticket.value() - 1); }
  const Token& token(TicketNumber ticket) const { return tokens_.at(ticket.value() - 1); }
  std::uint32_t size() const { return static_cast<std::uint32_t>(users_.size()); }

  /// In ticket order.
  const std::vector<Token>& tokens() const { return tokens_; }

  static constexpr std::uint32_t kSizeMax = 100'000'000;

 private:
  struct Slot {
    std::uint32_t user = 0;
    std::uint32_t ticket = 0;  ///< 0: free
  };

  std::size_t slot_of(std::uint32_t user) const;
  void grow();

  Bytes salt_;
  std::vector<UserIndex> users_;
  std::vector<Token> tokens_;
  std::vector<Slot> slots_;  ///< a power of two
};

}  // namespace fairrush::server
