// What users are told, and what the ledger is told before.
#include <algorithm>
#include <utility>

#include "server/designs/first_come/preloaded_shuffle.hpp"
#include "server/stores/redis/redis_service.hpp"

namespace fairrush::server {
namespace {

std::int64_t number_at(RedisValue list, std::size_t place) {
  return place < list.size() ? list[place].integer().value_or(0) : 0;
}

std::uint32_t count_at(RedisValue list, std::size_t place) {
  return static_cast<std::uint32_t>(number_at(list, place));
}

/// Entries of the store's log in one reading, and how many may pile up there.
constexpr std::size_t kReadingMax = 1'000;
constexpr std::uint64_t kTrimEvery = 4'096;

/// "17-0" → 17.
std::uint64_t number_of_entry(RedisValue entry) {
  const std::string_view id = entry.size() > 0 ? entry[0].text().value_or("") : std::string_view();
  std::uint64_t number = 0;
  for (const char c : id.substr(0, id.find('-')))
    number = number * 10 + static_cast<unsigned>(c - '0');
  return number;
}

}  // namespace

void RedisService::answer(RedisEvent& event, const Wish& wish, const ReservationWish& what,
                          RedisValue answer) {
  enum : std::int64_t { granted, repeated, held, outside, full };
  const std::int64_t kind = number_at(answer, 0);
  if (kind == outside) return what.done({.refusal = ErrorCode::not_in_active_time});
  if (kind == full) return what.done({.refusal = ErrorCode::roster_full});
  ReservationAnswer told{.refusal = {},
                         .ticket = TicketNumber(count_at(answer, 1)),
                         .token = token_of(wish.by.user, event.salted),
                         .durable = queue_.last()};
  if (kind == held) told.refusal = ErrorCode::duplicated_reservation;
  if (kind == granted) {
    told.durable = record(event, ReservationGranted{.event = event.id,
                                                    .ticket = told.ticket,
                                                    .user = wish.by.user,
                                                    .at = wish.by.at,
                                                    .idempotency_key = users_key(wish.key)});
  }
  what.done(told);
}

void RedisService::answer(RedisEvent& event, const Wish& wish, const ClaimWish& what,
                          RedisValue answer) {
  enum : std::int64_t { won, repeated, held, lost, no_ticket, outside };
  const std::int64_t kind = number_at(answer, 0);
  // A loss rests on the coupons that others won before: all of them are recorded by now.
  ClaimAnswer told{.kind = ClaimAnswer::Kind::refused, .durable = queue_.last()};
  if (kind == lost) told.refusal = loss_of(*event.design);
  if (kind == no_ticket) told.refusal = ErrorCode::not_reservation;
  if (kind == outside) told.refusal = ErrorCode::not_in_active_time;
  if (kind > held) return what.done(told);
  const CouponSerial serial = count_at(answer, 1);
  told.coupon = event.mint.code(serial);
  told.discount = discount_of(event, serial);
  told.refusal = ErrorCode::already_claimed;
  if (kind != held) told.kind = ClaimAnswer::Kind::won;
  if (kind == won) {
    told.durable = record(event, CouponIssued{.event = event.id,
                                              .issue = count_at(answer, 2),
                                              .ticket = TicketNumber(count_at(answer, 3)),
                                              .user = wish.by.user,
                                              .serial = serial,
                                              .code = told.coupon,
                                              .at = wish.by.at,
                                              .idempotency_key = users_key(wish.key),
                                              .told_at = {}});
  }
  what.done(told);
}

void RedisService::answer(RedisEvent& event, const Wish& wish, const SpendingWish& what,
                          RedisValue answer) {
  enum : std::int64_t { spent, repeated, not_owned, used, early, expired, unmet };
  const std::int64_t kind = number_at(answer, 0);
  RedemptionAnswer told{.refusal = {}, .amounts = what.amounts, .durable = queue_.last()};
  if (kind == spent) {
    told.durable = record(event, CouponRedeemed{.event = event.id,
                                                .issue = count_at(answer, 1),
                                                .user = wish.by.user,
                                                .code = event.mint.code(what.coupon),
                                                .order = what.order,
                                                .amounts = what.amounts,
                                                .at = wish.by.at,
                                                .idempotency_key = users_key(wish.key),
                                                .told_at = {}});
  }
  if (kind == not_owned) told.refusal = ErrorCode::not_owned;
  if (kind == used) told.refusal = ErrorCode::already_used;
  if (kind == early) told.refusal = ErrorCode::not_yet_valid;
  if (kind == expired) told.refusal = ErrorCode::coupon_expired;
  if (kind == unmet) told.refusal = ErrorCode::condition_not_met;
  if (told.refusal) told.amounts = {};
  what.done(told);
}

void RedisService::answer(RedisEvent& event, const Wish&, const WalletWish& what,
                          RedisValue answer) {
  if (answer.size() < 2) return what.done(std::optional<WalletEntry>());
  const CouponCode code = event.mint.code(count_at(answer, 0));
  what.done(WalletEntry{event.spec.name, code, number_at(answer, 1) == 1});
}

void RedisService::answer(RedisEvent& event, const Wish&, const EventWish& what, RedisValue) {
  what.done(state_of(event, 0, 0));
}

Discount RedisService::discount_of(const RedisEvent& event, CouponSerial coupon) const {
  if (event.groups.empty()) return event.spec.terms.discount;
  // Whoever has a coupon did not get it before the roster was final.
  const std::uint32_t roster = event.roster.value_or(event.known.tickets());
  const std::uint32_t quota = coupons_for(*event.design, event.spec.quota, roster);
  return preloaded_discount(event.groups, quota, coupon);
}

Sequence RedisService::record(RedisEvent& event, ReservationGranted fact) {
  return event.known.note(fact) ? queue_.append(std::move(fact)) : queue_.last();
}

Sequence RedisService::record(RedisEvent& event, ClaimLost fact) {
  return event.known.note(fact) ? queue_.append(std::move(fact)) : queue_.last();
}

Sequence RedisService::record(RedisEvent& event, CouponIssued fact) {
  fact.discount = discount_of(event, fact.serial);
  return event.known.note(fact) ? record_told(std::move(fact)) : queue_.last();
}

Sequence RedisService::record(RedisEvent& event, CouponRedeemed fact) {
  return event.known.note(fact) ? record_told(std::move(fact)) : queue_.last();
}

template <class Fact>
Sequence RedisService::record_told(Fact fact) {
  fact.told_at = messaging_.outbox.next_position();
  BusMessage message = message_of(fact);
  const Sequence recorded = queue_.append(std::move(fact));
  messaging_.outbox.expect(std::move(message), recorded);
  return recorded;
}

void RedisService::catch_up(RedisEvent& event, std::uint64_t last, Next next, Failed failed) {
  if (event.logged >= last || queue_.failure()) return next(event);
  const auto heard = [this, last, next = std::move(next), failed](RedisEvent& current,
                                                                  RedisResult result) {
    if (!result) return failed(current, result.error());
    const RedisValue entries = result->value();
    auto facts = read_log(current.id, current.mint, entries);
    if (!facts) {
      return failed(current, {RedisFailure::Kind::refused, std::move(facts.error())});
    }
    if (queue_.failure()) return next(current);
    for (LoggedFact& fact : *facts) {
      std::visit([this, &current](auto& kind) { record(current, std::move(kind)); }, fact);
    }
    // What is not there was trimmed, because the ledger has it.
    const bool all = entries.size() < kReadingMax;
    const std::uint64_t reached = all ? last : number_of_entry(entries[entries.size() - 1]);
    current.logged = std::max(current.logged, reached);
    catch_up(current, last, next, failed);
  };
  call(event, scripts_.read_log,
       {event.mark, std::to_string(event.logged + 1), std::to_string(last),
        std::to_string(kReadingMax)},
       heard);
}

void RedisService::trim_log(RedisEvent& event) {
  if (event.logged < event.trimmed + kTrimEvery || queue_.failure()) return;
  event.trimmed = event.logged;
  const Life life = life_of(event);
  queue_.when_durable(queue_.last(), [this, life, up_to = event.logged](bool durable) {
    const RedisEvent* const current = alive(life);
    if (!durable || current == nullptr || current->trust != RedisEvent::Trust::complete) return;
    RedisCommand trim("XTRIM");
    trim.add(current->keys.at(static_cast<std::size_t>(RedisKey::log)));
    connection_.send(trim.add("MINID").add(up_to), [](const RedisResult&) {});
  });
}

}  // namespace fairrush::server
