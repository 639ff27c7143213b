#pragma once

#include <cstdint>
#include <vector>

#include "analysis/history/record.hpp"
#include "analysis/run/facts.hpp"
#include "base/random/counter_random.hpp"
#include "loadgen/plan.hpp"
#include "loadgen/simulation/crowd.hpp"
#include "loadgen/simulation/service_model.hpp"

namespace fairrush::loadgen {

/// An attempt on its way to the service.
struct Arrival {
  std::int64_t at_ns = 0;  ///< when it reaches the service
  std::uint32_t user = 0;
  analysis::Op op = analysis::Op::reserve;
  std::uint8_t try_number = 0;
  std::uint8_t key = 0;  ///< equal keys of one user and operation repeat each other
};

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
  explicit PlannedArrivals(const Crowd& crowd) : crowd_(crowd) {}

  /// Those of `plan`, in the order of their times; those of one instant in the plan's order.
  /// O(users).
  const std::vector<Arrival>& of(const Plan& plan, const Jitter& jitter);

  /// How many they are, as `Plan::planned` counts them.
  const analysis::PlannedAttempts& planned() const { return planned_; }

 private:
  void add_reservations(const Plan& plan, const Jitter& jitter);
  void add_claims(const Plan& plan, const Jitter& jitter);
  void add_claims_outside(const Plan& plan, const Jitter& jitter);
  void add(std::int64_t intended_ns, Arrival arrival, const Jitter& jitter);

  const Crowd& crowd_;
  analysis::PlannedAttempts planned_;
  std::vector<Arrival> arrivals_;
  std::vector<Arrival> scratch_;
};

}  // namespace fairrush::loadgen
