#include "server/http/session.hpp"

#include <fmt/format.h>

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <exception>
#include <iterator>

#include "server/http/pieces.hpp"
#include "server/http/problem.hpp"
#include "server/log.hpp"

namespace fairrush::server {
namespace {

using State = RequestReader::State;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr unsigned kLingerReadsMax = 256;
/// Of a stream, to a client that does not read: more than any stream has to say in five minutes.
constexpr std::size_t kUnsentMax = 65'536;

ErrorCode refusal_of(State state) {
  switch (state) {
    case State::header_too_large:
      return ErrorCode::header_too_large;
    case State::body_too_large:
      return ErrorCode::body_too_large;
    case State::need_more:
      return ErrorCode::request_timeout;
    case State::complete:
    case State::malformed:
      break;
  }
  return ErrorCode::bad_request;
}

}  // namespace

Session::Session(TcpSocket socket, SessionContext& context)
    : socket_(std::move(socket)),
      context_(context),
      tls_(context.tls == nullptr ? nullptr : context.tls->open(socket_)),
      reader_(context.limits),
      answered_timer_(socket_.get_executor(), Timer::time_point::max()) {}

Session::~Session() {
  context_.requests.disarm(request_deadline_);
  context_.idles.disarm(idle_deadline_);
}

Task<void> Session::run() {
  // Stopping is ours to order: an exchange that the app still holds must not be destroyed.
  co_await asio::this_coro::throw_if_cancelled(false);
  if (tls_ && !co_await shake_hands()) co_return;
  co_await serve_requests();
  if (refused_ && !gone_) {
    co_await linger();
  } else if (tls_ && !gone_) {
    co_await say_goodbye();
  }
}

Task<void> Session::serve_requests() {
  while (keep_ && !gone_) {
    timed_out_ = false;  // the last request's deadline may have passed as its last bytes came
    State state = reader_.advance();
    while (state == State::need_more && !gone_ && !timed_out_) {
      before_read();
      if (owes_continue()) co_await write_all(kContinue);
      awaiting_ = Awaiting::bytes;
      const std::span<char> room = reader_.free_space();
      const auto [error, count] =
          tls_ ? co_await tls_->read_some(room)
               : co_await socket_.async_read_some(asio::buffer(room.data(), room.size()), kAwait);
      state = after_read(error, count);
    }
    context_.requests.disarm(request_deadline_);
    if (gone_) break;
    dispatch(state);
    while (!answered_) {
      if (!pieces_.empty() && !gone_) {
        serialise_pieces();
        const std::size_t sent = write_now();
        if (sent < out_.size() && !gone_) co_await write_all(std::string_view(out_).substr(sent));
        continue;
      }
      awaiting_ = Awaiting::answer;
      co_await answered_timer_.async_wait(kAwait);
      awaiting_ = Awaiting::nothing;
    }
    serialise();
    const std::size_t written = write_now();
    if (written < out_.size() && !gone_) {
      co_await write_all(std::string_view(out_).substr(written));
    }
    context_.app.answered(*this, context_.clock.steady_now() - asked_at_);
    reader_.next();
  }
}

/// Nothing is read before; a peer that does not finish has a request's time.
Task<bool> Session::shake_hands() {
  awaiting_ = Awaiting::bytes;
  context_.requests.arm(request_deadline_, context_.clock.steady_now());
  const error_code error = co_await tls_->shake_hands();
  context_.requests.disarm(request_deadline_);
  awaiting_ = Awaiting::nothing;
  if (error) {
    context_.handshake_failures.add();
    log_debug("TLS handshake failed", {{"reason", error.message()}});
  }
  co_return !error && !gone_;
}

/// Tells the peer that nothing was cut off.
Task<void> Session::say_goodbye() {
  awaiting_ = Awaiting::bytes;
  context_.requests.arm(request_deadline_, context_.clock.steady_now());
  co_await tls_->shut_down();
}

/// Starts the clock that the coming bytes are up against.
void Session::before_read() {
  const SteadyTime now = context_.clock.steady_now();
  if (!reader_.started()) {
    context_.idles.arm(idle_deadline_, now);
  } else if (!request_deadline_.armed()) {
    context_.requests.arm(request_deadline_, now);
  }
}

/// Whether the client waits for a word before it sends its body; true once a request.
bool Session::owes_continue() {
  return reader_.expects_continue() && !std::exchange(continued_, true);
}

State Session::after_read(const error_code& error, std::size_t count) {
  awaiting_ = Awaiting::nothing;
  context_.idles.disarm(idle_deadline_);
  if (error) {
    gone_ = !timed_out_;
    return State::need_more;
  }
  reader_.received(count);
  return reader_.advance();
}

/// Has the request answered: by the app, or here when it is no proper request.
void Session::dispatch(State state) {
  answered_ = false;
  asked_at_ = context_.clock.steady_now();
  if (state != State::complete) {
    refused_ = true;
    request = {};
    route = kNoRoute;
    context_.ids.choose({}, request_id);
    set_problem(response, refusal_of(state));
    return complete();
  }
  request = reader_.request();
  context_.ids.choose(request.request_id, request_id);
  try {
    context_.app.handle(*this);
  } catch (const std::exception& error) {
    log_error("request failed", {{"request", request_id}, {"what", error.what()}});
    if (answered_) return;
    set_problem(response, ErrorCode::internal_error);
    complete();
  }
}

void Session::complete() {
  FAIRRUSH_ASSERT(!answered_);
  answered_ = true;
  if (awaiting_ == Awaiting::answer) answered_timer_.cancel();
}

void Session::send(std::string_view piece) {
  FAIRRUSH_ASSERT(!answered_ && !piece.empty());
  if (gone_) return;
  pieces_ += piece;
  if (pieces_.size() > kUnsentMax) return abort();
  if (awaiting_ == Awaiting::answer) answered_timer_.cancel();
}

bool Session::gone() const {
  if (gone_) return true;
  const int handle = const_cast<TcpSocket&>(socket_).native_handle();
  if (tls_) {
    // What can be read there may be the peer's goodbye: its end is what counts.
    pollfd waiting{.fd = handle, .events = POLLRDHUP, .revents = 0};
    return ::poll(&waiting, 1, 0) > 0;
  }
  char byte = 0;
  const auto peeked = ::recv(handle, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return peeked == 0 || (peeked < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
}

void Session::serialise() {
  continued_ = false;
  if (streaming_ || !pieces_.empty()) {
    serialise_pieces();
    if (reader_.takes_chunks()) out_ += "0\r\n\r\n";
    streaming_ = false;
    keep_ = keep_ && !context_.draining;
    return;
  }
  keep_ = !refused_ && !context_.draining && reader_.keep_alive();
  out_.clear();
  append(out_,
         {"HTTP/1.1 ", digits(fmt::format_int(response.status)), " ", phrase_of(response.status),
          "\r\nDate: ", context_.date, "\r\nContent-Type: ", response.content_type,
          "\r\nContent-Length: ", digits(fmt::format_int(response.body.size())),
          "\r\nX-Request-ID: ", request_id, "\r\n"});
  if (!response.allow.empty()) append(out_, {"Allow: ", response.allow, "\r\n"});
  if (!response.location.empty()) append(out_, {"Location: ", response.location, "\r\n"});
  if (response.challenges) out_ += "WWW-Authenticate: Bearer\r\n";
  if (response.retry_after_seconds > 0) {
    append(out_, {"Retry-After: ", digits(fmt::format_int(response.retry_after_seconds)), "\r\n"});
  }
  out_ += keep_ ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  out_ += response.body;
}

/// Head of a body whose length is not known: in chunks, or up to the end of the connection.
void Session::serialise_head() {
  const bool chunks = reader_.takes_chunks();
  keep_ = chunks && !context_.draining && reader_.keep_alive();
  fmt::format_to(std::back_inserter(out_),
                 "HTTP/1.1 {} {}\r\nDate: {}\r\nContent-Type: {}\r\nX-Request-ID: {}\r\n"
                 "Cache-Control: no-store\r\n{}{}",
                 response.status, phrase_of(response.status), context_.date, response.content_type,
                 request_id, chunks ? "Transfer-Encoding: chunked\r\n" : "",
                 keep_ ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
}

/// What has been said since the last time, as one chunk.
void Session::serialise_pieces() {
  out_.clear();
  if (!std::exchange(streaming_, true)) serialise_head();
  if (pieces_.empty()) return;
  if (reader_.takes_chunks()) {
    fmt::format_to(std::back_inserter(out_), "{:x}\r\n{}\r\n", pieces_.size(), pieces_);
  } else {
    out_ += pieces_;
  }
  pieces_.clear();
}

/// Writes what the socket takes at once, which is nearly always everything.
std::size_t Session::write_now() {
  if (tls_) return 0;
  error_code error;
  const std::size_t written = socket_.write_some(asio::buffer(out_), error);
  if (error && error != asio::error::would_block) gone_ = true;
  return written;
}

/// `text` stays where it is until it is written.
Task<void> Session::write_all(std::string_view text) {
  awaiting_ = Awaiting::room_to_write;
  const bool armed_before = request_deadline_.armed();
  if (!armed_before) context_.requests.arm(request_deadline_, context_.clock.steady_now());
  const auto [error, count] = tls_
                                  ? co_await tls_->write(text)
                                  : co_await asio::async_write(socket_, asio::buffer(text), kAwait);
  if (!armed_before) context_.requests.disarm(request_deadline_);
  awaiting_ = Awaiting::nothing;
  if (error) gone_ = true;
}

/// Reads on without a use for it until the peer has had time to read the refusal: closing over
/// unread bytes would reset the connection and take the response with it.
Task<void> Session::linger() {
  error_code ignored;
  socket_.shutdown(TcpSocket::shutdown_send, ignored);
  context_.requests.arm(request_deadline_, context_.clock.steady_now());
  std::array<char, 4096> discarded;
  for (unsigned reads = 0; reads < kLingerReadsMax && !gone_; ++reads) {
    awaiting_ = Awaiting::bytes;
    const auto [error, count] = co_await socket_.async_read_some(asio::buffer(discarded), kAwait);
    if (error) gone_ = true;
  }
}

void Session::request_expired() {
  if (awaiting_ == Awaiting::bytes) {
    timed_out_ = true;
    socket_.cancel();
  } else {
    abort();
  }
}

void Session::idle_expired() {
  gone_ = true;
  socket_.cancel();
}

void Session::drain() {
  error_code error;
  if (awaiting_ != Awaiting::bytes || reader_.started()) return;
  if (socket_.available(error) > 0) return;  // its request is on the way through
  gone_ = true;
  socket_.cancel(error);
}

void Session::abort() {
  gone_ = true;
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace fairrush::server
