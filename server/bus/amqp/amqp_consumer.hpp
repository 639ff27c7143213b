#pragma once

#include <chrono>
#include <string>

#include "server/bus/amqp/amqp_thread.hpp"
#include "server/bus/brokers/threaded_broker.hpp"

namespace fairrush::server {

/// Hears a queue on a thread of its own. A message that is not settled when the connection ends
/// comes again; one that cannot be read goes to the dead letters.
class AmqpConsumer final : public BrokerSubscriber {
 public:
  /// Starts to connect; hears the queue of `consumer`. What was settled when it ends is told,
  /// unless the broker hears nothing.
  AmqpConsumer(const AmqpBusAddress& address, const std::string& consumer, ConsumerReports reports);

  void settle(DeliveryTag tag, Settlement how) override { worker_.put({tag, how}); }

 private:
  struct Settled {
    DeliveryTag tag;
    Settlement how{};
  };
  using Report = ConsumerReport;
  using Done = AmqpSession::Done;

  Done begin();
  Done turn();
  Done settle_waiting();
  Done settle_one(std::uint64_t number, Settlement how);
  Done take_frames();
  Done take_delivery(std::uint64_t number);
  Done count_unread();
  /// RabbitMQ's numbers begin anew with each connection.
  DeliveryTag tag_of(std::uint64_t number) const;

  std::string consumer_;
  std::string queue_;
  ConsumerReports reports_;
  std::uint64_t connection_ = 0;  ///< counts them
  std::uint64_t unsettled_ = 0;   ///< deliveries of this connection
  std::chrono::steady_clock::time_point count_at_;
  AmqpThread<Settled> worker_;  // last: uses the others
};

}  // namespace fairrush::server
