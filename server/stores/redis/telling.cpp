#include "server/stores/redis/telling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

#include "server/designs/first_come/preloaded_shuffle.hpp"
#include "server/stores/redis/wish.hpp"

namespace fairrush::server {
namespace {

/// Few enough for one call to take well below a millisecond of Redis, and for Lua to unpack.
constexpr std::size_t kPieceArguments = 600;
constexpr std::size_t kLatePieces = 3;
constexpr Duration kKept = std::chrono::hours(24);

/// What the store knows a recorded request by.
std::string told_key(const std::string& idempotency_key) {
  return idempotency_key.empty() ? std::string() : store_key(idempotency_key, 0);
}

class Teller {
 public:
  Teller(const RedisDesign& design, const EventSpec& spec) : design_(design), spec_(spec) {}

  void tell(const ReservationGranted& fact) {
    roster_ = std::max(roster_, fact.ticket.value());
    const std::string ticket =
        fmt::format("{} {}", fact.ticket.value(), told_key(fact.idempotency_key));
    add("HSET", RedisKey::tickets, {std::to_string(fact.user.value()), ticket});
  }

  void tell(const CouponIssued& fact) {
    issues_ = std::max(issues_, fact.issue);
    given_.resize(std::max(given_.size(), std::size_t{fact.serial} + 1));
    given_[fact.serial] = true;
    const std::string user = std::to_string(fact.user.value());
    add("HSET", RedisKey::issued,
        {user, fmt::format("{} {} {} {} {} {}", fact.serial, fact.issue, fact.ticket.value(),
                           discount_of(fact.serial), to_unix_ms(fact.at),
                           told_key(fact.idempotency_key))});
    if (design_.given_is_set) {
      add("SADD", RedisKey::given, {user});
    } else {
      add("RPUSH", RedisKey::given, {std::to_string(fact.serial)});
    }
  }

  void tell(const ClaimLost& fact) {
    ++losses_;
    add("BITFIELD", RedisKey::losers, {"SET", "u1", std::to_string(fact.ticket.value()), "1"});
  }

  void tell(const CouponRedeemed& fact, CouponSerial serial) {
    add("HSET", RedisKey::redeemed,
        {std::to_string(serial), fmt::format("{} {} {}", fact.order, fact.amounts.original.minor,
                                             told_key(fact.idempotency_key))});
  }

  Telling finish() {
    const std::uint32_t minted = coupons_for(design_, spec_.quota, roster_);
    if (roster_ > 0) add("SET", RedisKey::active, {std::to_string(roster_)});
    if (design_.stock == RedisStock::list) {
      for (std::uint32_t serial = 1; serial <= minted; ++serial) {
        if (!was_given(serial)) add("RPUSH", RedisKey::stock, {std::to_string(serial)});
      }
    }
    if (design_.stock == RedisStock::counter) {
      add("SET", RedisKey::stock, {std::to_string(minted - issues_)});
    }
    // Coupons leave a queue in its order: those given out are its beginning.
    telling_.state = {
        "minted", std::to_string(minted),  "issued", std::to_string(issues_),
        "loaded", std::to_string(issues_), "judged", std::to_string(issues_ + losses_)};
    return std::move(telling_);
  }

 private:
  /// Zero where the event's terms say it. Coupons are told behind the whole roster.
  std::int64_t discount_of(CouponSerial serial) const {
    if (design_.stock != RedisStock::queue) return 0;
    const std::uint32_t quota = coupons_for(design_, spec_.quota, roster_);
    return preloaded_discount(preloaded_groups(spec_), quota, serial).value;
  }

  bool was_given(CouponSerial serial) const { return serial < given_.size() && given_[serial]; }

  /// Rides on a late piece of the same kind that is not full: kinds alternate fact by fact.
  void add(std::string_view command, RedisKey key, std::vector<std::string> arguments) {
    auto& pieces = telling_.pieces;
    ToldPiece* place = nullptr;
    for (std::size_t back = 1; back <= std::min(kLatePieces, pieces.size()); ++back) {
      ToldPiece& late = pieces[pieces.size() - back];
      const bool same = late.command == command && late.key == key;
      if (same && late.arguments.size() < kPieceArguments) place = &late;
      if (same) break;  // an older one is no place: lists keep their order
    }
    if (place == nullptr) place = &pieces.emplace_back(std::string(command), key);
    std::ranges::move(arguments, std::back_inserter(place->arguments));
  }

  const RedisDesign& design_;
  const EventSpec& spec_;
  Telling telling_;
  std::uint32_t roster_ = 0;
  std::uint32_t issues_ = 0;
  std::uint32_t losses_ = 0;
  std::vector<bool> given_;  ///< by serial
};

}  // namespace

Telling telling_of(const RedisDesign& design, const EventSpec& spec,
                   std::span<const LedgerRecord> facts) {
  Teller teller(design, spec);
  std::vector<CouponSerial> serials;  // by issue − 1
  for (const LedgerRecord& fact : facts) {
    if (const auto* reserved = std::get_if<ReservationGranted>(&fact)) teller.tell(*reserved);
    if (const auto* lost = std::get_if<ClaimLost>(&fact)) teller.tell(*lost);
    if (const auto* issued = std::get_if<CouponIssued>(&fact)) {
      serials.resize(std::max<std::size_t>(serials.size(), issued->issue));
      serials.at(issued->issue - 1) = issued->serial;
      teller.tell(*issued);
    }
    if (const auto* redeemed = std::get_if<CouponRedeemed>(&fact)) {
      teller.tell(*redeemed, serials.at(redeemed->issue - 1));
    }
  }
  return teller.finish();
}

WallTime forgotten_at(const EventSpec& spec, WallTime now) {
  return std::max(spec.windows.claim_close + spec.terms.valid_for, now) + kKept;
}

}  // namespace fairrush::server
