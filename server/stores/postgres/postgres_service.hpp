#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/bus/messaging.hpp"
#include "server/stores/postgres/answer_cache.hpp"
#include "server/stores/postgres/relay.hpp"
#include "server/stores/postgres/session_pool.hpp"
#include "server/stores/store_watch.hpp"

namespace fairrush::server {

/// What the service is made of; all of it outlives the service.
struct PostgresServiceParts {
  Executor home;
  const Clock& clock;
  CommitQueue& queue;  ///< of a shared ledger in the same database: for what the bus did
  Messaging& messaging;
};

/// Events that a PostgreSQL decides, for any number of servers. Requests gather while the sessions
/// are busy, so batches grow with the load; an answer comes behind the commit of its batch. While
/// the database is away requests wait for the patience of the pool and are refused then, and those
/// that come later at once.
class PostgresService final : public CouponService {
 public:
  PostgresService(SessionPoolOptions options, PostgresServiceParts parts);

  std::vector<std::string_view> designs() const override;
  /// Applies what a replayed ledger says of the bus; the events stay where they are.
  std::expected<void, std::string> restore(const LedgerRecord& record) override;

  void create(const EventSpec& spec, std::string_view key, EventDone done) override;
  void reset(std::string_view event, const EventWindows& windows, std::string_view key,
             EventDone done) override;
  /// no_coupon_groups: this store's coupons are all alike.
  void preload(std::string_view event, const CouponGroups& groups, WallTime now,
               EventDone done) override;
  /// As of when the database has let go of what was under way, a little later than `now`.
  void move(std::string_view event, Move move, WallTime now, EventDone done) override;
  void describe(std::string_view event, WallTime now, EventDone done) override;
  void reserve(std::string_view event, const UserRequest& request, ReservationDone done) override;
  void claim(std::string_view event, const UserRequest& request, ClaimDone done) override;
  void generate(std::string_view event, const UserRequest& request, ClaimDone done) override;
  /// unknown_request: this store accepts no claims that it decides later.
  void status(const StatusQuestion& question, StatusDone done) override;
  void redeem(const RedemptionRequest& request, RedemptionDone done) override;
  void wallet(const UserRequest& request, std::optional<std::string_view> only,
              WalletDone done) override;
  void tick(WallTime now) override;
  std::optional<Impairment> impairment() const override;
  void refuse_held(ErrorCode) override {}

  /// Who is to be told of its transactions; before the first request.
  void watch(StoreWatch watch) { watch_ = std::move(watch); }

  /// Whether every request is answered.
  bool is_settled() const;
  /// Ends what is under way, and no longer looks into the database; `has_ended` soon after.
  void stop();
  bool has_ended() const { return stopping_ && is_settled() && relay_.idle(); }

 private:
  struct Reserving {
    std::string event;
    StoredRequest request;
    ReservationDone done;
  };
  struct Claiming {
    std::string event;
    ClaimDoor door{};
    StoredRequest request;
    ClaimDone done;
  };
  struct Spending {
    StoredSpending request;
    RedemptionDone done;
  };
  struct Looking {
    StoredRequest request;
    std::optional<std::string> only;
    WalletDone done;
  };
  using Errand = std::function<void()>;  ///< starts one transaction
  using Counting = std::function<std::expected<StoredCounts, ErrorCode>(pqxx::work&)>;

  void enqueue_claim(std::string_view event, const UserRequest& request, ClaimDoor door,
                     ClaimDone done);
  /// Starts what waits while sessions are free.
  void pump();
  bool start_next();
  void start_reservations();
  void start_claims();
  void start_spendings();
  void start_wallets();
  void finish_claims(std::vector<Claiming> batch, const StoredAnswers<StoredVerdict>& answers);
  void run(StoreCall call, SessionPool::Work work, std::function<void()> done,
           std::function<void()> failed);
  /// Runs `work` in its turn; `counted` hears of the event that it was about.
  void count_in_turn(const char* name, Counting work,
                     std::function<void(const StoredCounts&)> counted, EventDone done);
  void answer_counts(const StoredCounts& counts, const EventDone& done);
  /// The database has been away for longer than anybody waits.
  void note_away(const PostgresError& error);
  void refuse_all();

  std::string name_;
  PostgresServiceParts parts_;
  AnswerCache cache_;
  std::deque<Reserving> reservations_;
  std::deque<Claiming> claims_;
  std::deque<Spending> spendings_;
  std::deque<Looking> wallets_;
  std::deque<Errand> errands_;
  bool reserving_ = false;  ///< one batch at a time: they all hold the event's row
  unsigned turn_ = 0;       ///< whose turn the next free session is
  std::optional<std::string> away_;
  bool stopping_ = false;
  StoreWatch watch_;  ///< empty: nobody
  SessionPool pool_;
  PostgresRelay relay_;
};

}  // namespace fairrush::server
