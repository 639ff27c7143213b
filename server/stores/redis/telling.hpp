#pragma once

#include <deque>
#include <span>
#include <string>
#include <vector>

#include "server/domain/event.hpp"
#include "server/ledger/record.hpp"
#include "server/stores/redis/designs.hpp"

namespace fairrush::server {

/// A command that tells Redis a piece of what the ledger has; see lua/tell.lua.
struct ToldPiece {
  std::string command;
  RedisKey key{};
  std::vector<std::string> arguments = {};
};

/// All that Redis is to be told of an event.
struct Telling {
  std::deque<ToldPiece> pieces;
  std::vector<std::string> state;  ///< fields and values that end it; see lua/tell_end.lua
};

/// What makes a Redis that knows nothing of an event know what `facts`, the ledger's, say: who
/// holds which ticket, whose which coupon is and under which key, what was spent, what is left.
/// Pure. O(facts + coupons left).
Telling telling_of(const RedisDesign& design, const EventSpec& spec,
                   std::span<const LedgerRecord> facts);

/// When Redis may forget an event: a day after its last coupon has expired, so that every late
/// question finds its answer; a day from now when that has passed and somebody asked again.
WallTime forgotten_at(const EventSpec& spec, WallTime now);

}  // namespace fairrush::server
