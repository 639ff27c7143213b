#include "loadgen/wire/connection.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <cerrno>

#include "base/assert.hpp"

namespace fairrush::loadgen {
namespace {

namespace failure = boost::asio::error;
using analysis::Outcome;
using analysis::Reason;

/// A connection that idled longer than this is asked whether the peer has left before it is used: a
/// close may have come in since the transport last looked. Servers close after seconds, so younger
/// ones save the call.
constexpr std::int64_t kIdleTrusted_ns = 50'000'000;

/// Why there is no connection, as far as it is known.
Reason reason_of(error_code error) {
  if (error == failure::timed_out) return Reason::connect_timeout;
  if (error == failure::connection_refused) return Reason::connect_refused;
  if (error == make_error_code(TransportError::tls_failed)) return Reason::tls_failed;
  if (error == make_error_code(TransportError::no_http2)) return Reason::no_http2;
  if (error.category() != boost::system::system_category()) return Reason::connect_failed;
  // A bound source address that has no port left is "in use", an unbound one "not available".
  const bool no_port = error.value() == EADDRNOTAVAIL || error.value() == EADDRINUSE;
  if (no_port) return Reason::ports_exhausted;
  const bool no_descriptor = error.value() == EMFILE || error.value() == ENFILE;
  return no_descriptor ? Reason::descriptors_exhausted : Reason::connect_failed;
}

}  // namespace

Connection::Connection(Wire& wire, const Instance& instance) : wire_(wire), instance_(instance) {}

void Connection::start(const Click& click, std::int64_t now_ns, std::int64_t waited_ns) {
  FAIRRUSH_ASSERT(!busy());
  click_ = click;
  waited_ns_ = waited_ns;
  first_byte_out_ns_ = 0;
  connecting_ns_ = 0;
  if (state_ == State::open && is_worn(click, now_ns)) close();
  if (state_ == State::open) {
    send();
  } else {
    open();
  }
}

void Connection::open() {
  const SteadyTime now = wire_.clock.steady_now();
  socket_ = wire_.transport->open(*this, instance_.endpoint);
  // From here on there is a socket to close, and nothing throws.
  id_ = wire_.id_next;
  wire_.id_next += wire_.id_step;
  wire_.open_max = std::max(wire_.open_max, ++wire_.open);
  state_ = State::connecting;
  used_ = false;
  for_reservation_ = click_->planned.op == analysis::Op::reserve;
  opened_ns_ = wire_.since_epoch(now);
  wire_.deadlines.arm(*this, now);
}

void Connection::connected(error_code error) {
  FAIRRUSH_ASSERT(click_ && state_ == State::connecting);
  connecting_ns_ += wire_.now_ns() - opened_ns_;
  if (!error) {
    state_ = State::open;
    send();
    return;
  }
  left();
  finish(Outcome::failed, reason_of(error));
}

void Connection::send() {
  instance_.requests->write(wire_.request, {.attempt = click_->planned,
                                            .cohort = click_->cohort,
                                            .coupon = wire_.coupon_of(click_->planned),
                                            .pending = wire_.pending.id_of(*click_),
                                            .values = &wire_.answers.values()});
  partial_.reset();
  const SteadyTime now = wire_.clock.steady_now();
  wire_.deadlines.arm(*this, now);
  first_byte_out_ns_ = std::max<std::int64_t>(1, (now - wire_.epoch).count());
  if (wire_.transport->send(socket_, wire_.request)) return;
  close();
  replace();
}

void Connection::not_sent(error_code /*error*/) {
  left();
  if (click_) replace();
}

/// A kept connection that has died is replaced, once; a fresh one has failed.
void Connection::replace() {
  first_byte_out_ns_ = 0;
  if (used_) {
    open();
  } else {
    finish(Outcome::failed, Reason::connect_failed);
  }
}

/// Whether the open connection is not to be used, or of no use.
bool Connection::is_worn(const Click& click, std::int64_t now_ns) {
  const bool reserves = click.planned.op == analysis::Op::reserve;
  if (!wire_.keep_between_phases && for_reservation_ && !reserves) return true;
  if (now_ns - free_since_ns_ < kIdleTrusted_ns) return false;
  return wire_.transport->is_stale(socket_);
}

void Connection::received(std::string_view bytes, SteadyTime arrived) {
  if (!click_) {
    close();  // the peer says what nobody asked
    return;
  }
  if (!partial_) wire_.exchange.start();
  Exchange& exchange = partial_ ? *partial_ : wire_.exchange;
  switch (exchange.feed(bytes)) {
    case Exchange::State::reading:
      if (partial_) return;
      partial_ = std::make_unique<Exchange>(std::move(wire_.exchange));
      wire_.exchange = partial_->another();
      return;
    case Exchange::State::complete:
      answer(exchange, arrived);
      return;
    case Exchange::State::broken:
    case Exchange::State::cut_off:
      close();
      finish(Outcome::indeterminate, Reason::unparseable);
      return;
  }
}

void Connection::ended(error_code error) {
  left();
  if (!click_) return;
  const bool ended_by_peer = error == failure::eof;
  if (ended_by_peer && partial_ && partial_->end() == Exchange::State::complete) {
    answer(*partial_, wire_.clock.steady_now());
  } else if (ended_by_peer) {
    finish(Outcome::indeterminate, Reason::closed_early);
  } else if (error == make_error_code(TransportError::no_http2)) {
    finish(Outcome::indeterminate, Reason::unparseable);
  } else {
    finish(Outcome::indeterminate, Reason::reset);
  }
}

void Connection::answer(const Exchange& exchange, SteadyTime arrived) {
  free_since_ns_ = wire_.since_epoch(arrived);
  const Errand errand = click_->pending == 0 ? errand_of(click_->planned.op) : Errand::outcome;
  const Meaning meaning = wire_.answers.hear(
      click_->planned.user, errand, {exchange.status(), exchange.body(), exchange.headers()});
  used_ = true;
  if (wire_.single_use || !exchange.keep_alive()) close();
  end_with({.outcome = meaning.outcome,
            .reason = meaning.reason,
            .http_status = exchange.status(),
            .receipt = meaning.receipt,
            .answered_ns = free_since_ns_,
            .unread_ns = wire_.now_ns() - free_since_ns_,
            .pending = meaning.pending});
}

void Connection::expire() {
  const bool connecting = state_ == State::connecting;
  close();
  if (connecting) {
    finish(Outcome::failed, Reason::connect_timeout);
  } else {
    finish(Outcome::indeterminate, Reason::timeout);
  }
}

void Connection::stop() {
  close();
  if (!click_) return;
  if (first_byte_out_ns_ == 0) {
    finish(Outcome::failed, Reason::stopped_before_sending);
  } else {
    finish(Outcome::indeterminate, Reason::stopped_in_flight);
  }
}

void Connection::finish(Outcome outcome, Reason reason) {
  end_with({.outcome = outcome, .reason = reason, .receipt = {}});
}

/// Frees the connection before it reports, so that the owner may start the next click at once.
void Connection::end_with(Ending ending) {
  ending.first_byte_out_ns = first_byte_out_ns_;
  ending.waited_ns = waited_ns_;
  ending.connecting_ns = connecting_ns_;
  ending.connection = id_;
  if (ending.answered_ns == 0) free_since_ns_ = wire_.now_ns();
  const Click click = *click_;
  click_.reset();
  first_byte_out_ns_ = 0;
  wire_.deadlines.disarm(*this);
  wire_.owner.ended(*this, click, ending);
}

void Connection::close() {
  if (state_ == State::closed) return;
  wire_.transport->close(socket_);
  left();
}

/// The socket is gone.
void Connection::left() {
  wire_.deadlines.disarm(*this);
  state_ = State::closed;
  --wire_.open;
}

}  // namespace fairrush::loadgen
