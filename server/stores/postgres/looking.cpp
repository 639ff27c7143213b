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

void PostgresService::create(const EventSpec& spec, std::string_view key, EventDone done) {
  FAIRRUSH_ASSERT(runs_on_postgres(spec.design));
  if (away_) return done(std::unexpected(ErrorCode::ledger_unavailable));
  errands_.push_back([this, spec, key = std::string(key), done = std::move(done)] {
    auto counted = std::make_shared<Counted>(std::unexpected(ErrorCode::internal_error));
    run(
        {.name = "create", .requests = 1},
        [counted, spec, key](pqxx::work& transaction) {
          *counted = server::create(transaction, spec, key);
        },
        [this, counted, done] {
          if (!*counted) return done(std::unexpected(counted->error()));
          cache_.note_life((*counted)->event.spec().name, (*counted)->event.life);
          answer_counts(**counted, done);
        },
        [done] { done(std::unexpected(ErrorCode::ledger_unavailable)); });
  });
  pump();
}

void PostgresService::reset(std::string_view event, const EventWindows& windows,
                            std::string_view key, EventDone done) {
  if (away_) return done(std::unexpected(ErrorCode::ledger_unavailable));
  errands_.push_back(
      [this, event = std::string(event), windows, key = std::string(key), done = std::move(done)] {
        auto counted = std::make_shared<Counted>(std::unexpected(ErrorCode::internal_error));
        run(
            {.name = "reset", .requests = 1},

            [counted, event, windows, key](pqxx::work& transaction) {
              *counted = server::reset(transaction, event, windows, key);
            },
            [this, counted, event, done] {
              if (!*counted) return done(std::unexpected(counted->error()));
              parts_.messaging.begin((*counted)->event.created);
              cache_.note_life(event, (*counted)->event.life);
              answer_counts(**counted, done);
            },
            [done] { done(std::unexpected(ErrorCode::ledger_unavailable)); });
      });
  pump();
}

void PostgresService::preload(std::string_view, const CouponGroups&, WallTime, EventDone done) {
  done(std::unexpected(ErrorCode::no_coupon_groups));
}

void PostgresService::describe(std::string_view event, WallTime, EventDone done) {
  if (away_) return done(std::unexpected(ErrorCode::ledger_unavailable));
  errands_.push_back([this, event = std::string(event), done = std::move(done)] {
    auto counts = std::make_shared<std::optional<StoredCounts>>();
    run(
        {.name = "describe", .requests = 1},
        [counts, event](pqxx::work& transaction) {
          *counts = server::describe(transaction, event);
        },
        [this, counts, done] {
          if (!*counts) return done(std::unexpected(ErrorCode::unknown_event));
          answer_counts(**counts, done);
        },
        [done] { done(std::unexpected(ErrorCode::ledger_unavailable)); });
  });
  pump();
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
