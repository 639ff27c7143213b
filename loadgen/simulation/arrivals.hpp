#pragma once

#include <cstdint>
#include <vector>

#include "analysis/history/record.hpp"
#include "analysis/invariants/run_index.hpp"
#include "analysis/run/facts.hpp"
#include "base/memory.hpp"
#include "base/random/counter_random.hpp"
#include "loadgen/plan.hpp"
#include "loadgen/simulation/crowd.hpp"
#include "loadgen/simulation/service_model.hpp"

namespace fairrush::loadgen {

/// An attempt on its way to the service, with what every station on its way has to know of its
/// user: looking that up anew each time would cost more than carrying it.
struct Arrival {
  std::int64_t at_ns = 0;  ///< when it reaches the service
  std::uint32_t user = 0;
  std::uint16_t cohort = 0;
  analysis::Op op : 4 = analysis::Op::reserve;
  Persona persona : 4 = Persona::honest;
  std::uint8_t try_number : 4 = 0;
  std::uint8_t key : 4 = 0;  ///< equal keys of one user and operation repeat each other
};
static_assert(sizeof(Arrival) == 16, "a million of them are moved several times a round");

/// How long an attempt takes to the service and back beside its user's delay: a function of the
/// round's seed and the attempt.
class Jitter {
 public:
  Jitter(const DurationModel& model, std::uint64_t seed)
      : model_(model), random_(seed, Stream::simulated_jitter) {}

  std::int64_t out_ns(const Arrival& arrival) const { return way_ns(arrival, 0); }
  std::int64_t back_ns(const Arrival& arrival) const { return way_ns(arrival, 1); }

 private:
  std::int64_t way_ns(const Arrival& arrival, std::uint64_t way) const {
    if (model_.is_zero()) return 0;
    const std::uint64_t draw = static_cast<std::uint64_t>(arrival.op) << 16 |
                               static_cast<std::uint64_t>(arrival.try_number) << 8 | way;
    return model_.at(random_.uniform(arrival.user, draw)).count();
  }

  DurationModel model_;
  CounterRandom random_;
};

/// The clicks of a round that are fixed before it begins, as they reach the service. Memory is used
/// again from round to round. One thread.
class PlannedArrivals {
 public:
  explicit PlannedArrivals(const Crowd& crowd)
      : crowd_(crowd), lanes_(crowd.cohorts() + 1), heads_ns_(lanes_.size()) {}

  /// Begins with the first click of `plan`. O(users).
  void open(const Plan& plan, const Jitter& jitter);

  /// How many they are, as `Plan::planned` counts them.
  const analysis::PlannedAttempts& planned() const { return planned_; }

  /// The next one in the order of their times, without taking it; null after the last.
  const Arrival* peek() const { return head_; }
  void pop();

  /// Calls `touch(later, soon)` with two users of whom arrivals will follow, for caches to be
  /// warmed.
  template <class Touch>
  void each_soon(Touch touch) const {
    constexpr std::size_t kLater = 24;
    constexpr std::size_t kSoon = 12;
    constexpr std::size_t kFar = 96;  // several lanes are read at once: the arrivals come late too
    const Lane& lane = lanes_[head_lane_];
    if (lane.next + kLater >= lane.arrivals.size()) return;
    const Arrival* const next = lane.head();
    if (lane.next + kFar < lane.arrivals.size()) __builtin_prefetch(next + kFar);
    touch(UserIndex(next[kLater].user), UserIndex(next[kSoon].user));
  }

 private:
  /// The clicks of one cohort: with a fixed delay they are in order as they are made.
  struct Lane {
    LargeVector<Arrival> arrivals;
    std::size_t next = 0;
    const Arrival* head() const { return &arrivals[next]; }
    std::int64_t head_ns() const {
      return next < arrivals.size() ? arrivals[next].at_ns : analysis::kNever;
    }
  };

  void add_reservations(const Plan& plan, const Jitter& jitter);
  void add_claims(const Plan& plan, const Jitter& jitter);
  void add_claim(const Plan& plan, const ClickStream::Click& click, const UserTraits& traits,
                 const Jitter& jitter);
  void add_repeats(const Plan& plan, ClickStream::Click click, const UserTraits& traits,
                   Arrival claim, const Jitter& jitter);
  void add_claims_outside(const Plan& plan, const Jitter& jitter);
  void add(Lane& lane, std::int64_t intended_ns, std::int64_t delay_ns, Arrival arrival,
           const Jitter& jitter);
  Lane& lane_of(const UserTraits& traits) { return lanes_[traits.cohort]; }
  /// Of clicks outside the plan's streams.
  Lane& extras() { return lanes_.back(); }
  void find_head();

  const Crowd& crowd_;
  analysis::PlannedAttempts planned_;
  std::vector<Lane> lanes_;
  std::vector<std::int64_t>
      heads_ns_;  ///< when each lane's next one arrives; kNever after its last
  LargeVector<Arrival> scratch_;
  const Arrival* head_ = nullptr;
  std::size_t head_lane_ = 0;
};

}  // namespace fairrush::loadgen
