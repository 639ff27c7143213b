#pragma once

#include <pthread.h>

#include <chrono>
#include <functional>
#include <semaphore>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/bus/amqp/amqp_session.hpp"
#include "server/bus/brokers/mailbox.hpp"

namespace fairrush::server {

/// Keeps a connection to a RabbitMQ on a thread of its own, connects again whenever it ends, and
/// does with it what others put in. Whoever has one has it as the last member: the thread uses the
/// others.
template <class Item>
class AmqpThread {
 public:
  using Done = AmqpSession::Done;

  /// What is to be done, all of it on the thread.
  struct Work {
    const char* name;                    ///< of the thread, at most 15 characters
    AmqpBusAddress address;              ///< of the broker
    std::vector<std::string> consumers;  ///< whose queues are declared
    std::function<Done()> begin;         ///< on a new connection
    /// Does what was put in and takes what has come; waits for neither.
    std::function<Done()> turn;
    std::function<void(const std::string& why)> ended;  ///< the connection, or the try to have one
  };

  /// Starts to connect.
  explicit AmqpThread(Work work) : work_(std::move(work)), thread_([this] { run(); }) {
    pthread_setname_np(thread_.native_handle(), work_.name);
  }
  AmqpThread(const AmqpThread&) = delete;
  AmqpThread& operator=(const AmqpThread&) = delete;
  /// Ends by itself, with all that was put in done, unless the broker hears nothing.
  ~AmqpThread() {
    items_.stop();
    if (!ended_.try_acquire_for(kFarewell)) session_.interrupt();
    thread_.join();
  }

  /// Any thread.
  void put(Item item) { items_.put(std::move(item)); }

  /// For the work, on the thread.
  std::vector<Item> take() { return items_.take(); }
  AmqpSession& session() { return session_; }

 private:
  static constexpr std::chrono::milliseconds kRetry{200};
  static constexpr std::chrono::milliseconds kFarewell{2000};
  static constexpr std::chrono::milliseconds kLookEvery{1000};  // for heartbeats

  void run() {
    while (!items_.stopped()) {
      work_.ended(serve().error());
      items_.wait(-1, kRetry);
    }
    ended_.release();
  }

  /// Serves a connection until it ends; why it did.
  Done serve() {
    if (auto opened = session_.open(work_.address, work_.consumers); !opened) return opened;
    if (auto begun = work_.begin(); !begun) return begun;
    for (;;) {
      // Asked before the turn, which then does all that was put in before the stop.
      const bool last = items_.stopped();
      if (auto done = work_.turn(); !done) return done;
      if (last) return std::unexpected("the service stops");
      items_.wait(session_.socket(), kLookEvery);
    }
  }

  Work work_;
  WorkQueue<Item> items_;
  AmqpSession session_;
  std::binary_semaphore ended_{0};
  std::thread thread_;  // last: uses the others
};

}  // namespace fairrush::server
