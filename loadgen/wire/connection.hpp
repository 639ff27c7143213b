#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "analysis/history/record.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/runtime/deadlines.hpp"
#include "loadgen/click_queue.hpp"
#include "loadgen/target/answer.hpp"
#include "loadgen/target/requests.hpp"
#include "loadgen/transport/transport.hpp"
#include "loadgen/wire/exchange.hpp"
#include "loadgen/wire/pending_claims.hpp"

namespace fairrush::loadgen {

/// How an attempt ended on the wire. Times are nanoseconds since the run's epoch.
struct Ending {
  analysis::Outcome outcome{};
  analysis::Reason reason{};
  unsigned http_status = 0;
  std::string_view receipt;            ///< valid during the call that reports the ending
  std::int64_t first_byte_out_ns = 0;  ///< 0 = never
  std::int64_t answered_ns = 0;        ///< 0 = never
  std::int64_t waited_ns = 0;          ///< until a connection was free
  std::int64_t connecting_ns = 0;      ///< until it was connected
  std::int64_t unread_ns = 0;          ///< the answer's end was in the kernel's hands
  std::uint32_t connection = 0;
  bool pending = false;  ///< told to wait for the outcome, and to ask with the receipt
};

class Connection;

/// Hears how attempts end.
class ConnectionOwner {
 public:
  ConnectionOwner() = default;
  ConnectionOwner(const ConnectionOwner&) = delete;
  ConnectionOwner& operator=(const ConnectionOwner&) = delete;

  /// The connection is free again and may be started from within the call.
  virtual void ended(Connection& connection, const Click& click, const Ending& ending) = 0;

 protected:
  ~ConnectionOwner() = default;
};

/// One of the addresses that a target listens on, all of which serve every user. What it refers to
/// outlives the run.
struct Instance {
  TcpEndpoint endpoint;
  const RequestTemplates* requests;
};

/// What all connections of one worker share. One thread.
struct Wire {
  std::vector<Instance> instances;
  const Clock& clock;
  SteadyTime epoch;
  ConnectionOwner& owner;
  Deadlines deadlines;             ///< of connects and exchanges
  Transport* transport = nullptr;  ///< while the worker's thread runs
  std::uint32_t id_next = 0;       ///< of the next TCP connection
  std::uint32_t id_step = 1;       ///< so that several workers share one range of ids
  bool single_use = false;         ///< every request gets a connection of its own
  bool keep_between_phases = true;
  std::uint32_t open = 0;  ///< connections that are connecting or connected
  std::uint32_t open_max = 0;
  Exchange exchange;  ///< reads answers that come in whole, as nearly all do
  std::unordered_map<UserIndex, std::string> coupons;  ///< of users who spend theirs
  PendingClaims pending = {};
  std::string request;  ///< bytes of the request being sent
  AnswerReader answers;

  /// The coupon that an attempt spends; empty for all but redemptions.
  std::string_view coupon_of(const PlannedAttempt& attempt) const {
    if (attempt.op != analysis::Op::redeem) return {};
    const auto found = coupons.find(attempt.user);
    return found == coupons.end() ? std::string_view() : found->second;
  }

  /// Nanoseconds since the epoch; never 0, which means "never" in a record.
  std::int64_t since_epoch(SteadyTime time) const {
    const std::int64_t passed = (time - epoch).count();
    return passed == 0 ? 1 : passed;
  }
  std::int64_t now_ns() const { return since_epoch(clock.steady_now()); }
};

/// One HTTP connection that plays one user at a time, without I/O of its own: clicks and what the
/// transport hears go in, requests and endings come out. It connects when there is something to
/// send. Because the transport always listens, a peer's close is seen before the next request goes
/// out.
///
/// A request of which a byte may have left is never sent again. One thread; `wire` outlives it.
class Connection final : public SocketUser, public DeadlineHook {
 public:
  /// Its requests go to `instance`, one of the wire's.
  Connection(Wire& wire, const Instance& instance);

  /// Sends `click`, over a new TCP connection when there is none. The connection must not be busy.
  /// `waited_ns` is how long the click has waited for it, `now_ns` when the call is made, or a
  /// moment before.
  /// `ConnectionOwner::ended` is called exactly once for it, possibly before this returns.
  void start(const Click& click, std::int64_t now_ns, std::int64_t waited_ns);

  /// Whether the next click needs no new TCP connection, as far as is known.
  bool is_open() const { return state_ == State::open; }

  /// An attempt is under way.
  bool busy() const { return click_.has_value(); }

  /// When the last attempt ended: its answer's arrival, if there was one.
  std::int64_t free_since_ns() const { return free_since_ns_; }

  /// The deadline has passed: gives up connecting or waiting.
  void expire();

  /// Leaves the target; an attempt under way ends as stopped.
  void stop();

  void connected(error_code error) override;
  void received(std::string_view bytes, SteadyTime arrived) override;
  void not_sent(error_code error) override;
  void ended(error_code error) override;

  /// The next connection of the same user; a list kept by the owner.
  Connection* sibling = nullptr;

 private:
  enum class State : std::uint8_t { closed, connecting, open };

  void open();
  void send();
  void replace();
  bool is_worn(const Click& click, std::int64_t now_ns);
  void answer(const Exchange& exchange, SteadyTime arrived);
  void finish(analysis::Outcome outcome, analysis::Reason reason);
  void end_with(Ending ending);
  void close();
  void left();

  Wire& wire_;
  const Instance& instance_;
  std::unique_ptr<Exchange> partial_;  // an answer that has not come in whole
  std::optional<Click> click_;
  SocketId socket_;
  std::uint32_t id_ = 0;
  State state_ = State::closed;
  bool for_reservation_ = false;  // the first attempt since it was opened was one
  bool used_ = false;             // an exchange has been completed since it was opened
  std::int64_t opened_ns_ = 0;
  std::int64_t connecting_ns_ = 0;
  std::int64_t first_byte_out_ns_ = 0;
  std::int64_t free_since_ns_ = 0;
  std::int64_t waited_ns_ = 0;
};

}  // namespace fairrush::loadgen
