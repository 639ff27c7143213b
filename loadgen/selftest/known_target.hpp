#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <optional>
#include <queue>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/descriptor.hpp"
#include "loadgen/transport/transport.hpp"

namespace fairrush::loadgen {

/// A stretch of time in which the target does nothing at all.
struct Freeze {
  SteadyTime at{};
  Duration length{};
};

struct KnownTargetSpec {
  /// How long the request number `index`, from 0 in the order of reading, is to take.
  std::function<Duration(std::uint64_t index)> delay;
  std::optional<Freeze> freeze = {};
};

/// One answer as the target knows it.
struct ServedRequest {
  SteadyTime arrived{};   ///< when the kernel had the request
  SteadyTime answered{};  ///< when the answer was handed to the kernel
};

/// What the target knows in the end.
struct KnownTruth {
  std::vector<ServedRequest> served = {};  ///< in the order of answering
  std::optional<Freeze> frozen = {};       ///< as it really was
};

/// An HTTP server on a free port of the loopback and a thread of its own that answers every request
/// alike, after a delay that is known: it counts from the kernel's time stamp of the request, is
/// waited for to 0.1 ms and then spun for, and what each answer really took is written down. One
/// request at a time a connection. Throws std::system_error when the machine refuses a socket.
class KnownTarget {
 public:
  explicit KnownTarget(KnownTargetSpec spec);
  KnownTarget(const KnownTarget&) = delete;
  KnownTarget& operator=(const KnownTarget&) = delete;
  ~KnownTarget();

  const TcpEndpoint& endpoint() const { return endpoint_; }

  /// Ends the thread and gives what it knows. Call once.
  KnownTruth finish();

 private:
  struct Peer {
    int descriptor = -1;
    std::string request;
  };
  struct Due {
    SteadyTime at{};
    SteadyTime arrived{};
    std::size_t peer = 0;

    bool operator>(const Due& other) const { return at > other.at; }
  };

  void serve();
  void freeze_when_due();
  void answer_what_is_due();
  void wait();
  void accept_all();
  void read(std::size_t peer);
  void leave(std::size_t peer);

  KnownTargetSpec spec_;
  RealClock clock_;
  Descriptor listener_;
  Descriptor poll_;
  TcpEndpoint endpoint_;
  std::deque<Peer> peers_;  // places are not used again
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::uint64_t requests_ = 0;
  KnownTruth truth_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;  // last: works on all of the above
};

}  // namespace fairrush::loadgen
