#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/bus/broker.hpp"
#include "server/bus/brokers/mailbox.hpp"
#include "server/bus/brokers/presence.hpp"

namespace fairrush::server {

/// What a thread that publishes tells of its work.
struct PublisherReport {
  enum class Kind : std::uint8_t { there, away, confirmed, returned, nowhere };
  Kind kind{};
  OutboxPosition position;  ///< of confirmed, returned, and nowhere: returned for want of a queue
  std::string why;          ///< of away
};
using PublisherReports = std::shared_ptr<Mailbox<PublisherReport>>;

/// What a thread that hears for a consumer tells of its work.
struct ConsumerReport {
  enum class Kind : std::uint8_t { there, away, delivered, unread, buried };
  Kind kind{};
  std::string why;  ///< of away
  DeliveryTag tag;  ///< of delivered, as the next
  WireMessage message;
  /// Of unread: messages that wait for the consumer or to be settled; unset while nobody knows.
  std::optional<std::uint64_t> count = {};
};
using ConsumerReports = std::shared_ptr<Mailbox<ConsumerReport>>;

/// Publishes on a thread of its own, which ends with the object. A report follows for each message.
class BrokerPublisher {
 public:
  BrokerPublisher() = default;
  BrokerPublisher(const BrokerPublisher&) = delete;
  BrokerPublisher& operator=(const BrokerPublisher&) = delete;
  virtual ~BrokerPublisher() = default;
  /// Never blocks for long.
  virtual void publish(Outgoing message) = 0;
};

/// Hears for one consumer on a thread of its own, which ends with the object.
class BrokerSubscriber {
 public:
  BrokerSubscriber() = default;
  BrokerSubscriber(const BrokerSubscriber&) = delete;
  BrokerSubscriber& operator=(const BrokerSubscriber&) = delete;
  virtual ~BrokerSubscriber() = default;
  virtual void settle(DeliveryTag tag, Settlement how) = 0;
};

/// A broker whose library blocks: one thread publishes, and one hears for each consumer.
class ThreadedBroker final : public Broker {
 public:
  /// What is different from one program to another.
  struct Parts {
    std::string name;                    ///< what the log calls it
    std::vector<std::string> consumers;  ///< of this process
    std::function<std::unique_ptr<BrokerPublisher>(PublisherReports reports)> make_publisher;
    std::function<std::unique_ptr<BrokerSubscriber>(const std::string& consumer,
                                                    ConsumerReports reports)>
        make_subscriber;
  };

  /// `home` is the thread that decides.
  ThreadedBroker(Executor home, Parts parts);

  void open(Listener& listener) override;
  Task<void> stop() override;
  bool accepts() const override { return presence_.is_there(); }
  void publish(Outgoing message) override { publisher_->publish(std::move(message)); }
  void settle(ConsumerIndex consumer, DeliveryTag tag, Settlement how) override;
  std::optional<std::string> missing() const override;
  std::optional<std::uint64_t> unread() const override;
  std::uint64_t dead_letters() const override { return dead_letters_; }

  /// For tests; once it is open.
  BrokerPublisher& publisher() { return *publisher_; }

 private:
  struct Subscription {
    Presence presence;
    std::optional<std::uint64_t> unread;
    ConsumerReports reports;
    std::unique_ptr<BrokerSubscriber> subscriber;
  };

  void subscribe(const std::string& consumer);
  void take(const PublisherReport& report);
  void take(ConsumerIndex place, ConsumerReport report);

  Executor home_;
  Parts parts_;
  Listener* listener_ = nullptr;
  Presence presence_;
  bool nowhere_ = false;  ///< the latest message found no queue
  PublisherReports reports_;
  std::unique_ptr<BrokerPublisher> publisher_;
  std::deque<Subscription> subscriptions_;
  std::uint64_t dead_letters_ = 0;
};

}  // namespace fairrush::server
