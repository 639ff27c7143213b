#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/random/counter_random.hpp"
#include "base/units.hpp"
#include "loadgen/delay.hpp"
#include "loadgen/scenario/scenario.hpp"

namespace fairrush::loadgen {

/// Seed of everything that is drawn anew in each round; the scenario's own for the first.
std::uint64_t round_seed(const Scenario& scenario, std::uint32_t round);

/// Every user's traits as functions of (seed, index): no user is an object. Immutable; any thread.
class Population {
 public:
  /// `round` is 0-based; it decides only who shows up.
  explicit Population(const Scenario& scenario, std::uint32_t round = 0);

  std::uint32_t size() const { return users_; }

  CohortId cohort_of(UserIndex user) const;
  /// Who is missing from the roster's list is an intruder, whatever the shares say.
  Persona persona_of(UserIndex user) const;

  /// From the click to the target, and again from the answer to the user's eyes: whole
  /// microseconds, as the history keeps it. At most kDelayMax. A bot sits beside the target: it has
  /// none, whatever its cohort.
  Duration one_way_delay_of(UserIndex user) const;

  /// What the user's network loses; nothing of a bot's.
  Losses losses_of(UserIndex user) const {
    return persona_of(user) == Persona::bot ? Losses{} : losses_[cohort_of(user).value()];
  }

  /// Intruders do not; without reservations, whether the user is on the roster.
  bool reserves(UserIndex user) const { return persona_of(user) != Persona::intruder; }

  /// Whether a user claims at all; every intruder does.
  bool claims(UserIndex user) const { return !reserves(user) || shows_up(user); }

  /// Whether a user claims who reserves.
  bool shows_up(UserIndex user) const {
    return show_up_.of_one >= 1 || show_up_random_.uniform(user.value()) < show_up_.of_one;
  }

  /// Whether a user who wins looks into their wallet at once, spends the coupon, and tries to spend
  /// it a second time.
  bool reads_status(UserIndex user) const;
  bool redeems(UserIndex user) const;
  bool redeems_twice(UserIndex user) const;

 private:
  std::uint32_t users_;
  std::shared_ptr<const RosterList> roster_;
  Share show_up_;
  WinnerHabits winners_;
  std::vector<OneWayDelay> delays_;
  std::vector<Losses> losses_;
  std::vector<double> cohort_bounds_;  ///< cumulative shares
  std::vector<Persona> personas_;
  std::vector<double> persona_bounds_;
  CounterRandom persona_random_;
  CounterRandom cohort_random_;
  CounterRandom delay_random_;
  CounterRandom show_up_random_;
  CounterRandom status_random_;
  CounterRandom redemption_random_;
};

}  // namespace fairrush::loadgen
