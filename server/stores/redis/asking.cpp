// How wishes gather, leave together in one script call and are answered.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "server/log.hpp"
#include "server/stores/redis/redis_service.hpp"

namespace fairrush::server {
namespace {

/// Users of one call: few enough to take Redis well below a millisecond.
constexpr std::size_t kCallMax = 128;
/// Wishes of a kind that may wait for an event.
constexpr std::size_t kGatheredMax = 50'000;
/// How long a lock holds whose holder does not give it back, and when another tries again.
constexpr const char* kLockMs = "1000";
constexpr Duration kLockPause = std::chrono::milliseconds(2);
constexpr std::size_t kLockTokenBytes = 16;
/// What calls are for, by lane.
constexpr std::array<std::string_view, 5> kLaneNames{"reserve", "claim", "redeem", "wallet",
                                                     "describe"};
constexpr std::int64_t kWaits = 6;  ///< what a script says to a claim that waits for a draw

std::string open_text(bool open) {
  return open ? "1" : "0";
}

std::string text_of(WallTime time) {
  return std::to_string(to_unix_ms(time));
}

/// Appends what a script is to be told of a wish.
struct Arguments {
  const RedisEvent& event;
  const Wish& wish;
  std::vector<std::string>& out;

  std::string user() const { return std::to_string(wish.by.user.value()); }

