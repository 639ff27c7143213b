#include "loadgen/wire/connection.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <cerrno>

#include "base/assert.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::Outcome;
using analysis::Reason;

/// A connection that idled longer than this is asked whether the peer has left before it is used: a
/// close may have come in since the event loop last looked. Servers close after seconds, so younger
/// ones save the call.
constexpr std::int64_t kIdleTrusted_ns = 50'000'000;

}  // namespace

Connection::Connection(Executor executor, Wire& wire)
    : wire_(wire),
      socket_(executor),
      work_(executor),
      exchange_({}, watched_headers(wire.requests.dialect())) {
  work_.expires_at(Timer::time_point::max());
}

Task<void> Connection::play() {
  while (!stopping_) {
    if (!click_) {
      co_await work_.async_wait(kAwait);
      // Without a click the wait was ended by a stop, or by the failure of another coroutine.
      if (!click_) break;
    }
    open();
    auto [connect_error] = co_await socket_.async_connect(wire_.target, kAwait);
    connected(connect_error);
    while (open_) {
      auto [error, bytes] = co_await socket_.async_read_some(asio::buffer(input_), kAwait);
      received(error, bytes);
    }
  }
  abandon();
}

void Connection::start(const Click& click) {
  FAIRRUSH_ASSERT(!busy());
  click_ = click;
  first_byte_out_ns_ = 0;
  expired_ = false;
  if (!open_) {
    work_.cancel();
  } else if (went_stale()) {
    close();  // the pending read ends, and the coroutine connects anew
  } else {
    send();
  }
}

void Connection::expire() {
  expired_ = true;
  close();
}

void Connection::stop() {
  stopping_ = true;
  close();
  work_.cancel();
}

void Connection::abandon() {
  close();
  if (!click_) return;
  if (first_byte_out_ns_ == 0) {
    finish(Outcome::failed, Reason::stopped_before_sending);
  } else {
    finish(Outcome::indeterminate, Reason::stopped_in_flight);
  }
}

void Connection::connected(error_code error) {
  FAIRRUSH_ASSERT(click_);
  if (!error && open_) {
    error_code ignored;
    socket_.non_blocking(true, ignored);
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    send();
    return;
  }
  close();
  if (stopping_ || (error == asio::error::operation_aborted && !expired_)) {
    abandon();
  } else if (expired_ || error == asio::error::timed_out) {
    finish(Outcome::failed, Reason::connect_timeout);
  } else if (error == asio::error::connection_refused) {
    finish(Outcome::failed, Reason::connect_refused);
  } else {
    finish(Outcome::failed, Reason::connect_failed);
  }
}

/// Writes the whole request at once. The peer has answered everything before it, so the socket's
/// buffer has room unless the peer answers without reading; such a peer is treated as gone.
void Connection::send() {
  wire_.requests.write(wire_.request, {.attempt = click_->planned,
                                       .cohort = click_->cohort,
                                       .coupon = wire_.coupon_of(click_->planned),
                                       .values = &wire_.answers.values()});
  exchange_.start();
  const SteadyTime now = wire_.clock.steady_now();
  wire_.deadlines.arm(*this, now);
  error_code error;
  const std::size_t sent = socket_.write_some(asio::buffer(wire_.request), error);
  if (sent > 0) {
    first_byte_out_ns_ = std::max<std::int64_t>(1, (now - wire_.epoch).count());
    if (sent == wire_.request.size()) return;
    close();
    finish(Outcome::indeterminate, Reason::reset);
    return;
  }
  // Not a byte was taken. A kept connection that has died is replaced, once; a fresh one has
  // failed.
  close();
  if (!used_) finish(Outcome::failed, Reason::connect_failed);
}

bool Connection::went_stale() {
  if (wire_.now_ns() - idle_since_ns_ < kIdleTrusted_ns) return false;
  char byte = 0;
  const auto peeked = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return peeked >= 0 || (errno != EAGAIN && errno != EINTR);
}

void Connection::received(error_code error, std::size_t bytes) {
  const bool asked = click_ && first_byte_out_ns_ != 0;
  if (!asked) {
    close();  // the peer has left, or says what nobody asked
    return;
  }
  if (error) {
    receive_failed(error);
    return;
  }
  switch (exchange_.feed({input_.data(), bytes})) {
    case Exchange::State::reading:
      if (!open_) receive_failed(asio::error::operation_aborted);  // closed while bytes came in
      return;
    case Exchange::State::complete:
      answer();
      return;
    case Exchange::State::broken:
    case Exchange::State::cut_off:
      close();
      finish(Outcome::indeterminate, Reason::unparseable);
      return;
  }
}

void Connection::receive_failed(error_code error) {
  const bool ended_by_peer = error == asio::error::eof;
  if (ended_by_peer && exchange_.end() == Exchange::State::complete) {
    answer();
    return;
  }
  close();
  if (expired_) {
    finish(Outcome::indeterminate, Reason::timeout);
  } else if (ended_by_peer) {
    finish(Outcome::indeterminate, Reason::closed_early);
  } else if (error == asio::error::operation_aborted || stopping_) {
    abandon();
  } else {
    finish(Outcome::indeterminate, Reason::reset);
  }
}

void Connection::answer() {
  idle_since_ns_ = wire_.now_ns();
  const Meaning meaning =
      wire_.answers.hear(click_->planned.user, click_->planned.op,
                         {exchange_.status(), exchange_.body(), exchange_.headers()});
  used_ = true;
  if (wire_.single_use || !exchange_.keep_alive()) close();
  end_with({.outcome = meaning.outcome,
            .reason = meaning.reason,
            .http_status = exchange_.status(),
            .receipt = meaning.receipt,
            .answered_ns = idle_since_ns_});
}

void Connection::finish(Outcome outcome, Reason reason) {
  end_with({.outcome = outcome, .reason = reason, .receipt = {}});
}

/// Frees the connection before it reports, so that the owner may start the next click at once.
void Connection::end_with(Ending ending) {
  ending.first_byte_out_ns = first_byte_out_ns_;
  ending.connection = id_;
  const Click click = *click_;
  click_.reset();
  first_byte_out_ns_ = 0;
  wire_.deadlines.disarm(*this);
  wire_.ended(*this, click, ending);
}

void Connection::open() {
  id_ = wire_.id_next;
  wire_.id_next += wire_.id_step;
  wire_.open_max = std::max(wire_.open_max, ++wire_.open);
  open_ = true;
  used_ = false;
  wire_.deadlines.arm(*this, wire_.clock.steady_now());
}

void Connection::close() {
  wire_.deadlines.disarm(*this);
  if (!open_) return;
  open_ = false;
  --wire_.open;
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace fairrush::loadgen
