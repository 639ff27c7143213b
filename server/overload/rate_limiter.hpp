#pragma once

#include <optional>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/units.hpp"

namespace fairrush::server {

/// A token bucket, kept as the moment at which it is full again (the generic cell rate algorithm):
/// it holds a second's worth of tokens, at least one. Pure; one thread.
class TokenBucket {
 public:
  /// Takes a token at `now`, or says how long until there is one. `rate` is above zero.
  std::optional<Duration> take(Rate rate, SteadyTime now);

  bool is_full(SteadyTime now) const { return full_at_ <= now; }

 private:
  SteadyTime full_at_{};
};

/// How many requests a second are taken; zero: any number.
struct RateLimits {
  Rate total = {};
  Rate per_user = {};
};

/// Limits requests, all together and each user's. A user without a recent request costs no memory.
/// Pure; one thread.
class RateLimiter {
 public:
  explicit RateLimiter(RateLimits limits) : limits_(limits) {}

  /// Unset: the request is taken. Else how long until one of this user would be.
  std::optional<Duration> refuse(UserIndex user, SteadyTime now);

  /// Users whose requests are remembered.
  std::size_t users() const { return recent_.size() + earlier_.size(); }

 private:
  using Buckets = std::unordered_map<UserIndex, TokenBucket>;

  TokenBucket& bucket_of(UserIndex user, SteadyTime now);

  RateLimits limits_;
  TokenBucket total_;
  // A bucket that was touched in neither of two periods is full, and so as good as none.
  Buckets recent_;
  Buckets earlier_;
  SteadyTime period_end_{};
};

}  // namespace fairrush::server
