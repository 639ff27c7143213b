#include "tests/unit/loadgen/scripted_target.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/write.hpp>
#include <tuple>

namespace fairrush::loadgen {
namespace {

asio::ip::tcp::endpoint any_loopback_port() {
  return {asio::ip::address_v4::loopback(), 0};
}

}  // namespace

std::string http_answer(unsigned status, std::string_view body, std::string_view fields) {
  return fmt::format("HTTP/1.1 {} Some reason\r\n{}Content-Length: {}\r\n\r\n{}", status, fields,
                     body.size(), body);
}

ScriptedTarget::ScriptedTarget(Script script)
    : script_(std::move(script)),
      thread_("target"),
      acceptor_(thread_.context(), any_loopback_port()),
      endpoint_(acceptor_.local_endpoint()) {
  tasks_.emplace(thread_.executor());
  thread_.post([this] { tasks_->spawn(accept()); });
}

ScriptedTarget::~ScriptedTarget() {
  thread_.post([this] { tasks_->cancel(); });
  thread_.join();
}

std::vector<std::string> ScriptedTarget::requests() const {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

void ScriptedTarget::when_requested(std::size_t count, std::function<void()> action) {
  const std::scoped_lock lock(mutex_);
  awaited_ = count;
  action_ = std::move(action);
}

std::set<std::string> ScriptedTarget::peers() const {
  const std::scoped_lock lock(mutex_);
  return peers_;
}

void ScriptedTarget::note_peer(const TcpSocket& socket) {
  error_code gone;
  const auto peer = socket.remote_endpoint(gone);
  const std::scoped_lock lock(mutex_);
  if (!gone) peers_.insert(peer.address().to_string());
}

Task<void> ScriptedTarget::accept() {
  for (;;) {
    auto [error, socket] = co_await acceptor_.async_accept(kAwait);
    if (error) co_return;
    ++connections_;
    note_peer(socket);
    tasks_->spawn(serve(std::move(socket)));
  }
}

Reaction ScriptedTarget::react(const std::string& request) {
  std::function<void()> action;
  {
    const std::scoped_lock lock(mutex_);
    requests_.push_back(request);
    if (requests_.size() == awaited_) action = action_;
  }
  if (action) action();
  return script_(request);
}

Task<void> ScriptedTarget::serve(TcpSocket socket) {
  std::string received;
  std::array<char, 4096> input;
  for (;;) {
    const std::size_t end = received.find("\r\n\r\n");
    if (end == std::string::npos) {
      auto [error, bytes] = co_await socket.async_read_some(asio::buffer(input), kAwait);
      if (error) co_return;
      received.append(input.data(), bytes);
      continue;
    }
    const std::string request = received.substr(0, end + 4);
    received.erase(0, end + 4);
    const Reaction reaction = react(request);
    co_await asio::async_write(socket, asio::buffer(reaction.bytes), kAwait);
    if (reaction.then == Reaction::Then::keep) continue;
    if (reaction.then == Reaction::Then::drip) {
      error_code left;
      while (!left) {
        std::tie(left, std::ignore) =
            co_await asio::async_write(socket, asio::buffer(reaction.bytes), kAwait);
        co_await Timer(socket.get_executor(), std::chrono::milliseconds(1)).async_wait(kAwait);
      }
    }
    if (reaction.then == Reaction::Then::stall) {
      co_await socket.async_read_some(asio::buffer(input), kAwait);
    } else if (reaction.then == Reaction::Then::reset) {
      socket.set_option(asio::socket_base::linger(true, 0));
      socket.close();  // a destructor would close in good order
    }
    co_return;
  }
}

DeadPort::DeadPort() : socket_(context_) {
  socket_.open(asio::ip::tcp::v4());
  socket_.bind(any_loopback_port());
  endpoint_ = socket_.local_endpoint();
}

FullListener::FullListener() : acceptor_(context_) {
  acceptor_.open(asio::ip::tcp::v4());
  acceptor_.bind(any_loopback_port());
  acceptor_.listen(0);
  // A queue of length 0 holds one connection; a few more make sure that it is full.
  for (int i = 0; i < 4; ++i) {
    TcpSocket& socket = waiting_.emplace_back(context_);
    socket.open(asio::ip::tcp::v4());
    socket.native_non_blocking(true);
    const asio::ip::tcp::endpoint full = acceptor_.local_endpoint();
    ::connect(socket.native_handle(), full.data(), static_cast<socklen_t>(full.size()));
  }
}

}  // namespace fairrush::loadgen
