#pragma once

#include <deque>
#include <vector>

#include "server/bus/broker.hpp"
#include "server/bus/bus.hpp"
#include "server/bus/event_directory.hpp"

namespace fairrush::server {

/// A bus over a broker: messages leave as JSON with the names that others know, and come back to
/// the consumers of this process, which settle them once they have handled them.
class BrokerBus final : public Bus, private Broker::Listener {
 public:
  /// All outlive the bus; `consumers` in the order in which the broker knows them.
  BrokerBus(Broker& broker, std::vector<BusConsumer*> consumers, const EventDirectory& events);

  void report_to(Bus::Listener& listener) override;
  bool accepts() const override { return broker_.accepts(); }
  void publish(const BusMessage& message) override;
  void tick() override;
  std::optional<std::string> missing() const override;
  std::optional<std::uint64_t> unread() const override { return broker_.unread(); }

 private:
  struct Delivery {
    DeliveryTag tag;
    WireMessage wire;
  };
  struct Subscriber {
    BusConsumer* consumer = nullptr;
    std::deque<Delivery> waiting;  ///< while it does not accept; the broker bounds them
  };

  void confirmed(OutboxPosition position) override { listener_->confirmed(position); }
  void returned(OutboxPosition position) override { listener_->returned(position); }
  void delivered(ConsumerIndex consumer, DeliveryTag tag, WireMessage message) override;
  void hand_over(ConsumerIndex consumer, Delivery delivery);
  void hand_over_waiting(ConsumerIndex consumer);

  Broker& broker_;
  std::vector<Subscriber> subscribers_;
  const EventDirectory& events_;
  Bus::Listener* listener_ = nullptr;
};

}  // namespace fairrush::server
