#pragma once

#include <liburing.h>
#include <sys/socket.h>

#include <array>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "loadgen/transport/gathering.hpp"
#include "loadgen/transport/receive_buffers.hpp"
#include "loadgen/transport/transport.hpp"

namespace fairrush::loadgen {

/// One io_uring: requests leave in small batches, one standing receive a socket fills buffers that
/// all share, so that a connection costs no call of its own and no buffer while it waits. Its
/// sockets are the ring's and not the process's: a ring may hold as many as a process may hold
/// descriptors, and a process as many rings as it has threads. Needs Linux 6.0.
class UringTransport final : public Transport {
 public:
  explicit UringTransport(const TransportSpec& spec);
  ~UringTransport() override;

  SocketId open(SocketUser& user, const TcpEndpoint& peer) override;
  bool send(SocketId socket, std::string_view bytes) override;
  bool is_stale(SocketId socket) override;
  void close(SocketId socket) override;
  void run(Driver& driver) override;

 private:
  enum class Operation : std::uint8_t { connect, send, rest, receive, cancel, close };

  struct Slot {
    SocketUser* user = nullptr;  // null: free, or closed and waiting for its operations
    TcpEndpoint peer;            // read by the kernel while it connects
    std::uint32_t generation = 0;
    std::optional<std::uint32_t> rest;    // place of the text that drains into the socket
    std::optional<std::uint32_t> queued;  // and of the one behind it
    std::uint8_t operations = 0;          // the kernel still has
    std::uint8_t waiting = 0;             // of them, those that wait for the peer: bits
    std::uint8_t unsettled = 0;           // sends of which nobody knows yet whether they worked
    bool answered = false;                // something came since the last of them
    bool installed = false;               // the ring holds a socket here
    std::optional<error_code> ended;      // told once the sends are known to have worked

    bool is_sending() const { return rest || unsettled > 0; }
  };

  /// A send that the kernel mentions only if it fails, by its place alone: which of several it was
  /// is not known, and is asked only of one that is alone. The kernel has read the texts of all.
  struct Send {
    std::uint32_t place;
    std::uint32_t text;
  };

  static std::uint8_t bit_of(Operation operation) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(operation));
  }
  static bool is_waiting(Operation operation) {
    return operation == Operation::connect || operation == Operation::rest ||
           operation == Operation::receive;
  }
  static std::uint64_t data_of(Operation operation, std::uint32_t place);
  io_uring_sqe& next_entry();
  void submit();
  struct Received {
    std::string_view bytes;
    SteadyTime at{};
  };

  void wait(const NextTick& next);
  void look_at_clocks();
  Received read(unsigned buffer, int length);
  void handle(const io_uring_cqe& completion);
  void connect_done(std::uint32_t place, int result);
  void send_failed(std::uint32_t place, int result);
  void rest_done(std::uint32_t place, int result);
  void settle();
  void not_sent(std::uint32_t place, error_code error);
  void receive_done(std::uint32_t place, const io_uring_cqe& completion);
  void receive(std::uint32_t place);
  void tag(io_uring_sqe& entry, Operation operation, std::uint32_t place);
  std::uint32_t new_text();
  void submit_send(std::uint32_t place, std::uint32_t text);
  void submit_rest(std::uint32_t place, std::uint32_t text);
  void submit_queued(std::uint32_t place);
  error_code install(std::uint32_t place, const TcpEndpoint& peer);
  void end(std::uint32_t place, error_code error);
  void release(std::uint32_t place);
  void drop(std::uint32_t place);
  void close_all();
  Slot* find(SocketId socket);

  const TransportSpec spec_;
  io_uring ring_{};
  std::optional<ReceiveBuffers> buffers_;
  std::deque<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::deque<std::string> texts_;  // on their way to the kernel; they stay where they are
  std::vector<std::uint32_t> texts_free_;
  std::vector<Send> sends_;   // unsettled, in their order
  std::size_t settling_ = 0;  // of them the first ones, once the completions at hand were heard
  Gathering gathering_;
  std::size_t sources_used_ = 0;
  std::uint64_t operations_ = 0;  // the kernel still has
  unsigned unsubmitted_ = 0;
  // Every receive gives a time stamp with the bytes, and no address.
  msghdr receive_form_{.msg_name = nullptr,
                       .msg_namelen = 0,
                       .msg_iov = nullptr,
                       .msg_iovlen = 0,
                       .msg_control = nullptr,
                       .msg_controllen = CMSG_SPACE(sizeof(timespec)),
                       .msg_flags = 0};
  SteadyTime now_{};     // when the completions under way were taken
  WallTime wall_now_{};  // the same moment
  bool clock_was_set_ = false;
};

}  // namespace fairrush::loadgen
