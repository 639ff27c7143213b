#pragma once

#include <cstdint>

#include "base/memory.hpp"
#include "loadgen/plan.hpp"

namespace fairrush::loadgen {

/// A user's lasting traits as plain numbers.
struct UserTraits {
  std::uint32_t delay_us = 0;  ///< one-way, as the instrument rounds it
  std::uint16_t cohort = 0;
  Persona persona = Persona::honest;

  /// Whether the user claims in `plan`'s round.
  bool claims_in(const Plan& plan, UserIndex user) const {
    return persona == Persona::intruder || plan.population().shows_up(user);
  }
  std::int64_t delay_ns() const { return std::int64_t{delay_us} * 1000; }
};

/// The population's lasting traits, computed once for all rounds: 8 bytes a user. Immutable; any
/// thread.
class Crowd {
 public:
  explicit Crowd(const Scenario& scenario);

  std::uint32_t size() const { return static_cast<std::uint32_t>(traits_.size()); }
  const UserTraits& of(UserIndex user) const { return traits_[user.value()]; }
  /// Warms the cache for `of(user)`.
  void expect(UserIndex user) const { __builtin_prefetch(&traits_[user.value()]); }
  std::size_t cohorts() const { return cohorts_; }

 private:
  LargeVector<UserTraits> traits_;
  std::size_t cohorts_;
};

}  // namespace fairrush::loadgen