  void operator()(const ReservationWish&) const {
    const bool open = event.spec.windows.reserving(wish.by.at);
    out.insert(out.end(), {user(), open_text(open), text_of(wish.by.at), wish.key});
  }
  void operator()(const ClaimWish& what) const {
    const EventWindows& windows = event.spec.windows;
    out.insert(out.end(),
               {user(), open_text(windows.rushing(wish.by.at)), text_of(wish.by.at), wish.key});
    if (event.design->stock == RedisStock::drawn)
      out.push_back(std::to_string(what.ticket.value()));
    if (event.design->stock == RedisStock::waiting) {
      out.push_back(std::to_string((wish.by.at - windows.claim_open) / event.spec.pacing.batch));
    }
  }
  void operator()(const SpendingWish& what) const {
    const Amount discount = what.amounts.discount;
    out.insert(out.end(), {user(), std::to_string(what.coupon), what.order,
                           std::to_string(what.amounts.original.minor),
                           what.meets_condition ? std::to_string(discount.minor) : std::string(),
                           text_of(wish.by.at), wish.key});
  }
  void operator()(const WalletWish&) const { out.push_back(user()); }
  void operator()(const EventWish&) const {}
};

std::int64_t number_at(RedisValue list, std::size_t place) {
  return place < list.size() ? list[place].integer().value_or(0) : 0;
}

/// Decisions that a call added to the store's log.
std::uint64_t decisions_in(std::size_t lane, RedisValue reply) {
  if (lane > kSpendings) return 0;
  std::uint64_t count = 0;
  for (std::size_t at = 1; at < reply.size(); ++at) count += number_at(reply[at], 0) == 0 ? 1U : 0U;
  return count;
}

/// Whether Redis refuses everything at the moment, before it begins to carry out a script.
bool is_passing(std::string_view refusal) {
  for (const std::string_view kind : {"LOADING", "OOM", "MISCONF", "READONLY", "NOREPLICAS",
                                      "MASTERDOWN", "CLUSTERDOWN", "BUSY", "TRYAGAIN", "FENCED"}) {
    if (refusal.starts_with(kind)) return true;
  }
  return false;
}

}  // namespace

Wish RedisService::wish_of(const UserRequest& request, decltype(Wish::what) what) {
  return {.by = request,
          .key = store_key(request.idempotency_key, ++last_wish_),
          .give_up = clock_.steady_now() + kWishPatience,
          .doubtful = false,
          .what = std::move(what)};
}

void RedisService::accept(RedisEvent& event, Wish wish) {
  Lane& lane = event.lanes.at(wish.what.index());
  if (!queue_.accepts()) return refuse(wish, ErrorCode::ledger_unavailable);
  if (run_id_.empty() || !answering_ || lane.gathered.size() >= kGatheredMax) {
    return refuse(wish, ErrorCode::store_unavailable);
  }
  lane.gathered.push_back(std::move(wish));
  pump(event);
}

void RedisService::pump(RedisEvent& event) {
  for (std::size_t lane = 0; lane < event.lanes.size(); ++lane) {
    while (may_ask(event, lane) && !event.lanes[lane].gathered.empty()) ask(event, lane);
  }
}

bool RedisService::may_ask(const RedisEvent& event, std::size_t lane) const {
  const bool ready = event.trust == RedisEvent::Trust::complete && !event.lanes.at(lane).under_way;
  if (!ready || clock_.steady_now() < event.next_attempt) return false;
  return lane != kClaims || event.claims_ready;
}

void RedisService::ask(RedisEvent& event, std::size_t lane) {
  const bool locks = lane == kClaims && event.design->locks;
  if (locks && event.fence == 0) return acquire_lock(event);
  auto flight =
      std::make_shared<Flight>(Flight{life_of(event), lane, take(event.lanes[lane], kCallMax)});
  std::erase_if(flight->wishes, [this, &event](Wish& wish) { return foretold(event, wish); });
  if (flight->wishes.empty()) return;
  std::vector<std::string> arguments{event.mark};
  if (lane == kReservations) {
    const bool grows = event.spec.quota.is_share() && grows_with_roster(*event.design);
    arguments.push_back(grows ? std::to_string(parts_of(event.spec.quota)) : std::string());
    arguments.emplace_back(event.design->stock == RedisStock::list ? "list" : "counter");
  }
  if (locks) arguments.push_back(std::to_string(event.fence));
  if (lane == kSpendings) arguments.push_back(std::to_string(to_ms(event.spec.terms.valid_for)));
  for (const Wish& wish : flight->wishes) std::visit(Arguments{event, wish, arguments}, wish.what);
  event.lanes[lane].under_way = true;
  script_of(event, lane)
      .call(connection_, event.keys, arguments,
            watched<RedisResult>(
                watch_, {.name = kLaneNames.at(lane), .requests = flight->wishes.size()},
                [this, flight](RedisResult result) { asked(flight, std::move(result)); }));
}

const RedisScript& RedisService::script_of(const RedisEvent& event, std::size_t lane) const {
  switch (lane) {
    case kReservations:
      return scripts_.reserve;
    case kClaims:
      return scripts_.*event.design->claim;
    case kSpendings:
      return scripts_.redeem;
    case kWallets:
      return scripts_.wallet;
    default:
      return scripts_.describe;
  }
}

void RedisService::asked(const SharedFlight& flight, RedisResult result) {
  RedisEvent* const event = alive(flight->life);
  if (event == nullptr) {
    std::ranges::for_each(flight->wishes, refuse_void);
    return;
  }
  if (!result) return failed(*event, *flight, result.error());
  answering_ = true;
  if (flight->lane == kClaims) release_lock(*event);
  auto reply = std::make_shared<RedisReply>(std::move(*result));
  const auto last = static_cast<std::uint64_t>(number_at(reply->value(), 0));
  const std::uint64_t here = decisions_in(flight->lane, reply->value());
  const auto finish = [this, flight, reply, last](RedisEvent& current) {
    settle(current, *flight, reply->value());
    current.lanes[flight->lane].under_way = false;
    current.logged = std::max(current.logged, last);
    trim_log(current);
    advance(current, clock_.wall_now());
    pump(current);
  };
  if (event->logged + here >= last) return finish(*event);
  // Decisions whose answers never came, or those of another process: they go first.
  catch_up(*event, last, finish, [this, flight](RedisEvent& current, const RedisFailure& failure) {
    failed(current, *flight, failure);
  });
}

void RedisService::failed(RedisEvent& event, Flight& flight, const RedisFailure& failure) {
  using Kind = RedisFailure::Kind;
  Lane& lane = event.lanes[flight.lane];
  lane.under_way = false;
  if (flight.lane == kClaims) release_lock(event);
  const bool told_so = failure.kind == Kind::refused;
  if (told_so && !is_lost(failure) && !is_passing(failure.detail)) {
    log_error("Redis refuses a script", {{"event", event.spec.name}, {"what", failure.detail}});
    for (const Wish& wish : flight.wishes) refuse(wish, ErrorCode::outcome_unknown);
    return;
  }
  if (failure.kind == Kind::unknown) {
    answering_ = false;
    for (Wish& wish : flight.wishes) wish.doubtful = true;
  }
  give_back(lane, std::move(flight.wishes));
  doubted(event, failure);
}

void RedisService::settle(RedisEvent& event, Flight& flight, RedisValue reply) {
  const bool whole = flight.lane == kDescriptions || reply.size() == flight.wishes.size() + 1;
  for (std::size_t at = 0; at < flight.wishes.size(); ++at) {
    Wish& wish = flight.wishes[at];
    if (!whole) {
      refuse(wish, ErrorCode::outcome_unknown);
    } else if (queue_.failure()) {
      refuse(wish, ErrorCode::ledger_unavailable);
    } else if (const auto* const what = std::get_if<EventWish>(&wish.what)) {
      what->done(state_of(event, static_cast<std::uint32_t>(number_at(reply, 1)),
                          static_cast<std::uint32_t>(number_at(reply, 2))));
    } else if (flight.lane == kClaims && number_at(reply[at + 1], 0) == kWaits) {
      wait_for_draw(event, std::move(wish), number_at(reply[at + 1], 1));
    } else {
      const RedisValue one = reply[at + 1];
      std::visit([&](const auto& kind) { answer(event, wish, kind, one); }, wish.what);
    }
  }
}

/// Locks of one process follow each other; another process waits for its turn.
void RedisService::acquire_lock(RedisEvent& event) {
  event.lanes[kClaims].under_way = true;
  const std::string token = to_hex(secret_bytes(kLockTokenBytes));
  call(event, scripts_.lock_acquire, {event.mark, token, kLockMs},
       [this, token](RedisEvent& current, RedisResult result) {
         current.lanes[kClaims].under_way = false;
         if (!result) return doubted(current, result.error());
         current.fence = static_cast<std::uint64_t>(number_at(result->value(), 0));
         current.lock_token = token;
         if (current.fence == 0) current.next_attempt = clock_.steady_now() + kLockPause;
         pump(current);
       });
}

void RedisService::release_lock(RedisEvent& event) {
  if (std::exchange(event.fence, 0) == 0) return;
  call(event, scripts_.lock_release, {event.lock_token}, [](RedisEvent&, const RedisResult&) {});
}

}  // namespace fairrush::server
