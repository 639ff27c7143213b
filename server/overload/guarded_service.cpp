#include "server/overload/guarded_service.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace fairrush::server {
namespace {

using Kind = ClaimStatus::Kind;

/// Outcomes of claims that had a place can be asked for so long, and so many of them.
constexpr Duration kRemembered = std::chrono::minutes(10);
constexpr std::size_t kRememberedMax = 200'000;
/// Nobody is sent away for longer: the estimate is for now.
constexpr Duration kRetryMax = std::chrono::seconds(30);
constexpr std::size_t kSecretBytes = 32;

ClaimAnswer refused(ErrorCode why, Duration retry_after) {
  return {.kind = ClaimAnswer::Kind::refused, .refusal = why, .retry_after = retry_after};
}

ClaimStatus outcome_of(const ClaimAnswer& answer) {
  if (answer.kind == ClaimAnswer::Kind::refused) {
    return {.kind = Kind::failed, .failure = answer.refusal, .durable = answer.durable};
  }
  return {.kind = Kind::completed,
          .coupon = answer.coupon,
          .discount = answer.discount,
          .durable = answer.durable};
}

}  // namespace

std::string_view name_of(Shed reason) {
  switch (reason) {
    case Shed::rate_limited:
      return "rate_limited";
    case Shed::breaker_open:
      return "breaker_open";
    case Shed::in_flight_full:
      return "in_flight_full";
    case Shed::others_wait:
      return "others_wait";
    case Shed::line_full:
      return "line_full";
    case Shed::waited_too_long:
      return "waited_too_long";
  }
  return "";
}

GuardedService::GuardedService(const OverloadLimits& limits, Parts parts)
    : parts_(parts),
      in_flight_max_(limits.in_flight_max),
      rates_(limits.rates),
      breaker_(limits.breaker),
      latency_bearable_(limits.breaker.latency_max / 2),
      line_(limits.line),
      mint_(secret_bytes(kSecretBytes)) {}

void GuardedService::reserve(std::string_view event, const UserRequest& request,
                             ReservationDone done) {
  const SteadyTime now = parts_.clock.steady_now();
  if (const auto wait = rates_.refuse(request.user, now)) {
    count(Shed::rate_limited);
    return done({.refusal = ErrorCode::rate_limited, .retry_after = *wait});
  }
  if (!has_time()) {
    count(lack_of_time({}));
    return done({.refusal = ErrorCode::overloaded, .retry_after = wait_for(line_.size() + 1)});
  }
  parts_.service.reserve(event, request, std::move(done));
}

void GuardedService::claim(std::string_view event, const UserRequest& request, ClaimDone done) {
  const SteadyTime now = parts_.clock.steady_now();
  if (const auto wait = rates_.refuse(request.user, now)) {
    count(Shed::rate_limited);
    return done(refused(ErrorCode::rate_limited, *wait));
  }
  // Whoever waits was here before.
  if (!line_.waits_for(event) && has_time()) {
    ++handed_on_;
    return parts_.service.claim(event, request, std::move(done));
  }
  place(event, request, done);
  drain(now);
}

/// Who generates has no place to wait in: the line hands on claims.
void GuardedService::generate(std::string_view event, const UserRequest& request, ClaimDone done) {
  if (const auto wait = rates_.refuse(request.user, parts_.clock.steady_now())) {
    count(Shed::rate_limited);
    return done(refused(ErrorCode::rate_limited, *wait));
  }
  if (line_.waits_for(event) || !has_time()) {
    count(lack_of_time(event));
    return done(refused(ErrorCode::overloaded, wait_for(line_.size() + 1)));
  }
  ++handed_on_;
  parts_.service.generate(event, request, std::move(done));
}

/// Whether the service may be asked one thing more. After the ledger has failed it can always say
/// so.
bool GuardedService::has_time() {
  const bool crowded = in_flight_max_ > 0 && in_flight() >= in_flight_max_;
  return parts_.queue.failure() || (!crowded && breaker_.admit());
}

Shed GuardedService::lack_of_time(std::string_view event) const {
  if (line_.waits_for(event)) return Shed::others_wait;
  return breaker_.is_closed() ? Shed::in_flight_full : Shed::breaker_open;
}

std::uint64_t GuardedService::in_flight() const {
  return parts_.queue.last().value() - parts_.queue.durable().value() +
         parts_.service.load().in_flight;
}

Duration GuardedService::wait_for(std::size_t position) const {
  const double lines = std::max<double>(1, static_cast<double>(line_.events()));
  const double seconds = static_cast<double>(position) * lines / pace_.rate().per_second;
  const auto moving = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
  return std::min(breaker_.wait(parts_.clock.steady_now()) + moving, kRetryMax);
}

void GuardedService::place(std::string_view event, const UserRequest& request,
                           const ClaimDone& done) {
  if (const auto before = line_.place_of(event, request.user)) return done(placed(*before));
  if (!is_event_name(event)) return done(refused(ErrorCode::unknown_event, {}));
  if (!line_.has_room()) {
    count(Shed::line_full);
    return done(refused(ErrorCode::overloaded, wait_for(line_.size() + 1)));
  }
  const PlaceNumber place = line_.enter(event, request.user, parts_.clock.steady_now());
  placed_.emplace(place, Placed{.event = std::string(event),
                                .user = request.user,
                                .key = std::string(request.idempotency_key),
                                .at = request.at});
  done(placed(place));
}

