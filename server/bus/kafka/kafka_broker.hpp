#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/bus/brokers/presence.hpp"
#include "server/bus/kafka/kafka_consumer.hpp"
#include "server/bus/kafka/kafka_producer.hpp"

namespace fairrush::server {

/// A Kafka topic as the broker, with a consumer group for each consumer.
class KafkaBroker final : public Broker {
 public:
  KafkaBroker(Executor home, KafkaBusAddress address, std::vector<std::string> consumers);

  void open(Listener& listener) override;
  Task<void> stop() override;
  bool accepts() const override { return presence_.is_there(); }
  void publish(Outgoing message) override { producer_->publish(message); }
  void settle(ConsumerIndex consumer, DeliveryTag tag, Settlement how) override;
  std::optional<std::string> missing() const override;
  std::optional<std::uint64_t> unread() const override;

  /// For tests.
  KafkaProducer& producer() { return *producer_; }

 private:
  struct Subscription {
    Presence presence;
    std::optional<std::uint64_t> unread;
    std::shared_ptr<Mailbox<KafkaConsumer::Report>> reports;
    std::unique_ptr<KafkaConsumer> consumer;
  };

  void take(const KafkaProducer::Report& report);
  void take(ConsumerIndex place, KafkaConsumer::Report report);

  Executor home_;
  KafkaBusAddress address_;
  std::vector<std::string> names_;
  Listener* listener_ = nullptr;
  Presence presence_;
  std::shared_ptr<Mailbox<KafkaProducer::Report>> reports_;
  std::unique_ptr<KafkaProducer> producer_;
  std::deque<Subscription> subscriptions_;
};

}  // namespace fairrush::server
