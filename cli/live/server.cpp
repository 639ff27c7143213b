#include "cli/live/server.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "cli/live/address.hpp"
#include "cli/live/events.hpp"
#include "cli/live/metrics.hpp"
#include "cli/live/page/page.hpp"

namespace fairrush::cli {
namespace {

constexpr Duration kSweepInterval = std::chrono::milliseconds(250);
constexpr Duration kAcceptBackOff = std::chrono::milliseconds(100);
/// The thread's niceness: workers come first.
constexpr int kNiceness = 10;

/// A server that is started for a run must not inherit the view's sockets.
void keep_to_this_process(int descriptor) {
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

std::expected<TcpAcceptor, error_code> listen_on(Executor executor,
                                                 const asio::ip::tcp::endpoint& endpoint) {
  TcpAcceptor acceptor(executor);
  error_code error;
  if (acceptor.open(endpoint.protocol(), error); error) return std::unexpected(error);
  keep_to_this_process(acceptor.native_handle());
  if (acceptor.set_option(TcpAcceptor::reuse_address(true), error); error) {
    return std::unexpected(error);
  }
  if (acceptor.bind(endpoint, error); error) return std::unexpected(error);
  if (acceptor.listen(LiveServer::kSessionsMax, error); error) return std::unexpected(error);
  return acceptor;
}

}  // namespace

std::expected<std::unique_ptr<LiveServer>, std::string> LiveServer::start(
    const asio::ip::tcp::endpoint& endpoint) {
  auto thread = std::make_unique<IoThread>("live-view");
  auto acceptor = listen_on(thread->executor(), endpoint);
  if (!acceptor) {
    return std::unexpected(
        fmt::format("cannot listen on {}: {}", authority_of(endpoint), acceptor.error().message()));
  }
  return std::unique_ptr<LiveServer>(new LiveServer(std::move(*acceptor), std::move(thread)));
}

LiveServer::LiveServer(TcpAcceptor acceptor, std::unique_ptr<IoThread> thread)
    : thread_(std::move(thread)),
      url_(fmt::format("http://{}/", authority_of(acceptor.local_endpoint()))),
      acceptor_(std::move(acceptor)),
      sweep_timer_(thread_->executor()),
      tasks_(thread_->executor()) {
  thread_->post([this] {
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNiceness);
    tasks_.spawn(accept_connections());
    tasks_.spawn(sweep());
  });
}

LiveServer::~LiveServer() {
  thread_->post([this] { asio::co_spawn(thread_->executor(), leave(), asio::detached); });
  thread_->join();
}

void LiveServer::open(RunOpening opening) {
  thread_->post([this, opening = std::move(opening)] {
    story_.emplace(opening, std::chrono::steady_clock::now());
    broadcast(story_event(*story_));
  });
}

void LiveServer::show(loadgen::Progress progress) {
  thread_->post([this, progress = std::move(progress), now = std::chrono::steady_clock::now()] {
    if (!story_) return;
    const RunStory::News news = story_->see(progress, now);
    if (sessions_.empty()) return;
    if (news == RunStory::News::timeline) return broadcast(story_event(*story_));
    if (news == RunStory::News::interval) broadcast(interval_event(*story_));
    broadcast(state_event(*story_));
  });
}

void LiveServer::note(std::string what) {
  thread_->post([this, what = std::move(what)] {
    if (!story_) return;
    story_->note(what);
    broadcast(notice_event(*story_));
  });
}

void LiveServer::end(RunEnding ending) {
  thread_->post([this, ending = std::move(ending)] {
    if (!story_) return;
    story_->end(ending);
    broadcast(ending_event(*story_));
  });
}

std::string LiveServer::page() const {
  return live_page();
}

std::string LiveServer::metrics() const {
  return story_ ? metrics_text(*story_) : std::string();
}

std::string LiveServer::events_so_far() const {
  return story_ ? story_event(*story_) : std::string();
}

Task<void> LiveServer::accept_connections() {
  Timer back_off(acceptor_.get_executor());
  while (acceptor_.is_open()) {
    auto [error, socket] = co_await acceptor_.async_accept(kAwait);
    if (!error) {
      keep_to_this_process(socket.native_handle());
      tasks_.spawn(serve(std::move(socket)));
    } else if (error != asio::error::operation_aborted) {
      // Want of descriptors, which end with their connections.
      back_off.expires_after(kAcceptBackOff);
      co_await back_off.async_wait(kAwait);
    }
  }
}

Task<void> LiveServer::serve(TcpSocket socket) {
  if (leaving_ || sessions_.size() >= kSessionsMax) {
    static constexpr std::string_view kBusy =
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 5\r\n"
        "Connection: close\r\n\r\n";
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(kBusy), ignored);
    co_return;
  }
  LiveSession session(std::move(socket), *this);
  sessions_.insert(&session);
  try {
    co_await session.run();
  } catch (const std::exception&) {
    session.drop();  // its client is let down; the others and the run are not
  }
  sessions_.erase(&session);
}

Task<void> LiveServer::sweep() {
  while (!leaving_) {
    sweep_timer_.expires_after(kSweepInterval);
    co_await sweep_timer_.async_wait(kAwait);
    for (LiveSession* const session : sessions_) session->expire(std::chrono::steady_clock::now());
  }
}

void LiveServer::broadcast(std::string event) {
  const auto shared = std::make_shared<const std::string>(std::move(event));
  for (LiveSession* const session : sessions_) {
    if (session->listens()) session->send(shared);
  }
}

Task<void> LiveServer::leave() {
  leaving_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  broadcast(farewell_event());
  for (LiveSession* const session : sessions_) session->finish();
  sweep_timer_.cancel();
  Timer patience(thread_->executor());
  const SteadyTime until = std::chrono::steady_clock::now() + kFarewell;
  while (!sessions_.empty() && std::chrono::steady_clock::now() < until) {
    patience.expires_after(std::chrono::milliseconds(10));
    co_await patience.async_wait(kAwait);
  }
  for (LiveSession* const session : sessions_) session->drop();
  co_await tasks_.wait();
}

}  // namespace fairrush::cli
