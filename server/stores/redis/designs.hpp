#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/event.hpp"
#include "server/stores/redis/scripts.hpp"

namespace fairrush::server {

/// Places of an event's keys among those that every script is called with.
enum class RedisKey : std::uint8_t {
  state,     ///< hash: life, counters, when all of this ends
  active,    ///< string: tickets handed out
  tickets,   ///< hash: user → ticket, key
  issued,    ///< hash: user → coupon and how it was won
  redeemed,  ///< hash: coupon → order, amount, key
  losers,    ///< bitmap by ticket: who was told that they lost
  log,       ///< stream: decisions that the ledger may not have yet
  stock,     ///< what the design takes coupons from
  given,     ///< what the design keeps of coupons given out
  lock,      ///< string: who decides at the moment, where the design locks
};
inline constexpr std::size_t kRedisKeys = 10;

/// What a design's stock is.
enum class RedisStock : std::uint8_t {
  list,     ///< of coupons' numbers, in their order, grown with the roster
  counter,  ///< of coupons left, grown with the roster
  queue,    ///< of "number:discount", shuffled, filled when the roster is final
  drawn,    ///< none: a draw says whose the coupons are
  waiting,  ///< a hash of claims that wait for their window's draw
};

/// A design as Redis runs it.
struct RedisDesign {
  std::string_view name;
  std::string_view help;
  RedisStock stock{};
  RedisScript RedisScripts::* claim = nullptr;  ///< what decides claims
  std::string_view issued_key = "issued_*";     ///< names of keys; the star stands for the event
  std::string_view stock_key = "coupons_*";
  std::string_view given_key = "coupons_*_reserved";
  bool given_is_set = false;  ///< of users; else a list of coupons
  bool locks = false;         ///< claims are decided under a lock
};

/// The designs that run on Redis.
std::span<const RedisDesign> redis_designs();

/// The design of that name, or null.
const RedisDesign* find_redis_design(std::string_view name);

/// The keys of an event, in the order of RedisKey. Braces around its name keep them together in a
/// cluster.
std::vector<std::string> event_keys(std::string_view event, const RedisDesign& design);

/// Whether a design's stock grows with every reservation, where the quota is a share.
bool grows_with_roster(const RedisDesign& design);

/// A share's parts of 10⁹.
std::uint32_t parts_of(const QuotaRule& share);

/// Why a loser lost.
ErrorCode loss_of(const RedisDesign& design);

/// Coupons for a roster under a design.
std::uint32_t coupons_for(const RedisDesign& design, const QuotaRule& rule, std::uint32_t roster);

}  // namespace fairrush::server
