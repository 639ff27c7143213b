#include "cli/live/session.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace fairrush::cli {
namespace {

constexpr unsigned kLingerReadsMax = 256;

/// A slow client shows in the queue, not in the kernel's buffers.
constexpr int kSendBufferBytes = 64 * 1024;

constexpr std::string_view kPlain = "text/plain; charset=utf-8";

struct Answer {
  std::string_view status;
  std::string_view type = kPlain;
  std::string_view fields = {};  // further ones, each with its line end
  std::string body;
};

/// The page runs its own script and style and talks to this server; nothing else, whatever a
/// scenario's texts hold.
constexpr std::string_view kPageFields =
    "Content-Security-Policy: default-src 'none'; script-src 'unsafe-inline'; style-src "
    "'unsafe-inline'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'\r\n";

std::string text_of(const Answer& answer) {
  return fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}Cache-Control: no-store\r\n"
      "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n{}",
      answer.status, answer.type, answer.body.size(), answer.fields, answer.body);
}

constexpr std::string_view kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
    "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\nretry: 1000\n\n";

Answer answer_to(Asked asked, const LiveContent& content) {
  switch (asked) {
    case Asked::page:
      return {"200 OK", "text/html; charset=utf-8", kPageFields, content.page()};
    case Asked::metrics:
      return {"200 OK", "text/plain; version=0.0.4; charset=utf-8", {}, content.metrics()};
    case Asked::unknown_path:
      return {.status = "404 Not Found",
              .body = "nothing here: / is the page, /events its data, /metrics for Prometheus\n"};
    case Asked::wrong_method:
      return {.status = "405 Method Not Allowed",
              .fields = "Allow: GET\r\n",
              .body = "only GET is understood here\n"};
    case Asked::header_too_big:
      return {.status = "431 Request Header Fields Too Large",
              .body = fmt::format("a request may have {} bytes at most\n", RequestHead::kBytesMax)};
    case Asked::malformed:
    case Asked::events:
      break;
  }
  return {.status = "400 Bad Request", .body = "that is no HTTP/1 request\n"};
}

Answer too_late() {
  return {.status = "408 Request Timeout", .body = "the request was not complete in time\n"};
}

}  // namespace

LiveSession::LiveSession(TcpSocket socket, const LiveContent& content)
    : socket_(std::move(socket)),
      content_(content),
      wake_(socket_.get_executor(), Timer::time_point::max()) {}

Task<void> LiveSession::run() {
  const auto asked = co_await read_request();
  if (gone_) co_return;
  if (asked == Asked::events) {
    co_await stream();
  } else {
    co_await write(text_of(asked ? answer_to(*asked, content_) : too_late()));
  }
  co_await linger();
}

/// Nothing when the time was over first, or the peer gone.
Task<std::optional<Asked>> LiveSession::read_request() {
  RequestHead head;
  std::array<char, 2048> buffer;
  allow(kRequestTimeout);
  reading_ = true;
  std::optional<Asked> asked;
  while (!asked && !gone_ && !late_) {
    const auto [error, count] = co_await socket_.async_read_some(asio::buffer(buffer), kAwait);
    if (!error) {
      asked = head.feed({buffer.data(), count});
    } else if (!late_) {
      gone_ = true;
    }
  }
  reading_ = false;
  co_return asked;
}

Task<void> LiveSession::write(std::string text) {
  if (gone_) co_return;
  allow(kWriteTimeout);
  const auto [error, count] = co_await asio::async_write(socket_, asio::buffer(text), kAwait);
  due_ = SteadyTime::max();
  if (error) gone_ = true;
}

Task<void> LiveSession::stream() {
  error_code ignored;
  socket_.set_option(asio::socket_base::send_buffer_size(kSendBufferBytes), ignored);
  listens_ = true;
  // Taken before anything is awaited, so that no event is missed or told twice.
  std::string text(kStreamHead);
  text += content_.events_so_far();
  while (!gone_) {
    co_await write(std::exchange(text, {}));
    while (!gone_ && queue_.empty() && !finishing_) {
      wake_.expires_at(Timer::time_point::max());
      co_await wake_.async_wait(kAwait);
    }
    if (queue_.empty()) break;
    while (!queue_.empty()) text += *queue_.take();
  }
  listens_ = false;
}

/// Reads on without a use for it until the peer has had time to read the answer: closing over
/// unread bytes would reset the connection and take the answer with it.
Task<void> LiveSession::linger() {
  if (gone_) co_return;
  error_code ignored;
  socket_.shutdown(TcpSocket::shutdown_send, ignored);
  allow(kLingerTimeout);
  std::array<char, 4096> discarded;
  for (unsigned reads = 0; reads < kLingerReadsMax && !gone_; ++reads) {
    const auto [error, count] = co_await socket_.async_read_some(asio::buffer(discarded), kAwait);
    if (error) gone_ = true;
  }
}

void LiveSession::send(const SharedText& event) {
  if (!queue_.push(event)) return drop();
  wake_.cancel();
}

void LiveSession::finish() {
  if (reading_) return drop();
  finishing_ = true;
  wake_.cancel();
}

void LiveSession::drop() {
  gone_ = true;
  error_code ignored;
  // Also where another process still holds the socket.
  socket_.shutdown(TcpSocket::shutdown_both, ignored);
  socket_.cancel(ignored);
  wake_.cancel();
}

void LiveSession::expire(SteadyTime now) {
  if (now < due_) return;
  due_ = SteadyTime::max();
  if (!reading_) return drop();
  late_ = true;
  error_code ignored;
  socket_.cancel(ignored);
}

void LiveSession::allow(Duration timeout) {
  due_ = std::chrono::steady_clock::now() + timeout;
}

}  // namespace fairrush::cli
