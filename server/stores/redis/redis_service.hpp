#pragma once

#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "server/bus/messaging.hpp"
#include "server/ledger/record_reader.hpp"
#include "server/redis/connection.hpp"
#include "server/service/coupon_service.hpp"
#include "server/service/draw_runner.hpp"
#include "server/stores/redis/event.hpp"
#include "server/stores/redis/scripts.hpp"
#include "server/stores/redis/store_log.hpp"
#include "server/stores/redis/telling.hpp"
#include "server/stores/store_watch.hpp"

namespace fairrush::server {

/// How long a wish may wait for its outcome.
inline constexpr Duration kWishPatience = std::chrono::seconds(4);

/// What a service on Redis is made of; all of it outlives the service.
struct RedisServiceParts {
  Executor executor;
  const Clock& clock;
  CommitQueue& queue;
  Messaging& messaging;
  RecordReader& records;
  DrawRunner run_draw;
};

/// A coupon service that decides in Redis, one script call for many users, and sends every decision
/// to the ledger before it is told. What it remembers of users is what it has recorded; several
/// processes may ask the same Redis.
///
/// Redis is trusted with an event for as long as one run of it lasts. A run that is new, or that
/// has lost the event, decides nothing until it has been told what the ledger has.
class RedisService final : public CouponService, private RedisConnection::Listener {
 public:
  RedisService(RedisServiceParts parts, RedisEndpoint endpoint, RedisPatience patience = {});

  /// Who is to be told of its calls; before `open`.
  void watch(StoreWatch watch) { watch_ = std::move(watch); }
  /// Starts to connect.
  void open();
  /// Ends the connection for good; before the service is destroyed.
  Task<void> stop();

  std::vector<std::string_view> designs() const override;
  std::expected<void, std::string> restore(const LedgerRecord& record) override;
  void create(const EventSpec& spec, std::string_view key, EventDone done) override;
  void reset(std::string_view event, const EventWindows& windows, std::string_view key,
             EventDone done) override;
  void preload(std::string_view event, const CouponGroups& groups, WallTime now,
               EventDone done) override;
  /// Recorded and in force at once, whether Redis is there or not; the answer counts what Redis
  /// has.
  void move(std::string_view event, Move move, WallTime now, EventDone done) override;
  void describe(std::string_view event, WallTime now, EventDone done) override;
  void reserve(std::string_view event, const UserRequest& request, ReservationDone done) override;
  void claim(std::string_view event, const UserRequest& request, ClaimDone done) override;
  /// The same as a claim: nobody is taken in without a reservation here.
  void generate(std::string_view event, const UserRequest& request, ClaimDone done) override;
  /// unknown_request: claims are decided at once here.
  void status(const StatusQuestion& question, StatusDone done) override;
  /// O(events).
  void redeem(const RedemptionRequest& request, RedemptionDone done) override;
  /// O(events).
  void wallet(const UserRequest& request, std::optional<std::string_view> only,
              WalletDone done) override;
  void tick(WallTime now) override;
  /// Redis is away, or does not answer.
  std::optional<Impairment> impairment() const override;
  void refuse_held(ErrorCode why) override;

 private:
  using Restored = std::expected<void, std::string>;
  /// Names a life of an event across whatever happens until an answer comes.
  struct Life {
    EventId event;
    std::uint64_t number = 0;
  };
  /// Wishes that a call was made for.
  struct Flight {
    Life life;
    std::size_t lane = 0;
    std::vector<Wish> wishes;
  };
  using SharedFlight = std::shared_ptr<Flight>;
  using Answer = std::function<void(RedisEvent& event, RedisResult result)>;
  using Next = std::function<void(RedisEvent& event)>;
  using Failed = std::function<void(RedisEvent& event, const RedisFailure& failure)>;

  void connected(const std::string& run_id) override;
  void disconnected(const std::string& why) override;

  Restored apply(const EventCreated& record);
  Restored apply(const EventReset& record);
  Restored apply(const CouponsPreloaded& record);
  Restored apply(const EventMoved& record);
  Restored apply(const DailyEventSet& record);
  Restored apply(const ClaimAccepted& record);
  Restored apply(const DrawFixed& record);
  Restored apply(const BusMessage& record);
  Restored apply(const OutboxPublished& record);
  Restored apply(const AuditHeard& record);
  template <class Fact>
  Restored apply(const Fact& record);

  RedisEvent* find(std::string_view name) const;
  RedisEvent* alive(Life life) const;
  static Life life_of(const RedisEvent& event) { return {event.id, event.number}; }
  RedisEvent& begin(EventCreated created);
  RedisEvent& begin_anew(RedisEvent& event, const EventWindows& windows, AdminKey under);
  EventState state_of(const RedisEvent& event, std::uint32_t roster, std::uint32_t issued) const;

  // asking.cpp: wishes gather and leave together

