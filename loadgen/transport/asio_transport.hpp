#pragma once

#include <array>
#include <deque>
#include <string>
#include <vector>

#include "base/runtime/asio_types.hpp"
#include "base/runtime/task_group.hpp"
#include "loadgen/transport/transport.hpp"

namespace fairrush::loadgen {

/// A coroutine a socket on an io_context of its own. Works wherever Linux does.
class AsioTransport final : public Transport {
 public:
  explicit AsioTransport(const TransportSpec& spec);

  SocketId open(SocketUser& user, const TcpEndpoint& peer) override;
  bool send(SocketId socket, std::string_view bytes) override;
  bool is_stale(SocketId socket) override;
  void close(SocketId socket) override;
  void run(Driver& driver) override;

 private:
  static constexpr std::size_t kReadBytes = 1024;

  struct Slot {
    explicit Slot(Executor executor) : socket(executor) {}

    TcpSocket socket;
    SocketUser* user = nullptr;  // null: nobody listens any more
    std::uint32_t generation = 0;
    std::string unsent;     // waits for what is being written
    bool draining = false;  // something is
    std::array<char, kReadBytes> input;
  };

  Task<void> keep_time(Driver& driver);
  Task<void> hear(Driver& driver);
  void tick(Driver& driver);
  void tell();
  Task<void> play(std::uint32_t place, TcpEndpoint peer);
  Task<void> drain(std::uint32_t place, std::uint32_t generation);
  error_code prepare(TcpSocket& socket, const TcpEndpoint& peer);
  Slot* find(SocketId socket);
  void end(Slot& slot, error_code error);

  const TransportSpec spec_;
  asio::io_context context_{1};
  std::deque<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::size_t sources_used_ = 0;
  Timer timer_;
  Timer news_;  // expires never; cancelled when something has come in
  bool heard_ = false;
  std::optional<NextTick> next_ = NextTick{};  // unset once it is over
  SteadyTime armed_{};                         // what the timer waits for
  TaskGroup tasks_;
};

}  // namespace fairrush::loadgen
