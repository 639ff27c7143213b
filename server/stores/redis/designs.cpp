#include "server/stores/redis/designs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace fairrush::server {
namespace {

constexpr std::array kDesigns{
    RedisDesign{.name = "sealed-draw",
                .help = "a committed, verifiable draw over the roster; a claim only reveals",
                .stock = RedisStock::drawn,
                .claim = &RedisScripts::sealed_draw_claim},
    RedisDesign{.name = "ticket-list",
                .help = "first come, first served: tickets mint coupons, claims pop the list",
                .stock = RedisStock::list,
                .claim = &RedisScripts::ticket_list_claim},
    RedisDesign{.name = "stock-counter",
                .help = "first come, first served from a counter, with a set of who has one",
                .stock = RedisStock::counter,
                .claim = &RedisScripts::stock_counter_claim,
                .stock_key = "coupon:stock:*",
                .given_key = "coupon:issued:*",
                .given_is_set = true},
    RedisDesign{.name = "preloaded-shuffle",
                .help = "first come, first served from a shuffled list of discounts",
                .stock = RedisStock::queue,
                .claim = &RedisScripts::preloaded_shuffle_claim,
                .issued_key = "couponIssued:*",
                .stock_key = "couponQueue:*"},
    RedisDesign{.name = "batch-draw",
                .help = "claims of a short window are drawn together for their share",
                .stock = RedisStock::waiting,
                .claim = &RedisScripts::batch_draw_join,
                .stock_key = "coupon:waiting:*"},
    RedisDesign{.name = "distributed-lock",
                .help = "first come, first served from a counter under a lock that expires",
                .stock = RedisStock::counter,
                .claim = &RedisScripts::distributed_lock_claim,
                .stock_key = "coupon:stock:*",
                .given_key = "coupon:issued:*",
                .given_is_set = true,
                .locks = true},
};

std::string named(std::string_view pattern, std::string_view event) {
  const std::size_t star = pattern.find('*');
  return fmt::format("{}{{{}}}{}", pattern.substr(0, star), event, pattern.substr(star + 1));
}

}  // namespace

std::span<const RedisDesign> redis_designs() {
  return kDesigns;
}

const RedisDesign* find_redis_design(std::string_view name) {
  const auto found = std::ranges::find(kDesigns, name, &RedisDesign::name);
  return found == kDesigns.end() ? nullptr : &*found;
}

std::vector<std::string> event_keys(std::string_view event, const RedisDesign& design) {
  const std::array<std::string_view, kRedisKeys> patterns{
      "state_*",         "active_*", "tickets_*",      design.issued_key, "redeemed_*",
      "coupon_losers_*", "log_*",    design.stock_key, design.given_key,  "coupon:lock:*"};
  std::vector<std::string> keys;
  for (const std::string_view pattern : patterns) keys.push_back(named(pattern, event));
  return keys;
}

bool grows_with_roster(const RedisDesign& design) {
  return design.stock == RedisStock::list || design.stock == RedisStock::counter;
}

std::uint32_t parts_of(const QuotaRule& share) {
  return share.coupons(1'000'000'000);
}

ErrorCode loss_of(const RedisDesign& design) {
  const bool drawn = design.stock == RedisStock::drawn || design.stock == RedisStock::waiting;
  return drawn ? ErrorCode::not_drawn : ErrorCode::sold_out;
}

std::uint32_t coupons_for(const RedisDesign& design, const QuotaRule& rule, std::uint32_t roster) {
  const bool drawn = design.stock == RedisStock::drawn || design.stock == RedisStock::waiting;
  const std::uint32_t coupons = rule.coupons(roster);
  return drawn ? std::min(coupons, roster) : coupons;
}

}  // namespace fairrush::server
