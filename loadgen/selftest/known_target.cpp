#include "loadgen/selftest/known_target.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>

namespace fairrush::loadgen {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kAnswer =
    "HTTP/1.1 410 Gone\r\nContent-Type: application/problem+json\r\nContent-Length: 19\r\n\r\n"
    "{\"code\":\"SOLD_OUT\"}";
/// A wake-up may come so late; the rest is spun.
constexpr Duration kSpin = 100us;
/// How late an end may be noticed.
constexpr Duration kLookEvery = 5ms;
constexpr std::size_t kRequestMax = 16'384;
constexpr std::uint64_t kListenerPlace = ~std::uint64_t{0};

void throw_errno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

int new_listener() {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener < 0) throw_errno("the self-test's socket");
  const int on = 1;
  // What it accepts has the same options.
  ::setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(listener, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  return listener;
}

TcpEndpoint listen_at(int listener) {
  TcpEndpoint endpoint(boost::asio::ip::address_v4::loopback(), 0);
  if (::bind(listener, endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0 ||
      ::listen(listener, SOMAXCONN) != 0) {
    throw_errno("the self-test's port");
  }
  auto size = static_cast<socklen_t>(endpoint.capacity());
  if (::getsockname(listener, endpoint.data(), &size) != 0) throw_errno("the self-test's port");
  endpoint.resize(size);
  return endpoint;
}

/// Whether these are the bytes of a whole request.
bool is_whole(std::string_view request) {
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const std::size_t end = request.find("\r\n\r\n");
  if (end == std::string_view::npos) return false;
  const std::string_view head = request.substr(0, end);
  const std::size_t field = head.find(kLength);
  std::size_t body = 0;
  if (field != std::string_view::npos) {
    const std::string_view value = head.substr(field + kLength.size());
    std::from_chars(value.data(), value.data() + value.size(), body);
  }
  return request.size() >= end + 4 + body;
}

/// When the kernel had what `message` brings; `wall` and `steady` are now.
SteadyTime arrival_in(msghdr& message, const ClockReading& now) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec stamp{};
    std::memcpy(&stamp, CMSG_DATA(part), sizeof stamp);
    const WallTime stamped{std::chrono::seconds(stamp.tv_sec) +
                           std::chrono::nanoseconds(stamp.tv_nsec)};
    return std::min(now.steady, now.steady - (now.wall - stamped));
  }
  return now.steady;
}

}  // namespace

KnownTarget::KnownTarget(KnownTargetSpec spec)
    : spec_(std::move(spec)),
      listener_(new_listener()),
      poll_(::epoll_create1(EPOLL_CLOEXEC)),
      endpoint_(listen_at(listener_.value())) {
  epoll_event event{.events = EPOLLIN, .data = {.u64 = kListenerPlace}};
  if (::epoll_ctl(poll_.value(), EPOLL_CTL_ADD, listener_.value(), &event) != 0) {
    throw_errno("the self-test's epoll");
  }
  thread_ = std::thread([this] { serve(); });
}

KnownTarget::~KnownTarget() {
  if (thread_.joinable()) finish();
}

KnownTruth KnownTarget::finish() {
  stopping_.store(true, std::memory_order_relaxed);
  thread_.join();
  for (Peer& peer : peers_) {
    if (peer.descriptor >= 0) ::close(peer.descriptor);
  }
  peers_.clear();
  return std::move(truth_);
}

void KnownTarget::serve() {
  ::prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
  while (!stopping_.load(std::memory_order_relaxed)) {
    freeze_when_due();
    answer_what_is_due();
    wait();
  }
}

void KnownTarget::freeze_when_due() {
  if (!spec_.freeze || clock_.steady_now() < spec_.freeze->at) return;
  const SteadyTime began = clock_.steady_now();
  std::this_thread::sleep_until(spec_.freeze->at + spec_.freeze->length);
  truth_.frozen = Freeze{.at = began, .length = clock_.steady_now() - began};
  spec_.freeze.reset();
}

void KnownTarget::answer_what_is_due() {
  while (!due_.empty()) {
    const SteadyTime now = clock_.steady_now();
    const Due next = due_.top();
    if (next.at > now) return;
    due_.pop();
    const int descriptor = peers_[next.peer].descriptor;
    if (descriptor < 0) continue;
    const auto sent = ::send(descriptor, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(kAnswer.size())) {
      truth_.served.push_back({.arrived = next.arrived, .answered = now});
    } else {
      leave(next.peer);
    }
  }
}

void KnownTarget::wait() {
  const SteadyTime now = clock_.steady_now();
  SteadyTime until = now + kLookEvery;
  if (!due_.empty()) until = std::min(until, due_.top().at - kSpin);
  if (spec_.freeze) until = std::min(until, spec_.freeze->at);
  const Duration left = std::max(Duration::zero(), until - now);
  const timespec timeout{.tv_sec = 0, .tv_nsec = left.count()};
  std::array<epoll_event, 64> events{};
  const int count = ::epoll_pwait2(poll_.value(), events.data(), static_cast<int>(events.size()),
                                   &timeout, nullptr);
  for (int place = 0; place < count; ++place) {
    const std::uint64_t peer = events[static_cast<std::size_t>(place)].data.u64;
    if (peer == kListenerPlace) {
      accept_all();
    } else {
      read(peer);
    }
  }
}

void KnownTarget::accept_all() {
  for (;;) {
    const int descriptor =
        ::accept4(listener_.value(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) return;
    epoll_event event{.events = EPOLLIN, .data = {.u64 = peers_.size()}};
    peers_.push_back({.descriptor = descriptor, .request = {}});
    ::epoll_ctl(poll_.value(), EPOLL_CTL_ADD, descriptor, &event);
  }
}

void KnownTarget::read(std::size_t place) {
  Peer& peer = peers_[place];
  if (peer.descriptor < 0) return;
  std::array<char, 4096> bytes{};
  std::array<char, CMSG_SPACE(sizeof(timespec))> control{};
  iovec into{.iov_base = bytes.data(), .iov_len = bytes.size()};
  msghdr message{};
  message.msg_iov = &into;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t got = ::recvmsg(peer.descriptor, &message, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0 || peer.request.size() > kRequestMax) {
    leave(place);
    return;
  }
  peer.request.append(bytes.data(), static_cast<std::size_t>(got));
  if (!is_whole(peer.request)) return;
  peer.request.clear();
  const SteadyTime arrived =
      arrival_in(message, {.steady = clock_.steady_now(), .wall = clock_.wall_now()});
  due_.push({.at = arrived + spec_.delay(requests_++), .arrived = arrived, .peer = place});
}

void KnownTarget::leave(std::size_t place) {
  ::close(peers_[place].descriptor);
  peers_[place].descriptor = -1;
}

}  // namespace fairrush::loadgen
