#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "server/api/event_request.hpp"
#include "server/api/followers.hpp"
#include "server/bus/messaging.hpp"
#include "server/faults/faults.hpp"
#include "server/http/auth.hpp"
#include "server/http/exchange.hpp"
#include "server/ledger/commit_queue.hpp"
#include "server/ledger/issue_reader.hpp"
#include "server/metrics/ledger_metrics.hpp"
#include "server/metrics/readiness.hpp"
#include "server/metrics/request_metrics.hpp"
#include "server/schedule/daily_events.hpp"
#include "server/service/coupon_service.hpp"

namespace fairrush::server {

/// When an answer that grants something leaves.
enum class Acknowledge : std::uint8_t {
  durable,  ///< after its record was committed: an acknowledged coupon survives anything
  decided,  ///< at once: a crash may lose what was acknowledged
};

struct AppOptions {
  std::string default_design = {};  ///< of events that do not say
  Acknowledge acknowledge = Acknowledge::durable;
  Credentials credentials;
  FollowLimits follow = {};
  const FaultRow* fault = nullptr;  ///< what is switched on; null: nothing
};

/// What an app works with; all of it outlives the app.
struct AppParts {
  const Clock& clock;
  CommitQueue& queue;
  const Messaging& messaging;
  IssueReader& ledger;
  CouponService& service;
};

/// The service's HTTP interface without the sockets: maps a request to a response, now or when the
/// ledger or a draw allows it. One thread, that of the service and the queue.
class App {
 public:
  App(AppOptions options, AppParts parts);
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  /// Answers `exchange`: fills its response and calls `complete`, within this call or later.
  void handle(Exchange& exchange);

  /// Does what has become due; call it every few milliseconds.
  void tick();

  /// Applies a record of a ledger that is replayed before the first request: what the service does
  /// not keep. The error says why it cannot be.
  std::expected<void, std::string> restore(const LedgerRecord& record);

  /// From now on /readyz says so and nobody follows claims; requests are still served.
  void start_draining() {
    draining_ = true;
    followers_.end_all();
  }

  /// The response has left, `took` after its request was there.
  void answered(const Exchange& exchange, Duration took);

  /// For parts of the server that want to be seen.
  Metrics& metrics() { return metrics_; }

  /// Answers claims that wait for a draw: it will not come in this process's life.
  void refuse_held() { service_.refuse_held(ErrorCode::draining); }

 private:
  friend struct Routes;

  // Handlers, one for each row of the router's table; the text is the name in the path.
  void create_event(Exchange& exchange, std::string_view event);
  void get_event(Exchange& exchange, std::string_view event);
  void reset_event(Exchange& exchange, std::string_view event);
  void preload_coupons(Exchange& exchange, std::string_view event);
  void activate_event(Exchange& exchange, std::string_view event);
  void close_event(Exchange& exchange, std::string_view event);
  void export_audit(Exchange& exchange, std::string_view event);
  void export_ledger(Exchange& exchange, std::string_view event);
  void reserve(Exchange& exchange, std::string_view event);
  void claim(Exchange& exchange, std::string_view event);
  void get_claim(Exchange& exchange, std::string_view id);
  void generate_coupon(Exchange& exchange, std::string_view none);
  void get_wallet(Exchange& exchange, std::string_view none);
  void apply_coupon(Exchange& exchange, std::string_view order);
  void get_draw(Exchange& exchange, std::string_view event);
  void get_roster(Exchange& exchange, std::string_view event);
  void get_proof(Exchange& exchange, std::string_view event);
  void get_time(Exchange& exchange, std::string_view event);
  void get_liveness(Exchange& exchange, std::string_view event);
  void get_readiness(Exchange& exchange, std::string_view event);
  void get_metrics(Exchange& exchange, std::string_view event);
  void get_interface(Exchange& exchange, std::string_view event);

  void create_daily(Exchange& exchange, const EventRequest& request);
  void add_daily(Exchange& exchange, const EventRequest& request);
  /// Answers with the event that was created.
  EventDone created_in(Exchange& exchange);
  void end_daily(Exchange& exchange, std::string_view event);
  void move_event(Exchange& exchange, std::string_view event, Move move);
  /// Begins the days that are due.
  void begin_days(WallTime now);
  /// JSON members that tell of the rule that an event is a day of; empty when it is none.
  std::string daily_members(const std::string& event, WallTime now) const;
  /// What `name` stands for now, where it is the name of a daily event.
  std::string_view event_named(Exchange& exchange, std::string_view name);

  using EventReader = std::function<void(const EventState& event)>;
  using DrawReader = void (App::*)(Exchange& exchange, const DrawState& draw);
  /// Looks the event up and lets `read` answer, or answers why it cannot.
  void with_event(Exchange& exchange, std::string_view name, EventReader read);
  /// The same with the published draw.
  void with_published(Exchange& exchange, std::string_view name, DrawReader read);
  /// The user's request, or nothing after having refused it.
  std::optional<UserRequest> authenticate(Exchange& exchange);
  /// Whether the administrator asks; else the refusal is sent.
  bool authorize_admin(Exchange& exchange);
  /// Whether the idempotency key is short enough to keep; else the refusal is sent.
  bool check_key(Exchange& exchange);

  void answer_event(Exchange& exchange, const EventState& event);
  void answer_roster(Exchange& exchange, const DrawState& draw);
  void answer_proof(Exchange& exchange, const DrawState& draw);
  void answer_reservation(Exchange& exchange, const ReservationAnswer& answer);
  void answer_wallet(Exchange& exchange, const Wallet& wallet);
  void answer_redemption(Exchange& exchange, const RedemptionRequest& request,
                         const RedemptionAnswer& answer);
  void answer_claim(Exchange& exchange, const ClaimAnswer& answer);
  void answer_accepted(Exchange& exchange, const ClaimAnswer& answer);
  void answer_status(Exchange& exchange, const StatusQuestion& question, const ClaimStatus& status);
  void add_dependencies();

  void refuse(Exchange& exchange, ErrorCode code, std::string_view detail = {});
  /// Sends the response now, or once `needed` is durable; LEDGER_UNAVAILABLE if it never is.
  void send_when_durable(Exchange& exchange, Sequence needed);
  /// Goes on likewise.
  void when_durable(Exchange& exchange, Sequence needed, std::function<void()> then);
  /// Says when a refused client may come again; zero: what its kind of refusal says by itself.
  static void set_retry_after(Exchange& exchange, Duration wait);

  AppOptions options_;
  Authenticator authenticator_;
  const Clock& clock_;
  CommitQueue& queue_;
  const Messaging& messaging_;
  IssueReader& ledger_;
  CouponService& service_;
  Followers followers_;
  bool draining_ = false;
  Metrics metrics_;
  RequestMetrics request_metrics_;
  LedgerMetrics ledger_metrics_;
  Readiness readiness_;
  DailyEvents daily_;
  std::optional<std::chrono::seconds> days_begun_at_;  ///< the second in which it was last looked
};

}  // namespace fairrush::server
