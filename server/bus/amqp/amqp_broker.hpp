#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/bus/amqp/amqp_consumer.hpp"
#include "server/bus/amqp/amqp_publisher.hpp"
#include "server/bus/brokers/presence.hpp"

namespace fairrush::server {

/// A RabbitMQ as the broker: a durable topic exchange, a durable queue for each consumer, dead
/// letters in a queue of their own. The library blocks, so each connection has a thread.
class AmqpBroker final : public Broker {
 public:
  AmqpBroker(Executor home, AmqpBusAddress address, std::vector<std::string> consumers);

  void open(Listener& listener) override;
  Task<void> stop() override;
  bool accepts() const override { return presence_.is_there(); }
  void publish(Outgoing message) override { publisher_->publish(std::move(message)); }
  void settle(ConsumerIndex consumer, DeliveryTag tag, Settlement how) override;
  std::optional<std::string> missing() const override;
  std::optional<std::uint64_t> unread() const override;

 private:
  struct Subscription {
    Presence presence;
    std::optional<std::uint64_t> unread;
    std::shared_ptr<Mailbox<AmqpConsumer::Report>> reports;
    std::unique_ptr<AmqpConsumer> consumer;
  };

  void take(const AmqpPublisher::Report& report);
  void take(ConsumerIndex place, AmqpConsumer::Report report);

  Executor home_;
  AmqpBusAddress address_;
  std::vector<std::string> names_;
  Listener* listener_ = nullptr;
  Presence presence_;
  bool nowhere_ = false;  ///< the latest message found no queue
  std::shared_ptr<Mailbox<AmqpPublisher::Report>> reports_;
  std::unique_ptr<AmqpPublisher> publisher_;
  std::deque<Subscription> subscriptions_;
};

}  // namespace fairrush::server
