// Events and wallets: what is looked at more than it is changed.
#include <algorithm>
#include <set>

#include "base/assert.hpp"
#include "server/stores/postgres/postgres_service.hpp"

namespace fairrush::server {
namespace {

using Counted = std::expected<StoredCounts, ErrorCode>;

}  // namespace

void PostgresService::answer_counts(const StoredCounts& counts, const EventDone& done) {
  const EventSpec& spec = counts.event.spec();
  const std::uint32_t quota = spec.quota.coupons(counts.event.roster);
  // Rows are made ahead under row-lock, and as they are given out under the other design.
  const bool made_ahead = spec.design == kRowLock;
  const std::uint32_t minted = counts.event.minted;
  const std::uint32_t issued = made_ahead ? minted - counts.unused : minted;
  done(EventState{.id = counts.event.id(),
                  .spec = spec,
                  .roster = counts.event.roster,
                  .quota = quota,
                  .issued = issued,
                  .remaining = made_ahead ? counts.unused : quota - issued,
                  .draw = {},
                  .outbox_pending = counts.outbox_pending});
}

void PostgresService::count_in_turn(const char* name, Counting work,
                                    std::function<void(const StoredCounts&)> counted,
                                    EventDone done) {
  if (away_) return done(std::unexpected(ErrorCode::ledger_unavailable));
  errands_.push_back(
      [this, name, work = std::move(work), counted = std::move(counted), done = std::move(done)] {
        auto counts = std::make_shared<Counted>(std::unexpected(ErrorCode::internal_error));
        run(
            {.name = name, .requests = 1},
            [counts, work](pqxx::work& transaction) { *counts = work(transaction); },
            [this, counts, counted, done] {
              if (!*counts) return done(std::unexpected(counts->error()));
              counted(**counts);
              answer_counts(**counts, done);
            },
            [done] { done(std::unexpected(ErrorCode::ledger_unavailable)); });
      });
  pump();
}

void PostgresService::create(const EventSpec& spec, std::string_view key, EventDone done) {
  FAIRRUSH_ASSERT(runs_on_postgres(spec.design));
  count_in_turn(
      "create",
      [spec, key = std::string(key)](pqxx::work& transaction) {
        return server::create(transaction, spec, key);
      },
      [this](const StoredCounts& counts) {
        cache_.note_life(counts.event.spec().name, counts.event.life);
      },
      std::move(done));
}

void PostgresService::reset(std::string_view event, const EventWindows& windows,
                            std::string_view key, EventDone done) {
  count_in_turn(
      "reset",
      [event = std::string(event), windows, key = std::string(key)](pqxx::work& transaction) {
        return server::reset(transaction, event, windows, key);
      },
      [this](const StoredCounts& counts) {
        parts_.messaging.begin(counts.event.created);
        cache_.note_life(counts.event.spec().name, counts.event.life);
      },
      std::move(done));
}

void PostgresService::move(std::string_view event, Move move, WallTime, EventDone done) {
  count_in_turn(
      "move",
      [this, event = std::string(event), move](pqxx::work& transaction) {
        return move_windows(transaction, event, move, parts_.clock);
      },
      [](const StoredCounts&) {}, std::move(done));
}

void PostgresService::preload(std::string_view, const CouponGroups&, WallTime, EventDone done) {
  done(std::unexpected(ErrorCode::no_coupon_groups));
}

void PostgresService::describe(std::string_view event, WallTime, EventDone done) {
  count_in_turn(
      "describe",
      [event = std::string(event)](pqxx::work& transaction) -> Counted {
        auto counts = server::describe(transaction, event);
        if (!counts) return std::unexpected(ErrorCode::unknown_event);
        return std::move(*counts);
      },
      [](const StoredCounts&) {}, std::move(done));
}

void PostgresService::wallet(const UserRequest& request, std::optional<std::string_view> only,
                             WalletDone done) {
  if (away_) return done(std::unexpected(ErrorCode::ledger_unavailable));
  wallets_.push_back(
      {.request = {request.user, {}, request.at}, .only = {}, .done = std::move(done)});
  if (only) wallets_.back().only = std::string(*only);
  pump();
}

void PostgresService::start_wallets() {
  static constexpr std::size_t kWalletsMax = 1000;
  auto batch = std::make_shared<std::vector<Looking>>();
  std::vector<StoredRequest> requests;
  while (!wallets_.empty() && batch->size() < kWalletsMax) {
    requests.push_back(wallets_.front().request);
    batch->push_back(std::move(wallets_.front()));
    wallets_.pop_front();
  }
  struct Found {
    std::vector<StoredCoupon> coupons;
    std::set<std::string> events;
  };
  auto found = std::make_shared<Found>();
  run(
      {.name = "wallet", .requests = batch->size()},

      [found, requests](pqxx::work& transaction) {
        *found = {};
        found->coupons = wallets(transaction, requests);
        for (const pqxx::row& row : transaction.exec("SELECT name FROM events")) {
          found->events.insert(row[0].c_str());
        }
      },
      [batch, found] {
        for (const Looking& one : *batch) {
          if (one.only && !found->events.contains(*one.only)) {
            one.done(std::unexpected(ErrorCode::unknown_event));
            continue;
          }
          Wallet wallet;
          for (const StoredCoupon& coupon : found->coupons) {
            if (coupon.user != one.request.user) continue;
            if (one.only && coupon.event != *one.only) continue;
            wallet.entries.push_back({coupon.event, coupon.coupon, coupon.redeemed});
          }
          one.done(wallet);
        }
      },
      [batch] {
        for (const Looking& one : *batch) one.done(std::unexpected(ErrorCode::ledger_unavailable));
      });
}

void PostgresService::status(const StatusQuestion&, StatusDone done) {
  done(std::unexpected(ErrorCode::unknown_request));
}

}  // namespace fairrush::server
