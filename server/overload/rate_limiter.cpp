#include "server/overload/rate_limiter.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace fairrush::server {
namespace {

using std::chrono::seconds;

Duration interval_of(Rate rate) {
  return Duration(static_cast<std::int64_t>(1e9 / rate.per_second));
}

/// How long an empty bucket takes to fill.
Duration depth_of(Rate rate) {
  return std::max<Duration>(seconds(1), interval_of(rate));
}

}  // namespace

std::optional<Duration> TokenBucket::take(Rate rate, SteadyTime now) {
  const SteadyTime full_at = std::max(full_at_, now) + interval_of(rate);
  if (const Duration lacking = full_at - now - depth_of(rate); lacking > Duration()) return lacking;
  full_at_ = full_at;
  return std::nullopt;
}

std::optional<Duration> RateLimiter::refuse(UserIndex user, SteadyTime now) {
  if (limits_.per_user.per_second > 0) {
    // First, so that what one user sends in vain takes nothing from the others.
    if (const auto wait = bucket_of(user, now).take(limits_.per_user, now)) return wait;
  }
  if (limits_.total.per_second > 0) return total_.take(limits_.total, now);
  return std::nullopt;
}

TokenBucket& RateLimiter::bucket_of(UserIndex user, SteadyTime now) {
  if (now >= period_end_) {
    const bool skipped = now >= period_end_ + depth_of(limits_.per_user);
    earlier_ = skipped ? Buckets() : std::exchange(recent_, {});
    recent_.clear();
    period_end_ = now + depth_of(limits_.per_user);
  }
  const auto [place, is_new] = recent_.try_emplace(user);
  if (!is_new) return place->second;
  if (const auto before = earlier_.find(user); before != earlier_.end()) {
    place->second = before->second;
    earlier_.erase(before);
  }
  return place->second;
}

}  // namespace fairrush::server
