#include "server/stores/postgres/postgres_service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/assert.hpp"
#include "server/log.hpp"

namespace fairrush::server {
namespace {

/// Requests of one transaction: enough that a commit costs each of them little, few enough that
/// nobody waits long for the others.
constexpr std::size_t kBatchMax = 1000;
constexpr Duration kWinsRemembered = std::chrono::minutes(2);
constexpr std::size_t kWinsRememberedMax = 1'000'000;

/// The first requests that go together, taken out.
template <class Item, class Together>
std::vector<Item> take_batch(std::deque<Item>& waiting, const Together& together) {
  std::vector<Item> batch;
  while (!waiting.empty() && batch.size() < kBatchMax &&
         (batch.empty() || together(batch.front(), waiting.front()))) {
    batch.push_back(std::move(waiting.front()));
    waiting.pop_front();
  }
  return batch;
}

template <class Item>
auto requests_of(const std::vector<Item>& batch) {
  std::vector<decltype(Item::request)> requests;
  for (const Item& item : batch) requests.push_back(item.request);
  return requests;
}

StoredRequest stored(const UserRequest& request) {
  return {request.user, std::string(request.idempotency_key), request.at};
}

constexpr ErrorCode kAway = ErrorCode::ledger_unavailable;

ClaimAnswer refused(ErrorCode why) {
  return {.kind = ClaimAnswer::Kind::refused, .refusal = why};
}

}  // namespace

PostgresService::PostgresService(SessionPoolOptions options, PostgresServiceParts parts)
    : name_(options.address.shown),
      parts_(parts),
      cache_(kWinsRemembered, kWinsRememberedMax),
      pool_(options, parts.home),
      relay_(options, parts.home, parts.messaging,
             [this](const std::vector<PostgresRelay::Life>& lives) {
               if (std::exchange(away_, {}))
                 log_info("the store answers again", {{"store", name_}});
               for (const auto& life : lives) cache_.note_life(life.event, life.number);
             }) {}

std::vector<std::string_view> PostgresService::designs() const {
  return {kRowLock, kGenerateOutbox};
}

std::expected<void, std::string> PostgresService::restore(const LedgerRecord& record) {
  if (const auto* const begun = std::get_if<EventCreated>(&record)) parts_.messaging.see(*begun);
  if (const auto* const heard = std::get_if<AuditHeard>(&record)) {
    parts_.messaging.audit.restore(*heard);
  }
  return {};
}

void PostgresService::run(StoreCall call, SessionPool::Work work, std::function<void()> done,
                          std::function<void()> failed) {
  pool_.run(std::move(work), watched<const PostgresResult<void>&>(
                                 watch_, call,
                                 [this, done = std::move(done),
                                  failed = std::move(failed)](const PostgresResult<void>& result) {
                                   if (result) {
                                     away_.reset();
                                     done();
                                   } else {
                                     failed();
                                     note_away(result.error());
                                   }
                                   pump();
                                 }));
}

void PostgresService::note_away(const PostgresError& error) {
  const bool new_outage = !std::exchange(away_, error.what);
  if (new_outage) log_warning("the store is away", {{"store", name_}, {"what", error.what}});
  refuse_all();
}

void PostgresService::refuse_all() {
  for (const Reserving& one : std::exchange(reservations_, {})) one.done({.refusal = kAway});
  for (const Claiming& one : std::exchange(claims_, {})) one.done(refused(kAway));
  for (const Spending& one : std::exchange(spendings_, {})) one.done({.refusal = kAway});
  for (const Looking& one : std::exchange(wallets_, {})) one.done(std::unexpected(kAway));
}

void PostgresService::pump() {
  while (pool_.has_free() && start_next()) {
  }
}

/// In turn, so that no kind of request starves another.
bool PostgresService::start_next() {
  static constexpr unsigned kKinds = 5;
  for (unsigned tried = 0; tried < kKinds; ++tried) {
    switch (turn_++ % kKinds) {
      case 0:
        if (!claims_.empty()) return start_claims(), true;
        break;
      case 1:
        if (!reservations_.empty() && !reserving_) return start_reservations(), true;
        break;
      case 2:
        if (!spendings_.empty()) return start_spendings(), true;
        break;
      case 3:
        if (!wallets_.empty()) return start_wallets(), true;
        break;
      default:
        if (errands_.empty()) break;
        const Errand errand = std::move(errands_.front());
        errands_.pop_front();
        return errand(), true;
    }
  }
  return false;
}

void PostgresService::reserve(std::string_view event, const UserRequest& request,
                              ReservationDone done) {
  if (away_) return done({.refusal = kAway});
  reservations_.push_back({std::string(event), stored(request), std::move(done)});
  pump();
}

void PostgresService::start_reservations() {
  auto batch = std::make_shared<std::vector<Reserving>>(take_batch(
      reservations_,
      [](const Reserving& first, const Reserving& next) { return first.event == next.event; }));
  auto answers = std::make_shared<StoredAnswers<StoredReservation>>();
  reserving_ = true;
  run(
      {.name = "reserve", .requests = batch->size()},

      [this, answers, event = batch->front().event,
       requests = requests_of(*batch)](pqxx::work& transaction) {
        *answers = server::reserve(transaction, event, requests, parts_.clock);
      },
      [this, batch, answers] {
        reserving_ = false;
        for (std::size_t index = 0; index < batch->size(); ++index) {
          const Reserving& one = (*batch)[index];
          if (!answers->event) {
            one.done({.refusal = ErrorCode::unknown_event});
            continue;
          }
          const StoredReservation& answer = answers->answers.at(index);
          one.done({.refusal = answer.refusal, .ticket = answer.ticket, .token = answer.token});
        }
      },
      [this, batch] {
        reserving_ = false;
        for (const Reserving& one : *batch) one.done({.refusal = kAway});
      });
}

void PostgresService::claim(std::string_view event, const UserRequest& request, ClaimDone done) {
  enqueue_claim(event, request, ClaimDoor::reserved, std::move(done));
}

void PostgresService::generate(std::string_view event, const UserRequest& request, ClaimDone done) {
  enqueue_claim(event, request, ClaimDoor::open, std::move(done));
}

void PostgresService::enqueue_claim(std::string_view event, const UserRequest& request,
                                    ClaimDoor door, ClaimDone done) {
  if (const auto known = cache_.answer(event, request)) return done(*known);
  if (away_) return done(refused(kAway));
  claims_.push_back({std::string(event), door, stored(request), std::move(done)});
  pump();
}

void PostgresService::start_claims() {
  auto batch = std::make_shared<std::vector<Claiming>>(
      take_batch(claims_, [](const Claiming& first, const Claiming& next) {
        return first.event == next.event && first.door == next.door;
      }));
  auto answers = std::make_shared<StoredAnswers<StoredVerdict>>();
  run(
      {.name = "claim", .requests = batch->size()},

      [answers, event = batch->front().event, door = batch->front().door,
       requests = requests_of(*batch)](pqxx::work& transaction) {
        *answers = server::claim(transaction, event, requests, door);
      },
      [this, batch, answers] { finish_claims(std::move(*batch), *answers); },
      [batch] {
        for (const Claiming& one : *batch) one.done(refused(kAway));
      });
}

void PostgresService::finish_claims(std::vector<Claiming> batch,
                                    const StoredAnswers<StoredVerdict>& answers) {
  using Kind = StoredVerdict::Kind;
  if (answers.event) cache_.note_life(batch.front().event, answers.event->life);
  for (std::size_t index = 0; index < batch.size(); ++index) {
    Claiming& one = batch[index];
    if (!answers.event) {
      one.done(refused(ErrorCode::unknown_event));
      continue;
    }
    const StoredVerdict& verdict = answers.answers.at(index);
    if (verdict.kind == Kind::undecided) {
      claims_.push_back(std::move(one));
    } else if (verdict.kind == Kind::refused) {
      if (verdict.refusal == ErrorCode::sold_out) cache_.note_loss(one.event, one.request.user);
      one.done(refused(verdict.refusal));
    } else {
      const Discount& discount = answers.event->spec().terms.discount;
      cache_.note_win(one.event, one.request, verdict, discount);
      const bool won = verdict.kind == Kind::won;
      one.done({.kind = won ? ClaimAnswer::Kind::won : ClaimAnswer::Kind::refused,
                .refusal = ErrorCode::already_claimed,
                .coupon = verdict.coupon,
                .discount = discount});
    }
  }
}

void PostgresService::redeem(const RedemptionRequest& request, RedemptionDone done) {
  if (away_) return done({.refusal = kAway});
  spendings_.push_back({{.by = stored(request.by),
                         .order = request.order,
                         .coupon = request.coupon,
                         .amount = request.amount},
                        std::move(done)});
  pump();
}

void PostgresService::start_spendings() {
  auto batch = std::make_shared<std::vector<Spending>>(
      take_batch(spendings_, [](const Spending&, const Spending&) { return true; }));
  auto answers = std::make_shared<std::vector<RedemptionAnswer>>();
  run(
      {.name = "redeem", .requests = batch->size()},
      [answers, requests = requests_of(*batch)](pqxx::work& transaction) {
        *answers = server::redeem(transaction, requests);
      },
      [batch, answers] {
        for (std::size_t index = 0; index < batch->size(); ++index) {
          (*batch)[index].done(answers->at(index));
        }
      },
      [batch] {
        for (const Spending& one : *batch) one.done({.refusal = kAway});
      });
}

void PostgresService::tick(WallTime now) {
  if (!stopping_) relay_.tick(now);
  pump();
}

std::optional<CouponService::Impairment> PostgresService::impairment() const {
  if (!away_) return std::nullopt;
  return Impairment{kAway, fmt::format("store '{}': {}", name_, *away_)};
}

bool PostgresService::is_settled() const {
  return pool_.is_idle() && claims_.empty() && reservations_.empty() && spendings_.empty() &&
         wallets_.empty() && errands_.empty();
}

void PostgresService::stop() {
  stopping_ = true;
  pool_.interrupt();
  relay_.stop();
}

}  // namespace fairrush::server
