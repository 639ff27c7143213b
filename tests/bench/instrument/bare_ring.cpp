// What the kernel alone takes for a closed loop: one POST, always the same, over `connections`
// sockets of an io_uring (standing receives, arrivals stamped), of whose answers nothing is read.
// The floor under any client that looks at what it gets.
#include <arpa/inet.h>
#include <liburing.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "loadgen/transport/gathering.hpp"
#include "loadgen/transport/receive_buffers.hpp"

namespace fairrush::bench {
namespace {

using loadgen::ReceiveBuffers;

constexpr unsigned kEntries = 256;
constexpr std::uint64_t kSendMark = std::uint64_t{1} << 32;

/// Throws unless a call went well, which tells errors as negative numbers or in `errno`.
int checked(int result, const char* what) {
  if (result >= 0) return result;
  throw std::system_error(result == -1 ? errno : -result, std::generic_category(), what);
}

class BareRing {
 public:
  BareRing(int connections, int port)
      : gathered_(
            std::clamp(static_cast<unsigned>(connections) / 2, 1U, loadgen::Gathering::kMost)) {
    io_uring_params parameters{};
    parameters.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CLAMP;
    checked(io_uring_queue_init_params(kEntries, &ring_, &parameters), "io_uring");
    io_uring_register_ring_fd(&ring_);
    checked(io_uring_register_files_sparse(&ring_, static_cast<unsigned>(connections)), "sockets");
    buffers_.emplace(ring_);
    stamps_.msg_controllen = CMSG_SPACE(sizeof(timespec));
    for (int place = 0; place < connections; ++place) connect(place, port);
  }
  BareRing(const BareRing&) = delete;
  BareRing& operator=(const BareRing&) = delete;
  ~BareRing() {
    buffers_.reset();
    io_uring_queue_exit(&ring_);
  }

  /// Until so many answers have come.
  void play(int connections, long requests) {
    for (int place = 0; place < connections; ++place) {
      receive(place);
      send(place);
    }
    for (long answers = 0; answers < requests;) answers += take_answers();
  }

 private:
  void connect(int place, int port) {
    const int socket = checked(::socket(AF_INET, SOCK_STREAM, 0), "socket");
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(static_cast<std::uint16_t>(port));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    checked(::connect(socket, reinterpret_cast<sockaddr*>(&server), sizeof server), "connect");
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(socket, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    checked(io_uring_register_files_update(&ring_, static_cast<unsigned>(place), &socket, 1),
            "a socket of the ring");
    ::close(socket);
  }

  io_uring_sqe& next_entry() {
    if (io_uring_sq_space_left(&ring_) == 0) checked(io_uring_submit(&ring_), "submit");
    return *io_uring_get_sqe(&ring_);
  }

  void receive(int place) {
    io_uring_sqe& entry = next_entry();
    io_uring_prep_recvmsg_multishot(&entry, place, &stamps_, 0);
    entry.flags |= IOSQE_FIXED_FILE | IOSQE_BUFFER_SELECT;
    entry.buf_group = ReceiveBuffers::kGroup;
    io_uring_sqe_set_data64(&entry, static_cast<std::uint64_t>(place));
  }

  void send(int place) {
    io_uring_sqe& entry = next_entry();
    io_uring_prep_send(&entry, place, request_.data(), request_.size(),
                       MSG_WAITALL | MSG_DONTWAIT | MSG_NOSIGNAL);
    entry.flags |= IOSQE_FIXED_FILE | IOSQE_CQE_SKIP_SUCCESS;
    io_uring_sqe_set_data64(&entry, kSendMark);
  }

  long take_answers() {
    checked(io_uring_submit_and_wait(&ring_, gathered_), "wait");
    long answers = 0;
    unsigned head = 0;
    unsigned taken = 0;
    io_uring_cqe* completion = nullptr;
    io_uring_for_each_cqe(&ring_, head, completion) {
      ++taken;
      checked(completion->res, "io_uring");
      // Sends that go well say nothing; a peer that ends, or takes half a request, spoils the turn.
      if (completion->user_data == kSendMark || completion->res == 0) {
        throw std::runtime_error("the server does not keep up its connections");
      }
      const int place = static_cast<int>(completion->user_data);
      buffers_->give_back(completion->flags >> IORING_CQE_BUFFER_SHIFT);
      if ((completion->flags & IORING_CQE_F_MORE) == 0) receive(place);
      send(place);
      ++answers;
    }
    io_uring_cq_advance(&ring_, taken);
    return answers;
  }

  unsigned gathered_;
  io_uring ring_{};
  std::optional<ReceiveBuffers> buffers_;
  msghdr stamps_{};
  const std::string request_ =
      "POST /api/v1/events/bench/claims HTTP/1.1\r\nHost: 127.0.0.1\r\n"
      "Content-Type: application/json\r\nX-User-ID: 000001\r\n"
      "Idempotency-Key: 0123456789abcdef\r\nContent-Length: 2\r\n\r\n{}";
};

}  // namespace
}  // namespace fairrush::bench

/// bare_ring PORT CONNECTIONS REQUESTS
int main(int count, char** words) {
  if (count != 4) return 2;
  const int connections = std::atoi(words[2]);
  const long requests = std::atol(words[3]);
  fairrush::bench::BareRing ring(connections, std::atoi(words[1]));
  ring.play(connections, requests);
}
