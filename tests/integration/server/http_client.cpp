#include "tests/integration/server/http_client.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cctype>
#include <charconv>
#include <chrono>

namespace fairrush::server_test {
namespace {

constexpr timeval kPatience{.tv_sec = 30, .tv_usec = 0};  // a hang fails instead of blocking

bool same_letters(char left, char right) {
  return std::tolower(static_cast<unsigned char>(left)) ==
         std::tolower(static_cast<unsigned char>(right));
}

}  // namespace

std::string Reply::field(std::string_view name) const {
  const std::string start = fmt::format("\r\n{}: ", name);
  const auto found = std::ranges::search(head, start, same_letters);
  if (found.empty()) return {};
  return {found.end(), std::ranges::find(found.end(), head.end(), '\r')};
}

std::string Reply::member(std::string_view name) const {
  boost::system::error_code error;
  const auto value = boost::json::parse(body, error);
  if (error || !value.is_object()) return {};
  const auto* const found = value.as_object().if_contains(name);
  if (found == nullptr) return {};
  if (found->is_string()) return std::string(found->get_string());
  return boost::json::serialize(*found);
}

HttpClient::HttpClient(std::uint16_t port) {
  socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) close();
}

HttpClient::~HttpClient() {
  close();
}

void HttpClient::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

void HttpClient::send_raw(std::string_view bytes) {
  while (connected() && !bytes.empty()) {
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return close();
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void HttpClient::finish_sending() {
  shutdown(socket_, SHUT_WR);
}

bool HttpClient::receive_more() {
  if (!connected()) return false;
  std::array<char, 16384> buffer;
  const ssize_t count = recv(socket_, buffer.data(), buffer.size(), 0);
  if (count <= 0) {
    close();
    return false;
  }
  received_.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

std::optional<Reply> HttpClient::read_reply() {
  static constexpr std::string_view kEnd = "\r\n\r\n";
  std::size_t end = 0;
  while ((end = received_.find(kEnd)) == std::string::npos) {
    if (!receive_more()) return std::nullopt;
  }
  Reply reply;
  reply.head = received_.substr(0, end);
  const std::size_t body = end + kEnd.size();
  const std::string told = reply.field("Content-Length");
  std::size_t length = 0;
  std::from_chars(told.data(), told.data() + told.size(), length);
  while (received_.size() < body + length) {
    if (!receive_more()) return std::nullopt;
  }
  reply.body = received_.substr(body, length);
  received_.erase(0, body + length);
  static constexpr std::size_t kStatusAt = 9;  // behind "HTTP/1.1 "
  std::from_chars(reply.head.data() + kStatusAt, reply.head.data() + kStatusAt + 3, reply.status);
  return reply;
}

bool HttpClient::receive_until(std::string_view text) {
  std::size_t searched = 0;
  while (received_.find(text, searched) == std::string::npos) {
    searched = received_.size() - std::min(received_.size(), text.size());
    if (!receive_more()) return false;
  }
  return true;
}

bool HttpClient::closed_by_peer() {
  if (!received_.empty()) return false;
  return !receive_more();
}

std::optional<Reply> HttpClient::exchange(std::string_view method, const std::string& path,
                                          const Fields& fields, const std::string& body) {
  std::string request = fmt::format("{} {} HTTP/1.1\r\nHost: test\r\nContent-Length: {}\r\n",
                                    method, path, body.size());
  for (const auto& [name, value] : fields) request += fmt::format("{}: {}\r\n", name, value);
  send_raw(request + "\r\n" + body);
  return read_reply();
}

std::optional<Reply> HttpClient::get(const std::string& path, const Fields& fields) {
  return exchange("GET", path, fields, {});
}

std::optional<Reply> HttpClient::post(const std::string& path, const Fields& fields,
                                      const std::string& body) {
  return exchange("POST", path, fields, body);
}

Fields as_user(std::uint32_t user, const std::string& key) {
  Fields fields{{"X-User-ID", std::to_string(user)}};
  if (!key.empty()) fields.emplace_back("Idempotency-Key", key);
  return fields;
}

Fields as_admin() {
  return {{"Authorization", std::string("Bearer the-admin-token")}};
}

std::int64_t unix_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::string event_body(const EventPlan& plan) {
  const std::int64_t open = unix_ms();
  const std::int64_t reserve_close = open + plan.reserve_ms;
  const std::int64_t claim_open = reserve_close + plan.pause_ms;
  return fmt::format(
      R"({{"event":"{}","design":"{}","coupons":{},"reserve_open_ms":{},"reserve_close_ms":{},)"
      R"("claim_open_ms":{},"claim_close_ms":{}}})",
      plan.name, plan.design, plan.coupons, open, reserve_close, claim_open,
      claim_open + plan.rush_ms);
}

}  // namespace fairrush::server_test
