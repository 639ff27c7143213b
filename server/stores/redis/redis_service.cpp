#include "server/stores/redis/redis_service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <utility>

#include "base/assert.hpp"
#include "base/draw/draw.hpp"
#include "server/log.hpp"

namespace fairrush::server {
namespace {

/// More than the tickets that an event has on Redis are of no use, and lists hold them one by one.
constexpr std::uint32_t kCouponsMax = 9'000'000;

/// Where this process begins to number requests.
std::uint64_t any_number() {
  std::uint64_t number = 0;
  const Bytes bytes = secret_bytes(sizeof number);
  std::memcpy(&number, bytes.data(), sizeof number);
  return number / 2;
}

}  // namespace

RedisService::RedisService(RedisServiceParts parts, RedisEndpoint endpoint, RedisPatience patience)
    : clock_(parts.clock),
      queue_(parts.queue),
      messaging_(parts.messaging),
      records_(parts.records),
      run_draw_(std::move(parts.run_draw)),
      last_wish_(any_number()),
      connection_(parts.executor, parts.clock, std::move(endpoint), *this, patience) {}

void RedisService::open() {
  connection_.open();
}

Task<void> RedisService::stop() {
  co_await connection_.stop();
}

std::vector<std::string_view> RedisService::designs() const {
  std::vector<std::string_view> names;
  for (const RedisDesign& row : redis_designs()) names.push_back(row.name);
  return names;
}

RedisService::Restored RedisService::restore(const LedgerRecord& record) {
  return std::visit([this](const auto& kind) { return apply(kind); }, record);
}

RedisService::Restored RedisService::apply(const EventCreated& record) {
  if (find_redis_design(record.spec.design) == nullptr) {
    return std::unexpected(fmt::format("event '{}': the design '{}' does not run on Redis",
                                       record.spec.name, record.spec.design));
  }
  begin(record);
  return {};
}

/// A ledger holds what an event's last reset left, not the reset.
RedisService::Restored RedisService::apply(const EventReset&) {
  return std::unexpected("a reset cannot be read back");
}

RedisService::Restored RedisService::apply(const CouponsPreloaded& record) {
  const auto event = by_id_.find(record.event);
  if (event == by_id_.end()) return std::unexpected("groups of an event that is not there");
  event->second->take_groups(record.groups);
  return {};
}

/// Nor the moves: it holds where they ended.
RedisService::Restored RedisService::apply(const EventMoved&) {
  return std::unexpected("a move cannot be read back");
}

/// Its days are events like others; the rule is for whoever begins them.
RedisService::Restored RedisService::apply(const DailyEventSet&) {
  return {};
}

RedisService::Restored RedisService::apply(const ClaimAccepted&) {
  return std::unexpected("an accepted claim: Redis decides claims at once");
}

/// It is read again when the event needs it.
RedisService::Restored RedisService::apply(const DrawFixed&) {
  return {};
}

RedisService::Restored RedisService::apply(const BusMessage& record) {
  messaging_.outbox.restore(record);
  return {};
}

RedisService::Restored RedisService::apply(const OutboxPublished& record) {
  messaging_.outbox.restore(record);
  return {};
}

RedisService::Restored RedisService::apply(const AuditHeard& record) {
  messaging_.audit.restore(record);
  return {};
}

template <class Fact>
RedisService::Restored RedisService::apply(const Fact& record) {
  const auto event = by_id_.find(record.event);
  if (event == by_id_.end()) return std::unexpected("a record of an event that is not there");
  event->second->known.note(record);
  return {};
}

RedisEvent* RedisService::find(std::string_view name) const {
  const auto found = events_.find(name);
  return found == events_.end() ? nullptr : found->second.get();
}

RedisEvent* RedisService::alive(Life life) const {
  const auto found = by_id_.find(life.event);
  const bool lives = found != by_id_.end() && found->second->number == life.number;
  return lives ? found->second : nullptr;
}

RedisEvent& RedisService::begin(EventCreated created) {
  last_id_ = std::max(last_id_, created.event.value());
  messaging_.begin(created);
  auto event = std::make_unique<RedisEvent>(created);
  event->number = ++last_number_;
  by_id_[event->id] = event.get();
  return *(events_[created.spec.name] = std::move(event));
}

EventState RedisService::state_of(const RedisEvent& event, std::uint32_t roster,
                                  std::uint32_t issued) const {
  const std::uint32_t quota = coupons_for(*event.design, event.spec.quota, roster);
  EventState state{.id = event.id,
                   .spec = event.spec,
                   .roster = roster,
                   .quota = quota,
                   .issued = issued,
                   .remaining = quota - std::min(issued, quota),
                   .groups = event.groups,
                   .released = 0,
                   .draw = {},
                   .durable = queue_.last()};
  if (event.design->stock != RedisStock::drawn) return state;
  state.draw = {.commitment = draw_commitment(event.spec.name, event.secrets.draw),
                .secret = event.secrets.draw};
  if (event.drawn == nullptr) return state;
  state.draw->outcome = event.drawn->rush.design().drawing()->outcome();
  state.draw->tokens = event.drawn->rush.roster().tokens();
  return state;
}

void RedisService::create(const EventSpec& spec, std::string_view key, EventDone done) {
  FAIRRUSH_ASSERT(find_redis_design(spec.design) != nullptr && check_order(spec.windows));
  if (!queue_.accepts()) return done(std::unexpected(ErrorCode::ledger_unavailable));
  if (spec.quota.coupons(0) > kCouponsMax) return done(std::unexpected(ErrorCode::bad_request));
  AdminKey under{AdminKey::Route::create, std::string(key)};
  if (const RedisEvent* const taken = find(spec.name)) {
    if (!taken->begun_under(under)) return done(std::unexpected(ErrorCode::event_exists));
    return describe(spec.name, clock_.wall_now(), std::move(done));
  }
  EventCreated created{EventId(last_id_ + 1), spec, EventSecrets::generate(), std::move(under)};
  RedisEvent& event = begin(created);
  event.fresh = true;
  queue_.append(std::move(created));
  advance(event, clock_.wall_now());
  done(state_of(event, 0, 0));
}

void RedisService::reset(std::string_view name, const EventWindows& windows, std::string_view key,
                         EventDone done) {
  RedisEvent* const event = find(name);
  if (event == nullptr) return done(std::unexpected(ErrorCode::unknown_event));
  if (!queue_.accepts()) return done(std::unexpected(ErrorCode::ledger_unavailable));
  AdminKey under{AdminKey::Route::reset, std::string(key)};
  if (event->begun_under(under)) return describe(name, clock_.wall_now(), std::move(done));
  done(state_of(begin_anew(*event, windows, std::move(under)), 0, 0));
}

/// The old RedisEvent is gone. Calls for it that are under way are refused by their life, or by
/// Redis.
RedisEvent& RedisService::begin_anew(RedisEvent& event, const EventWindows& windows,
                                     AdminKey under) {
  Lanes waiting = std::move(event.lanes);
  Lane held = std::move(event.waiting);
  EventSpec spec = event.spec;
  spec.windows = windows;
  EventCreated renewed{event.id, std::move(spec), EventSecrets::generate(), std::move(under)};
  RedisEvent& anew = begin(renewed);
  anew.fresh = true;
  queue_.append(EventReset{std::move(renewed)});
  advance(anew, clock_.wall_now());
  for (const Lane& lane : waiting) std::ranges::for_each(lane.gathered, refuse_void);
  std::ranges::for_each(held.gathered, refuse_void);
  return anew;
}

void RedisService::preload(std::string_view name, const CouponGroups& groups, WallTime now,
                           EventDone done) {
  RedisEvent* const event = find(name);
  if (event == nullptr) return done(std::unexpected(ErrorCode::unknown_event));
  if (event->design->stock != RedisStock::queue) {
    return done(std::unexpected(ErrorCode::no_coupon_groups));
  }
  if (!queue_.accepts()) return done(std::unexpected(ErrorCode::ledger_unavailable));
  if (now >= event->spec.windows.reserve_close) {
    return done(std::unexpected(ErrorCode::not_in_active_time));
  }
  event->take_groups(groups);
  queue_.append(CouponsPreloaded{event->id, groups});
  describe(name, now, std::move(done));
}

void RedisService::describe(std::string_view name, WallTime now, EventDone done) {
  RedisEvent* const event = find(name);
  if (event == nullptr) return done(std::unexpected(ErrorCode::unknown_event));
  const UserRequest request{.user = {}, .idempotency_key = {}, .at = now};
  accept(*event, wish_of(request, EventWish{std::move(done)}));
}

void RedisService::reserve(std::string_view name, const UserRequest& request,
                           ReservationDone done) {
  RedisEvent* const event = find(name);
  if (event == nullptr) return done({.refusal = ErrorCode::unknown_event});
  if (request.at < event->spec.windows.reserve_open) {
    return done({.refusal = ErrorCode::not_in_active_time});  // nobody can have a ticket yet
  }
  accept(*event, wish_of(request, ReservationWish{std::move(done)}));
}

void RedisService::claim(std::string_view name, const UserRequest& request, ClaimDone done) {
  const auto refused = [&done](ErrorCode why) {
    done({.kind = ClaimAnswer::Kind::refused, .refusal = why, .durable = {}});
  };
  RedisEvent* const event = find(name);
  if (event == nullptr) return refused(ErrorCode::unknown_event);
  if (request.at < event->spec.windows.claim_open) {
    return refused(ErrorCode::not_in_active_time);  // nobody can have a verdict yet
  }
  advance(*event, request.at);
  Wish wish = wish_of(request, ClaimWish{std::move(done)});
  if (!foretold(*event, wish)) accept(*event, std::move(wish));
}

void RedisService::generate(std::string_view name, const UserRequest& request, ClaimDone done) {
  claim(name, request, std::move(done));
}

void RedisService::status(const StatusQuestion&, StatusDone done) {
  done(std::unexpected(ErrorCode::unknown_request));
}

void RedisService::redeem(const RedemptionRequest& request, RedemptionDone done) {
  const auto code = parse_coupon_code(request.coupon);
  const auto serial = code ? serial_of(*code) : std::nullopt;
  for (const auto& [name, event] : events_) {
    // Only this event's key makes this code; one that was never given out is known to nobody.
    if (!serial || event->mint.code(*serial) != *code) continue;
    const OrderAmounts amounts = amounts_of(request.amount, discount_of(*event, *serial));
    SpendingWish wish{.coupon = *serial,
                      .order = request.order,
                      .amounts = amounts,
                      .meets_condition = request.amount >= event->spec.terms.amount_min,
                      .done = std::move(done)};
    return accept(*event, wish_of(request.by, std::move(wish)));
  }
  done({.refusal = ErrorCode::unknown_coupon, .amounts = {}, .durable = queue_.last()});
}

void RedisService::wallet(const UserRequest& request, std::optional<std::string_view> only,
                          WalletDone done) {
  std::vector<RedisEvent*> asked;
  for (const auto& [name, event] : events_) {
    const bool wanted = only ? name == *only : request.at < forgotten_at(event->spec, WallTime());
    if (wanted) asked.push_back(event.get());
  }
  if (only && asked.empty()) return done(std::unexpected(ErrorCode::unknown_event));
  std::erase_if(asked, [&request](const RedisEvent* event) {
    return request.at < event->spec.windows.claim_open;  // nobody can have a coupon yet
  });
  if (asked.empty()) return done(Wallet{{}, queue_.last()});
  struct Gathering {
    std::size_t missing;
    std::expected<Wallet, ErrorCode> wallet;
    WalletDone done;
  };
  auto all = std::make_shared<Gathering>(Gathering{asked.size(), Wallet{}, std::move(done)});
  for (RedisEvent* const event : asked) {
    const auto heard = [this, all](std::expected<std::optional<WalletEntry>, ErrorCode> entry) {
      if (!entry) all->wallet = std::unexpected(entry.error());
      if (entry && *entry && all->wallet) all->wallet->entries.push_back(**entry);
      if (--all->missing > 0) return;
      if (all->wallet) {
        std::ranges::sort(all->wallet->entries, {}, &WalletEntry::event);
        all->wallet->durable = queue_.last();
      }
      all->done(all->wallet);
    };
    accept(*event, wish_of(request, WalletWish{heard}));
  }
}

void RedisService::tick(WallTime now) {
  for (const auto& [name, event] : events_) {
    for (Lane& lane : event->lanes) expire(lane, clock_.steady_now());
    expire(event->waiting, clock_.steady_now());
    advance(*event, now);
    pump(*event);
    draw_windows(*event, now);
  }
  messaging_.outbox.relay();
}

std::optional<CouponService::Impairment> RedisService::impairment() const {
  if (run_id_.empty()) {
    return Impairment{ErrorCode::store_unavailable, "there is no connection to Redis"};
  }
  if (!answering_) return Impairment{ErrorCode::store_unavailable, "Redis does not answer"};
  for (const auto& [name, event] : events_) {
    if (event->draw_failure) return Impairment{ErrorCode::draw_failed, *event->draw_failure};
  }
  return std::nullopt;
}

void RedisService::refuse_held(ErrorCode why) {
  for (const auto& [name, event] : events_) {
    if (!event->claims_ready) refuse_certain(event->lanes[kClaims], why);
    refuse_all(event->waiting, why);
  }
}

}  // namespace fairrush::server