  Wish wish_of(const UserRequest& request, decltype(Wish::what) what);
  void accept(RedisEvent& event, Wish wish);
  /// Calls for whatever has gathered and may go now.
  void pump(RedisEvent& event);
  bool may_ask(const RedisEvent& event, std::size_t lane) const;
  void ask(RedisEvent& event, std::size_t lane);
  const RedisScript& script_of(const RedisEvent& event, std::size_t lane) const;
  void asked(const SharedFlight& flight, RedisResult result);
  void failed(RedisEvent& event, Flight& flight, const RedisFailure& failure);
  void settle(RedisEvent& event, Flight& flight, RedisValue reply);
  void acquire_lock(RedisEvent& event);
  void release_lock(RedisEvent& event);

  // answering.cpp: what users are told
  void answer(RedisEvent& event, const Wish& wish, const ReservationWish& what, RedisValue answer);
  void answer(RedisEvent& event, const Wish& wish, const ClaimWish& what, RedisValue answer);
  void answer(RedisEvent& event, const Wish& wish, const SpendingWish& what, RedisValue answer);
  void answer(RedisEvent& event, const Wish& wish, const WalletWish& what, RedisValue answer);

  void answer(RedisEvent& event, const Wish& wish, const EventWish& what, RedisValue answer);
  Discount discount_of(const RedisEvent& event, CouponSerial coupon) const;

  // answering.cpp, too: decisions go to the ledger, each once, before they are told

  Sequence record(RedisEvent& event, ReservationGranted fact);
  Sequence record(RedisEvent& event, CouponIssued fact);
  Sequence record(RedisEvent& event, ClaimLost fact);
  Sequence record(RedisEvent& event, CouponRedeemed fact);
  template <class Fact>
  Sequence record_told(Fact fact);
  /// Records what the store's log has up to `last` and this process has not, then goes on.
  void catch_up(RedisEvent& event, std::uint64_t last, Next next, Failed failed);
  void trim_log(RedisEvent& event);

  // recovery.cpp: a Redis that is new or has lost an event is told of it

  void call(RedisEvent& event, const RedisScript& script, std::vector<std::string> arguments,
            Answer answer);
  /// After a failure that puts in doubt what Redis has.
  void doubted(RedisEvent& event, const RedisFailure& failure);
  void advance(RedisEvent& event, WallTime now);
  void inquire(RedisEvent& event);
  void found(RedisEvent& event, RedisValue reply);
  void begin_telling(RedisEvent& event);
  void tell(RedisEvent& event, Telling telling);
  void tell_next(RedisEvent& event, const std::shared_ptr<Telling>& telling);
  void told(RedisEvent& event);
  void trusted(RedisEvent& event);
  void try_later(RedisEvent& event, RedisEvent::Trust trust, const RedisFailure& failure);
  /// What a telling of this life in this run of Redis is known by, but for who told.
  std::string prefix_of(const RedisEvent& event) const { return event.life + '/' + run_id_ + '/'; }
  static bool is_lost(const RedisFailure& failure);

  // foretelling.cpp: what claims come to without asking Redis

  /// Answers a claim whose outcome follows from what this process knows; whether it did.
  bool foretold(RedisEvent& event, Wish& wish) const;
  bool foretold_by_draw(RedisEvent& event, Wish& wish, ClaimWish& what) const;
  bool foretold_by_stock(RedisEvent& event, const Wish& wish, const ClaimWish& what) const;

  // moving.cpp: windows that are moved

  /// Tells Redis when the event may be forgotten, where that is earlier than it knows.
  void forget_earlier(RedisEvent& event, WallTime now);

  // drawing.cpp: what claims wait for

  void close_roster(RedisEvent& event);
  void prepare_claims(RedisEvent& event);
  void begin_preparing(RedisEvent& event);
  RedisEvent* preparing(Life life, std::uint64_t preparation) const;
  void open_claims(RedisEvent& event);
  void preload(RedisEvent& event, std::uint32_t from);
  void prepare_draw(RedisEvent& event);
  void draw(RedisEvent& event, std::span<const LedgerRecord> records);
  void fix(RedisEvent& event, const std::shared_ptr<DrawnRoster>& drawn, DrawOutcome outcome,
           const std::optional<DrawFixed>& fixed);
  void adopt(RedisEvent& event, DrawnRoster drawn, DrawOutcome outcome);
  void no_draw(RedisEvent& event, const std::string& why);
  void wait_for_draw(RedisEvent& event, Wish wish, std::int64_t window);
  void draw_windows(RedisEvent& event, WallTime now);
  void windows_drawn(RedisEvent& event, std::int64_t ended);

  const Clock& clock_;
  CommitQueue& queue_;
  Messaging& messaging_;
  RecordReader& records_;
  DrawRunner run_draw_;
  RedisScripts scripts_;
  std::map<std::string, std::unique_ptr<RedisEvent>, std::less<>> events_;
  std::map<EventId, RedisEvent*> by_id_;
  std::int64_t last_id_ = 0;
  std::uint64_t last_number_ = 0;
  std::uint64_t last_wish_;  ///< begins at random: no two processes number alike
  std::string run_id_;       ///< of the Redis that is there; empty while none is
  std::string absence_;      ///< why none is there, as it was logged
  bool answering_ = false;   ///< it has answered what it was asked last
  StoreWatch watch_;         ///< empty: nobody
  RedisConnection connection_;
};

}  // namespace fairrush::server