ClaimAnswer GuardedService::placed(PlaceNumber place) const {
  return {.kind = ClaimAnswer::Kind::accepted,
          .request = mint_.id({.place = 0, .number = place.value()}),
          .place = status_of(place, placed_.at(place)).place};
}

/// As of now, of a claim that the service has not accepted.
ClaimStatus GuardedService::status_of(PlaceNumber place, const Placed& claim) const {
  ClaimStatus status = claim.status;
  if (status.kind != Kind::waiting) return status;
  const std::uint32_t position = line_.position(claim.event, place);
  status.place = {.position = position, .wait = wait_for(position)};
  return status;
}

void GuardedService::status(const StatusQuestion& question, StatusDone done) {
  const auto of = fairrush::server::place_of(question.request);
  if (!of || of->place != 0) return parts_.service.status(question, std::move(done));
  const auto found = placed_.find(PlaceNumber(of->number));
  const bool theirs = mint_.is_of(question.request, *of) && found != placed_.end() &&
                      found->second.user == question.user;
  if (!theirs) return done(std::unexpected(ErrorCode::unknown_request));
  Placed& claim = found->second;
  if (claim.request) {
    return parts_.service.status(
        {.user = question.user, .request = *claim.request, .seen = question.seen}, std::move(done));
  }
  const ClaimStatus now = status_of(found->first, claim);
  if (now.is_final() || question.seen != now.kind) return done(now);
  claim.watchers.push_back(std::move(done));
}

void GuardedService::tick(WallTime now) {
  const SteadyTime steady = parts_.clock.steady_now();
  observe(steady);
  for (const PlaceNumber late : line_.expire(steady)) {
    count(Shed::waited_too_long);
    finish(late, {.kind = Kind::failed, .failure = ErrorCode::waited_too_long});
  }
  drain(steady);
  forget_old(steady);
  parts_.service.tick(now);
}

void GuardedService::observe(SteadyTime now) {
  while (!undurable_.empty() && parts_.queue.is_durable(undurable_.front().first)) {
    undurable_.pop_front();
  }
  const Sequence last = parts_.queue.last();
  const bool is_new = undurable_.empty() || undurable_.back().first != last;
  if (is_new && !parts_.queue.is_durable(last)) undurable_.emplace_back(last, now);
  const ServiceLoad load = parts_.service.load();
  const Duration behind = undurable_.empty() ? Duration() : now - undurable_.front().second;
  latency_ = std::max(behind, load.oldest);
  breaker_.observe(now, {.latency = latency_,
                         .answered = load.answered - load_.answered,
                         .failed = load.failed - load_.failed});
  load_ = load;
  const bool bearable = latency_bearable_ == Duration() || latency_ <= latency_bearable_;
  pace_.observe(now, std::exchange(handed_on_, 0), breaker_.is_closed() && bearable,
                !line_.empty());
}

/// Where decisions in flight are limited that limit sets the pace, and the room that a commit
/// leaves is filled at once, so that the next batch is as large as it may be. It bounds a turn,
/// too.
void GuardedService::drain(SteadyTime now) {
  if (line_.empty()) return;
  std::uint64_t handed = 0;
  const std::uint64_t allowed = pace_.allowance(now);
  for (std::uint64_t left = in_flight_max_ > 0 ? in_flight_max_ : allowed;
       left > 0 && !line_.empty() && has_time(); --left) {
    hand_on(line_.next());
    ++handed;
  }
  pace_.spend(handed);
}

void GuardedService::hand_on(PlaceNumber place) {
  Placed& claim = placed_.at(place);
  claim.status.kind = Kind::processing;
  ++handed_on_;
  parts_.service.claim(claim.event,
                       {.user = claim.user, .idempotency_key = claim.key, .at = claim.at},
                       [this, place](const ClaimAnswer& answer) { settle(place, answer); });
}

void GuardedService::settle(PlaceNumber place, const ClaimAnswer& answer) {
  if (answer.kind != ClaimAnswer::Kind::accepted) return finish(place, outcome_of(answer));
  Placed& claim = placed_.at(place);
  claim.request = answer.request;
  finished_.emplace_back(parts_.clock.steady_now(), place);
  // From here on the service knows; its status is another than theirs, so they hear at once.
  for (StatusDone& done : std::exchange(claim.watchers, {})) {
    parts_.service.status({.user = claim.user, .request = answer.request, .seen = Kind::waiting},
                          std::move(done));
  }
}

void GuardedService::finish(PlaceNumber place, const ClaimStatus& status) {
  Placed& claim = placed_.at(place);
  claim.status = status;
  finished_.emplace_back(parts_.clock.steady_now(), place);
  for (const StatusDone& done : std::exchange(claim.watchers, {})) done(status);
}

void GuardedService::forget_old(SteadyTime now) {
  while (!finished_.empty() &&
         (finished_.front().first + kRemembered <= now || finished_.size() > kRememberedMax)) {
    placed_.erase(finished_.front().second);
    finished_.pop_front();
  }
}

void GuardedService::refuse_held(ErrorCode why) {
  for (auto& [place, claim] : placed_) {
    for (const StatusDone& done : std::exchange(claim.watchers, {})) done(std::unexpected(why));
  }
  parts_.service.refuse_held(why);
}

OverloadState GuardedService::state() const {
  return {.breaker = breaker_.state(),
          .breaker_trips = breaker_.trips(),
          .waiting = line_.size(),
          .places = line_.places(),
          .in_flight = in_flight(),
          .latency = latency_,
          .pace = pace_.rate()};
}

}  // namespace fairrush::server
