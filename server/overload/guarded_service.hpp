#pragma once

#include <array>
#include <deque>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "server/overload/circuit_breaker.hpp"
#include "server/overload/drain_pace.hpp"
#include "server/overload/rate_limiter.hpp"
#include "server/overload/waiting_line.hpp"
#include "server/service/coupon_service.hpp"

namespace fairrush::server {

/// How much a server lets come to its service. What it is with nothing set changes nothing for a
/// server that keeps up.
struct OverloadLimits {
  RateLimits rates = {};
  std::uint32_t in_flight_max = 0;  ///< decisions that may wait for the ledger; zero: any number
  BreakerLimits breaker = {};
  LineLimits line = {};
};

/// Why a request was sent away undecided.
enum class Shed : std::uint8_t {
  rate_limited,
  breaker_open,     ///< what has no place in the line came while the breaker was not closed
  in_flight_full,   ///< the same while as many decisions were in flight as may be
  others_wait,      ///< the same while claims waited before it
  line_full,        ///< a claim that did not fit the line
  waited_too_long,  ///< a claim at its deadline in the line
};
inline constexpr std::array kSheds{Shed::rate_limited, Shed::breaker_open, Shed::in_flight_full,
                                   Shed::others_wait,  Shed::line_full,    Shed::waited_too_long};
std::string_view name_of(Shed reason);

/// How things stand, for whoever watches.
struct OverloadState {
  CircuitBreaker::State breaker{};
  std::uint64_t breaker_trips = 0;
  std::size_t waiting = 0;      ///< in the line
  std::size_t places = 0;       ///< that the line has, taken or not
  std::uint64_t in_flight = 0;  ///< decisions that are not durable, and calls without an answer
  Duration latency{};           ///< of the oldest of them so far
  Rate pace;                    ///< at which the line moves
};

/// A service with limits in front of it, for claims and reservations. Too many requests are refused
/// at once. While the service has no time, claims wait in a line and are told their places; they
/// are handed on in the order in which they came, at the pace at which the service is seen to bear
/// it, and decided as of their arrival. What does not fit the line is refused, and so are
/// reservations then. Whatever is refused is told when to come again. On the service's thread.
class GuardedService final : public CouponService {
 public:
  struct Parts {
    const Clock& clock;
    const CommitQueue& queue;
    CouponService& service;
  };

  /// What `parts` refers to outlives this.
  GuardedService(const OverloadLimits& limits, Parts parts);

  std::vector<std::string_view> designs() const override { return parts_.service.designs(); }
  std::expected<void, std::string> restore(const LedgerRecord& record) override {
    return parts_.service.restore(record);
  }
  void create(const EventSpec& spec, std::string_view key, EventDone done) override {
    parts_.service.create(spec, key, std::move(done));
  }
  void reset(std::string_view event, const EventWindows& windows, std::string_view key,
             EventDone done) override {
    parts_.service.reset(event, windows, key, std::move(done));
  }
  void preload(std::string_view event, const CouponGroups& groups, WallTime now,
               EventDone done) override {
    parts_.service.preload(event, groups, now, std::move(done));
  }
  void move(std::string_view event, Move move, WallTime now, EventDone done) override {
    parts_.service.move(event, move, now, std::move(done));
  }
  std::string_view design_of(std::string_view event) const override {
    return parts_.service.design_of(event);
  }
  void describe(std::string_view event, WallTime now, EventDone done) override {
    parts_.service.describe(event, now, std::move(done));
  }
  void reserve(std::string_view event, const UserRequest& request, ReservationDone done) override;
  void claim(std::string_view event, const UserRequest& request, ClaimDone done) override;
  void generate(std::string_view event, const UserRequest& request, ClaimDone done) override;
  void status(const StatusQuestion& question, StatusDone done) override;
  void redeem(const RedemptionRequest& request, RedemptionDone done) override {
    parts_.service.redeem(request, std::move(done));
  }
  void wallet(const UserRequest& request, std::optional<std::string_view> only,
              WalletDone done) override {
    parts_.service.wallet(request, only, std::move(done));
  }
  void tick(WallTime now) override;
  std::optional<Impairment> impairment() const override { return parts_.service.impairment(); }
  void refuse_held(ErrorCode why) override;
  ServiceLoad load() const override { return parts_.service.load(); }

  OverloadState state() const;
  /// How many were sent away for that reason.
  std::uint64_t shed(Shed reason) const { return shed_.at(static_cast<std::size_t>(reason)); }

 private:
  /// A claim that has a place in the line, or had one.
  struct Placed {
    std::string event;
    UserIndex user;
    std::string key;
    WallTime at;
    ClaimStatus status{};
    std::optional<RequestId> request = {};  ///< of the service, which has accepted it
    std::vector<StatusDone> watchers = {};
  };

  void count(Shed reason) { ++shed_.at(static_cast<std::size_t>(reason)); }
  bool has_time();
  /// Why it has none for something that has no place in the line.
  Shed lack_of_time(std::string_view event) const;
  std::uint64_t in_flight() const;
  Duration wait_for(std::size_t position) const;
  void place(std::string_view event, const UserRequest& request, const ClaimDone& done);
  ClaimAnswer placed(PlaceNumber place) const;
  ClaimStatus status_of(PlaceNumber place, const Placed& claim) const;
  void observe(SteadyTime now);
  void drain(SteadyTime now);
  void hand_on(PlaceNumber place);
  void settle(PlaceNumber place, const ClaimAnswer& answer);
  void finish(PlaceNumber place, const ClaimStatus& status);
  void forget_old(SteadyTime now);

  Parts parts_;
  std::uint32_t in_flight_max_;
  RateLimiter rates_;
  CircuitBreaker breaker_;
  Duration latency_bearable_;
  WaitingLine line_;
  DrainPace pace_;
  RequestMint mint_;
  std::unordered_map<PlaceNumber, Placed> placed_;
  std::deque<std::pair<SteadyTime, PlaceNumber>> finished_;  ///< the oldest first
  std::deque<std::pair<Sequence, SteadyTime>> undurable_;    ///< last decisions of earlier looks
  Duration latency_{};
  std::uint64_t handed_on_ = 0;  ///< claims, since the last look
  ServiceLoad load_;             ///< at the last look
  std::array<std::uint64_t, kSheds.size()> shed_{};
};

}  // namespace fairrush::server
