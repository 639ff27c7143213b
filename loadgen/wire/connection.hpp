#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "analysis/history/record.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/runtime/asio_types.hpp"
#include "base/runtime/deadlines.hpp"
#include "loadgen/plan.hpp"
#include "loadgen/target/answer.hpp"
#include "loadgen/target/requests.hpp"
#include "loadgen/wire/exchange.hpp"

namespace fairrush::loadgen {

/// An attempt on its way: what was planned, and the network the user is on.
struct Click {
  PlannedAttempt planned;
  std::uint32_t delay_us = 0;  ///< emulated one-way delay
  CohortId cohort{};

  /// When the request is to leave the instrument.
  std::int64_t due_ns() const { return planned.intended_ns + delay_ns(); }
  std::int64_t delay_ns() const { return static_cast<std::int64_t>(delay_us) * 1000; }
};

/// How an attempt ended on the wire. Times are nanoseconds since the run's epoch.
struct Ending {
  analysis::Outcome outcome{};
  analysis::Reason reason{};
  unsigned http_status = 0;
  std::string_view receipt;            ///< valid during the call that reports the ending
  std::int64_t first_byte_out_ns = 0;  ///< 0 = never
  std::int64_t answered_ns = 0;        ///< 0 = never
  std::uint32_t connection = 0;
};

class Connection;

/// What all connections of one worker share. One thread.
struct Wire {
  asio::ip::tcp::endpoint target;
  const RequestTemplates& requests;
  const Clock& clock;
  SteadyTime epoch;
  Deadlines deadlines;        ///< of connects and exchanges
  std::uint32_t id_next = 0;  ///< of the next TCP connection
  std::uint32_t id_step = 1;  ///< so that several workers share one range of ids
  bool single_use = false;    ///< every request gets a connection of its own
  std::uint32_t open = 0;     ///< connections that are connecting or connected
  std::uint32_t open_max = 0;
  std::function<void(Connection&, const Click&, const Ending&)> ended;
  std::unordered_map<UserIndex, std::string> coupons;  ///< of users who spend theirs
  std::string request;                                 ///< bytes of the request being sent
  AnswerReader answers;

  /// The coupon that an attempt spends; empty for all but redemptions.
  std::string_view coupon_of(const PlannedAttempt& attempt) const {
    if (attempt.op != analysis::Op::redeem) return {};
    const auto found = coupons.find(attempt.user);
    return found == coupons.end() ? std::string_view() : found->second;
  }

  /// Nanoseconds since the epoch; never 0, which means "never" in a record.
  std::int64_t now_ns() const {
    const std::int64_t now = (clock.steady_now() - epoch).count();
    return now == 0 ? 1 : now;
  }
};

/// One TCP connection that plays one user at a time: a long-lived coroutine that connects when
/// there is something to send and then reads; requests are written straight into the socket by
/// whoever hands over the click. Because a read is pending while the connection idles, a peer's
/// close is seen before the next request goes out.
///
/// A request of which a byte may have left is never sent again. The thread of its executor only;
/// `wire` outlives it.
class Connection : public DeadlineHook {
 public:
  Connection(Executor executor, Wire& wire);

  /// The coroutine; spawned once by the owner. Ends after `stop`.
  Task<void> play();

  /// Sends `click`, over a new TCP connection when there is none. The connection must not be busy.
  /// `Wire::ended` is called exactly once for it, possibly before this returns.
  void start(const Click& click);

  /// An attempt is under way.
  bool busy() const { return click_.has_value(); }

  /// The deadline has passed: gives up connecting or waiting.
  void expire();

  /// Ends the coroutine; an attempt under way ends as stopped.
  void stop();

  /// Ends an attempt that is still under way when the coroutine is gone.
  void abandon();

  /// The next connection of the same user; a list kept by the owner.
  Connection* sibling = nullptr;

 private:
  static constexpr std::size_t kReadBytes = 2048;

  void connected(error_code error);
  void received(error_code error, std::size_t bytes);
  void receive_failed(error_code error);
  void send();
  bool went_stale();
  void answer();
  void finish(analysis::Outcome outcome, analysis::Reason reason);
  void end_with(Ending ending);
  void open();
  void close();

  Wire& wire_;
  TcpSocket socket_;
  Timer work_;  // expires never; cancelled when there is something to do
  Exchange exchange_;
  std::optional<Click> click_;
  std::uint32_t id_ = 0;
  std::int64_t first_byte_out_ns_ = 0;
  std::int64_t idle_since_ns_ = 0;
  bool open_ = false;
  bool used_ = false;     // an exchange has been completed since it was opened
  bool expired_ = false;  // the deadline of what is under way has passed
  bool stopping_ = false;
  std::array<char, kReadBytes> input_;
};

}  // namespace fairrush::loadgen
