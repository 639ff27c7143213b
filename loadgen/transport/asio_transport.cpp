#include "loadgen/transport/asio_transport.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>

#include "base/assert.hpp"
#include "loadgen/transport/source_addresses.hpp"

namespace fairrush::loadgen {

AsioTransport::AsioTransport(const TransportSpec& spec)
    : spec_(spec),
      timer_(context_.get_executor()),
      news_(context_.get_executor()),
      tasks_(context_.get_executor()) {
  news_.expires_at(Timer::time_point::max());
}

SocketId AsioTransport::open(SocketUser& user, const TcpEndpoint& peer) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back(context_.get_executor());
  }
  const std::uint32_t place = free_.back();
  free_.pop_back();
  Slot& slot = slots_[place];
  slot.user = &user;
  tasks_.spawn(play(place, peer));
  return {.slot = place, .generation = slot.generation};
}

AsioTransport::Slot* AsioTransport::find(SocketId socket) {
  Slot& slot = slots_[socket.slot];
  return slot.generation == socket.generation && slot.user != nullptr ? &slot : nullptr;
}

bool AsioTransport::send(SocketId socket, std::string_view bytes) {
  Slot* const slot = find(socket);
  FAIRRUSH_ASSERT(slot != nullptr);
  if (slot->draining) {
    slot->unsent += bytes;
    return true;
  }
  error_code error;
  const std::size_t sent = slot->socket.write_some(asio::buffer(bytes), error);
  if (sent == bytes.size()) return true;
  const bool full = error == asio::error::would_block || error == asio::error::try_again;
  if (sent == 0 && !full) return false;
  slot->unsent.assign(bytes.substr(sent));
  slot->draining = true;
  tasks_.spawn(drain(socket.slot, socket.generation));
  return true;
}

bool AsioTransport::is_stale(SocketId socket) {
  Slot* const slot = find(socket);
  char byte = 0;
  const auto peeked = ::recv(slot->socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return peeked >= 0 || (errno != EAGAIN && errno != EINTR);
}

/// The coroutine that plays the socket finds out, and gives the slot back.
void AsioTransport::close(SocketId socket) {
  Slot* const slot = find(socket);
  if (slot == nullptr) return;
  slot->user = nullptr;
  error_code ignored;
  slot->socket.close(ignored);
}

void AsioTransport::end(Slot& slot, error_code error) {
  SocketUser* const user = std::exchange(slot.user, nullptr);
  error_code ignored;
  slot.socket.close(ignored);
  if (user != nullptr) user->ended(error);
}

error_code AsioTransport::prepare(TcpSocket& socket, const TcpEndpoint& peer) {
  error_code error;
  socket.open(peer.protocol(), error);
  if (error) return error;
  socket.non_blocking(true, error);
  socket.set_option(asio::ip::tcp::no_delay(true), error);
  if (spec_.sources.empty()) return {};
  return bind_to(socket.native_handle(), spec_.sources[sources_used_++ % spec_.sources.size()]);
}

Task<void> AsioTransport::play(std::uint32_t place, TcpEndpoint peer) {
  Slot& slot = slots_[place];
  const error_code unfit = prepare(slot.socket, peer);
  // Nobody hears of a socket from within `open`.
  if (unfit) co_await asio::post(context_.get_executor(), asio::deferred);
  auto [connect_error] = co_await slot.socket.async_connect(peer, kAwait);
  if (slot.user != nullptr && !tasks_.cancelled()) {
    const error_code error = unfit ? unfit : connect_error;
    SocketUser* const user = error ? std::exchange(slot.user, nullptr) : slot.user;
    user->connected(error);
    tell();
  }
  while (slot.user != nullptr) {
    auto [error, bytes] = co_await slot.socket.async_read_some(asio::buffer(slot.input), kAwait);
    if (slot.user == nullptr || tasks_.cancelled()) break;
    if (error) {
      end(slot, error);
    } else {
      slot.user->received({slot.input.data(), bytes}, spec_.clock.steady_now());
    }
    tell();
  }
  error_code ignored;
  slot.socket.close(ignored);
  slot.unsent.clear();
  slot.draining = false;
  ++slot.generation;
  free_.push_back(place);
}

/// Writes what the kernel did not take at once.
Task<void> AsioTransport::drain(std::uint32_t place, std::uint32_t generation) {
  Slot& slot = slots_[place];
  std::string writing;
  std::size_t written = 0;
  for (;;) {
    if (written == writing.size()) {
      writing = std::exchange(slot.unsent, {});
      written = 0;
      slot.draining = !writing.empty();
      if (writing.empty()) co_return;
    }
    auto [error, bytes] = co_await slot.socket.async_write_some(
        asio::buffer(writing.data() + written, writing.size() - written), kAwait);
    if (slot.generation != generation || slot.user == nullptr) co_return;
    // A failure ends the reading side as well, which reports it.
    if (error) co_return;
    written += bytes;
  }
}

/// The driver's turn; once it says that it is over, everything ends. When something was thrown,
/// nobody has a turn any more.
void AsioTransport::tick(Driver& driver) {
  if (!next_ || tasks_.cancelled()) return;
  next_ = driver.tick();
  if (next_) {
    if (next_->at < armed_) timer_.cancel();
    return;
  }
  for (Slot& slot : slots_) {
    slot.user = nullptr;
    error_code ignored;
    slot.socket.close(ignored);
  }
  timer_.cancel();
  news_.cancel();
}

/// Ticks when it is time to.
Task<void> AsioTransport::keep_time(Driver& driver) {
  tick(driver);
  while (next_ && !tasks_.cancelled()) {
    armed_ = next_->at;
    timer_.expires_at(armed_);
    co_await timer_.async_wait(kAwait);
    if (next_ && spec_.clock.steady_now() >= next_->at) tick(driver);
  }
}

/// Ticks after what came in.
Task<void> AsioTransport::hear(Driver& driver) {
  while (next_ && !tasks_.cancelled()) {
    if (std::exchange(heard_, false)) {
      tick(driver);
    } else {
      co_await news_.async_wait(kAwait);
    }
  }
}

/// The sockets that are ready now come first; the driver's turn is after them.
void AsioTransport::tell() {
  if (std::exchange(heard_, true)) return;
  news_.cancel();
}

void AsioTransport::run(Driver& driver) {
  std::exception_ptr failure;
  const auto serve = [](AsioTransport& self, Driver& with) -> Task<void> {
    self.tasks_.spawn(self.keep_time(with));
    self.tasks_.spawn(self.hear(with));
    co_await self.tasks_.wait();
  };
  asio::co_spawn(context_.get_executor(), serve(*this, driver),
                 [&failure](std::exception_ptr error) { failure = error; });
  context_.run();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace fairrush::loadgen
