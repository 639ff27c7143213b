// What claims wait for: a roster that is final, a queue that is filled, a draw.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "server/designs/chance.hpp"
#include "server/designs/first_come/preloaded_shuffle.hpp"
#include "server/log.hpp"
#include "server/stores/redis/redis_service.hpp"

namespace fairrush::server {
namespace {

using Trust = RedisEvent::Trust;

/// Coupons of a queue that one call fills in.
constexpr std::uint32_t kPreloadMax = 600;

/// Whether a claim waits for the draw of a window, or of an earlier one.
struct WaitsUpTo {
  std::int64_t window;
  bool operator()(const Wish& wish) const {
    return std::get<ClaimWish>(wish.what).window <= window;
  }
};

/// See lua/batch_draw.lua.
std::vector<std::string> draw_arguments(const RedisEvent& event, std::int64_t window) {
  const HmacSha256 secret(event.secrets.draw);
  const std::string purpose = fmt::format("batch-draw window {}", window);
  const std::uint32_t quota = coupons_for(*event.design, event.spec.quota, *event.roster);
  const std::uint32_t rounding =
      Chance(event.secrets.draw, "batch-draw rounding").below(*event.roster);
  return {event.mark,
          std::to_string(window),
          std::to_string(quota),
          std::to_string(*event.roster),
          std::to_string(rounding),
          to_hex(secret({bytes_of(purpose)}))};
}

}  // namespace

void RedisService::close_roster(RedisEvent& event) {
  event.closing = true;
  const auto failed = [this](RedisEvent& current, const RedisFailure& failure) {
    current.closing = false;
    doubted(current, failure);
  };
  call(event, scripts_.close, {event.mark},
       [this, failed](RedisEvent& current, RedisResult result) {
         if (!result) return failed(current, result.error());
         const auto last = static_cast<std::uint64_t>(result->value()[0].integer().value_or(0));
         const auto roster = static_cast<std::uint32_t>(result->value()[1].integer().value_or(0));
         const auto closed = [this, roster](RedisEvent& known) {
           known.closing = false;
           if (known.trust != Trust::complete) return;
           known.roster = roster;
           pump(known);
         };
         catch_up(current, last, closed, failed);
       });
}

void RedisService::prepare_claims(RedisEvent& event) {
  if (event.claims_ready || event.preparing) return;
  switch (event.design->stock) {
    case RedisStock::list:
    case RedisStock::counter:
    case RedisStock::waiting:
      return open_claims(event);
    case RedisStock::queue:
      begin_preparing(event);
      event.order = preloaded_order(event.secrets.draw,
                                    coupons_for(*event.design, event.spec.quota, *event.roster));
      return preload(event, 0);
    case RedisStock::drawn:
      if (event.drawn != nullptr) return open_claims(event);
      if (event.draw_failure) return;
      begin_preparing(event);
      return prepare_draw(event);
  }
}

void RedisService::begin_preparing(RedisEvent& event) {
  event.preparing = true;
  ++event.preparation;
}

/// The event if what was begun to be prepared for it then is still wanted, or null.
RedisEvent* RedisService::preparing(Life life, std::uint64_t preparation) const {
  RedisEvent* const event = alive(life);
  const bool wanted = event != nullptr && event->preparing && event->preparation == preparation;
  return wanted ? event : nullptr;
}

void RedisService::open_claims(RedisEvent& event) {
  event.preparing = false;
  event.order = {};
  event.claims_ready = true;
  pump(event);
}

void RedisService::preload(RedisEvent& event, std::uint32_t from) {
  const auto quota = static_cast<std::uint32_t>(event.order.size());
  std::vector<std::string> arguments{event.mark, std::to_string(from)};
  for (std::uint32_t at = from; at < std::min(quota, from + kPreloadMax); ++at) {
    const CouponSerial coupon = event.order[at];
    arguments.push_back(fmt::format("{}:{}", coupon, discount_of(event, coupon).value));
  }
  const auto heard = [this, quota, number = event.preparation](RedisEvent& current,
                                                               RedisResult result) {
    if (preparing(life_of(current), number) == nullptr) return;
    if (!result) {
      current.preparing = false;
      return doubted(current, result.error());
    }
    const auto loaded = static_cast<std::uint32_t>(result->value()[1].integer().value_or(0));
    if (loaded >= quota) return open_claims(current);
    preload(current, loaded);
  };
  call(event, scripts_.preload, std::move(arguments), heard);
}

/// The roster is taken from the ledger, once that has all of it: what is drawn from is on record.
void RedisService::prepare_draw(RedisEvent& event) {
  const auto still = [this, life = life_of(event), number = event.preparation] {
    return preparing(life, number);
  };
  queue_.when_durable(queue_.last(), [this, still](bool durable) {
    const RedisEvent* const event_now = still();
    if (!durable || event_now == nullptr) return;
    records_.read_records(event_now->id, [this, still](const EventRecords& records) {
      RedisEvent* const current = still();
      if (current == nullptr) return;
      if (!records) return no_draw(*current, records.error());
      draw(*current, *records);
    });
  });
}

void RedisService::draw(RedisEvent& event, std::span<const LedgerRecord> records) {
  auto drawn = std::make_shared<DrawnRoster>(Rush(event.spec, event.secrets));
  std::optional<DrawFixed> fixed;
  for (const LedgerRecord& record : records) {
    if (const auto* known = std::get_if<DrawFixed>(&record)) fixed = *known;
    const auto* reserved = std::get_if<ReservationGranted>(&record);
    if (reserved == nullptr) continue;
    if (drawn->rush.reserve(reserved->user).ticket != reserved->ticket) {
      return no_draw(event, fmt::format("ticket {} is out of order", reserved->ticket.value()));
    }
  }
  if (drawn->rush.roster().size() != *event.roster) {
    return no_draw(event, fmt::format("the ledger has {} reservations and the store {}",
                                      drawn->rush.roster().size(), *event.roster));
  }
  drawn->rush.close_reservations();
  const DrawingDesign& design = *drawn->rush.design().drawing();
  run_draw_(
      design.draw_job(drawn->rush.roster().tokens()),
      [this, life = life_of(event), number = event.preparation, drawn, fixed](DrawResult& result) {
        RedisEvent* const current = preparing(life, number);
        if (current == nullptr) return;
        if (!result) return no_draw(*current, result.error());
        fix(*current, drawn, std::move(*result), fixed);
      });
}

/// A draw is told once it is on record; one that is on record must be the same.
void RedisService::fix(RedisEvent& event, const std::shared_ptr<DrawnRoster>& drawn,
                       DrawOutcome outcome, const std::optional<DrawFixed>& fixed) {
  if (fixed && (fixed->root != outcome.root || fixed->roster != outcome.roster ||
                fixed->quota != outcome.quota)) {
    return no_draw(event, "the recorded draw does not follow from the recorded roster");
  }
  if (queue_.failure()) return;
  const Sequence recorded =
      fixed ? Sequence()
            : queue_.append(DrawFixed{event.id, outcome.root, outcome.roster, outcome.quota});
  auto shared = std::make_shared<DrawOutcome>(std::move(outcome));
  queue_.when_durable(recorded, [this, life = life_of(event), number = event.preparation, drawn,
                                 shared](bool durable) {
    RedisEvent* const current = preparing(life, number);
    if (!durable || current == nullptr) return;
    adopt(*current, std::move(*drawn), std::move(*shared));
  });
}

void RedisService::adopt(RedisEvent& event, DrawnRoster drawn, DrawOutcome outcome) {
  drawn.won.assign(outcome.roster, false);
  drawn.told_lost.assign(outcome.roster, false);
  for (const TicketNumber winner : outcome.winners) drawn.won.at(winner.value() - 1) = true;
  drawn.rush.design().drawing()->adopt(std::move(outcome));
  event.drawn = std::make_unique<DrawnRoster>(std::move(drawn));
  open_claims(event);
}

void RedisService::no_draw(RedisEvent& event, const std::string& why) {
  log_error("draw failed", {{"event", event.spec.name}, {"what", why}});
  event.draw_failure = fmt::format("event '{}': {}", event.spec.name, why);
  event.preparing = false;
  refuse_all(event.lanes[kClaims], ErrorCode::draw_failed);
}

void RedisService::wait_for_draw(RedisEvent& event, Wish wish, std::int64_t window) {
  std::get<ClaimWish>(wish.what).window = window;
  const WallTime end = event.spec.windows.claim_open + (window + 1) * event.spec.pacing.batch;
  const Duration wait = std::max(end - clock_.wall_now(), Duration{});
  wish.give_up = clock_.steady_now() + wait + kWishPatience;
  wish.doubtful = true;
  event.waiting.gathered.push_back(std::move(wish));
}

/// Draws for every window that has ended and that somebody waits for.
void RedisService::draw_windows(RedisEvent& event, WallTime now) {
  const bool ready = event.trust == Trust::complete && event.roster && !event.drawing_window;
  if (!ready || event.waiting.gathered.empty()) return;
  const std::int64_t ended = (now - event.spec.windows.claim_open) / event.spec.pacing.batch - 1;
  if (std::ranges::none_of(event.waiting.gathered, WaitsUpTo{ended})) return;
  event.drawing_window = true;
  const auto failed = [this](RedisEvent& current, const RedisFailure& failure) {
    current.drawing_window = false;
    doubted(current, failure);
  };
  const auto drawn = [this, ended](RedisEvent& current) { windows_drawn(current, ended); };
  call(event, scripts_.batch_draw, draw_arguments(event, ended),
       [this, drawn, failed](RedisEvent& current, RedisResult result) {
         if (!result) return failed(current, result.error());
         const auto last = static_cast<std::uint64_t>(result->value()[0].integer().value_or(0));
         catch_up(current, last, drawn, failed);
       });
}

/// Whoever waited asks again, and hears what the draw said.
void RedisService::windows_drawn(RedisEvent& event, std::int64_t ended) {
  event.drawing_window = false;
  std::vector<Wish> asked_again;
  for (Wish& wish : std::exchange(event.waiting.gathered, {})) {
    if (WaitsUpTo{ended}(wish)) {
      asked_again.push_back(std::move(wish));
    } else {
      event.waiting.gathered.push_back(std::move(wish));
    }
  }
  give_back(event.lanes[kClaims], std::move(asked_again));
  advance(event, clock_.wall_now());
  pump(event);
}

}  // namespace fairrush::server
