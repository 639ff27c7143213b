#include "server/http/listener.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "server/log.hpp"

namespace fairrush::server {
namespace {

constexpr int kBacklog = 4096;  // a rush connects all at once; the kernel cuts it to somaxconn
constexpr Duration kSweepInterval = std::chrono::milliseconds(10);
constexpr Duration kAcceptBackOff = std::chrono::milliseconds(20);
constexpr Duration kDrainPoll = std::chrono::milliseconds(5);

}  // namespace

std::expected<TcpAcceptor, std::string> listen_on(Executor executor, const ListenAddress& address) {
  TcpAcceptor acceptor(executor);
  const auto failed = [&address](const error_code& error) {
    return std::unexpected(
        fmt::format("cannot listen on {}:{}: {}", address.host, address.port, error.message()));
  };
  error_code error;
  const auto host = asio::ip::make_address(address.host, error);
  if (error) return failed(error);
  const asio::ip::tcp::endpoint endpoint(host, address.port);
  if (acceptor.open(endpoint.protocol(), error); error) return failed(error);
  if (acceptor.set_option(TcpAcceptor::reuse_address(true), error); error) return failed(error);
  if (acceptor.bind(endpoint, error); error) return failed(error);
  if (acceptor.listen(kBacklog, error); error) return failed(error);
  return acceptor;
}

std::optional<int> inherited_listener(const char* pid, const char* count) {
  static constexpr int kFirst = 3;  // behind the standard ones
  if (pid == nullptr || count == nullptr) return std::nullopt;
  if (fmt::format("{}", ::getpid()) != pid) return std::nullopt;
  const std::string_view sockets(count);
  return sockets.empty() || sockets == "0" ? std::nullopt : std::optional(kFirst);
}

std::expected<TcpAcceptor, std::string> adopt_listener(Executor executor, int descriptor) {
  TcpAcceptor acceptor(executor);
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return std::unexpected(fmt::format("the inherited descriptor {} is no socket", descriptor));
  }
  error_code error;
  acceptor.assign(address.ss_family == AF_INET6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(),
                  descriptor, error);
  if (error) {
    return std::unexpected(
        fmt::format("cannot listen on the inherited socket {}: {}", descriptor, error.message()));
  }
  return acceptor;
}

Listener::Listener(TcpAcceptor acceptor, SessionContext& context)
    : acceptor_(std::move(acceptor)),
      context_(context),
      sweep_timer_(acceptor_.get_executor()),
      accepted_(context.app.metrics().counter(
          {"fairrush_connections_accepted_total", "Connections accepted."})),
      lateness_(context.app.metrics().histogram(
          {"fairrush_tick_lateness_seconds",
           "How late the deciding thread was for its tick: what everybody else waits too."},
          latency_bounds())),
      tasks_(acceptor_.get_executor()) {
  context.app.metrics().gauge({"fairrush_connections", "Open connections."}, {},
                              [this] { return static_cast<double>(sessions_.size()); });
}

void Listener::start() {
  renew_date();
  tasks_.spawn(accept_connections());
  tasks_.spawn(sweep());
}

std::string Listener::url() const {
  const auto endpoint = acceptor_.local_endpoint();
  const std::string host = endpoint.address().to_string();
  const std::string_view scheme = context_.tls == nullptr ? "http" : "https";
  return endpoint.address().is_v6() ? fmt::format("{}://[{}]:{}", scheme, host, endpoint.port())
                                    : fmt::format("{}://{}:{}", scheme, host, endpoint.port());
}

Task<void> Listener::accept_connections() {
  Timer back_off(acceptor_.get_executor());
  bool failing = false;
  while (acceptor_.is_open()) {
    auto [error, socket] = co_await acceptor_.async_accept(kAwait);
    if (!error) {
      failing = false;
      accepted_.add();
      error_code ignored;  // a connection that is gone already shows in its first read
      socket.set_option(asio::ip::tcp::no_delay(true), ignored);
      socket.non_blocking(true, ignored);
      tasks_.spawn(serve(std::move(socket)));
    } else if (error != asio::error::operation_aborted) {
      // Mostly want of descriptors, which connections give back as they end.
      if (!std::exchange(failing, true)) {
        log_warning(
            "cannot accept connections",
            {{"reason", error.message()}, {"connections", fmt::format("{}", sessions_.size())}});
      }
      back_off.expires_after(kAcceptBackOff);
      co_await back_off.async_wait(kAwait);
    }
  }
}

Task<void> Listener::serve(TcpSocket socket) {
  Session session(std::move(socket), context_);
  sessions_.insert(&session);
  try {
    co_await session.run();
  } catch (const std::exception& error) {
    log_error("connection failed", {{"what", error.what()}});
  }
  sessions_.erase(&session);
}

Task<void> Listener::sweep() {
  std::chrono::steady_clock::time_point date_due;
  while (!stopping_) {
    sweep_timer_.expires_after(kSweepInterval);
    co_await sweep_timer_.async_wait(kAwait);
    lateness_.observe(std::chrono::steady_clock::now() - sweep_timer_.expiry());
    expire_deadlines();
    context_.app.tick();
    if (sweep_timer_.expiry() >= date_due) {
      renew_date();
      date_due = sweep_timer_.expiry() + std::chrono::seconds(1);
    }
  }
}

void Listener::expire_deadlines() {
  const SteadyTime now = context_.clock.steady_now();
  while (DeadlineHook* const hook = context_.requests.take_expired(now)) {
    static_cast<SessionDeadline*>(hook)->session.request_expired();
  }
  while (DeadlineHook* const hook = context_.idles.take_expired(now)) {
    static_cast<SessionDeadline*>(hook)->session.idle_expired();
  }
}

void Listener::renew_date() {
  const auto now = std::chrono::floor<std::chrono::seconds>(context_.clock.wall_now());
  context_.date = fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT",
                              fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
}

Task<bool> Listener::drain(Duration timeout) {
  context_.draining = true;
  context_.app.start_draining();
  error_code ignored;
  acceptor_.close(ignored);
  for (Session* const session : sessions_) session->drain();
  const SteadyTime end = context_.clock.steady_now() + timeout;
  Timer poll(acceptor_.get_executor());
  while (!sessions_.empty() && context_.clock.steady_now() < end) {
    poll.expires_after(kDrainPoll);
    co_await poll.async_wait(kAwait);
  }
  const bool drained = sessions_.empty();
  for (Session* const session : sessions_) session->abort();
  context_.app.refuse_held();
  co_return drained;
}

Task<void> Listener::stop() {
  stopping_ = true;
  sweep_timer_.cancel();
  co_await tasks_.wait();
}

}  // namespace fairrush::server
