#pragma once

#include <chrono>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "server/bus/amqp/amqp_session.hpp"
#include "server/bus/broker.hpp"
#include "server/bus/brokers/mailbox.hpp"

namespace fairrush::server {

/// Hears a queue on a thread of its own. A message that is not settled when the connection ends
/// comes again; one that cannot be read goes to the dead letters.
class AmqpConsumer {
 public:
  /// What is told of the work.
  struct Report {
    enum class Kind : std::uint8_t { there, away, delivered, unread };
    Kind kind{};
    std::string why;  ///< of away
    DeliveryTag tag;  ///< of delivered, as the next
    WireMessage message;
    std::uint64_t count = 0;  ///< of unread: messages that wait in the queue or to be settled
  };

  /// Starts to connect; hears the queue of `consumer`.
  AmqpConsumer(AmqpBusAddress address, std::string consumer,
               std::shared_ptr<Mailbox<Report>> reports);
  AmqpConsumer(const AmqpConsumer&) = delete;
  AmqpConsumer& operator=(const AmqpConsumer&) = delete;
  /// Ends the connection and the thread.
  ~AmqpConsumer();

  /// Any thread.
  void settle(DeliveryTag tag, Settlement how) { work_.put({tag, how}); }

 private:
  struct Settled {
    DeliveryTag tag;
    Settlement how{};
  };
  using Done = AmqpSession::Done;

  void run();
  void work();
  Done serve();
  Done settle_waiting();
  Done settle_one(std::uint64_t number, Settlement how);
  Done take_frames();
  Done take_delivery(std::uint64_t number);
  Done count_unread();
  /// RabbitMQ's numbers begin anew with each connection.
  DeliveryTag tag_of(std::uint64_t number) const;

  AmqpBusAddress address_;
  std::string consumer_;
  std::shared_ptr<Mailbox<Report>> reports_;
  WorkQueue<Settled> work_;
  AmqpSession session_;
  std::uint64_t connection_ = 0;  ///< counts them
  std::uint64_t unsettled_ = 0;   ///< deliveries of this connection
  std::chrono::steady_clock::time_point count_at_;
  std::binary_semaphore ended_{0};
  std::thread thread_;  // last: uses the others
};

}  // namespace fairrush::server
