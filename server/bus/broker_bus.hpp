#pragma once

#include <deque>
#include <vector>

#include "base/clock.hpp"
#include "server/bus/broker.hpp"
#include "server/bus/bus.hpp"
#include "server/bus/event_directory.hpp"
#include "server/bus/recent_ids.hpp"

namespace fairrush::server {

/// A bus over a broker: messages leave as JSON with the names that others know, and come back to
/// the consumers of this process, which settle them once they have handled them.
class BrokerBus final : public Bus, private Broker::Listener {
 public:
  /// How long a message waits for its event to be known: another server may have made it just now.
  static constexpr Duration kPatience = std::chrono::seconds(10);

  /// All outlive the bus; `consumers` in the order in which the broker knows them.
  BrokerBus(Broker& broker, std::vector<BusConsumer*> consumers, const EventDirectory& events,
            const Clock& clock);

  void report_to(Bus::Listener& listener) override;
  bool accepts() const override { return broker_.accepts(); }
  void publish(const BusMessage& message) override;
  void tick() override;
  std::optional<std::string> missing() const override;
  std::optional<std::uint64_t> unread() const override { return broker_.unread(); }
  BusCounts counts() const override {
    return {.redelivered = redelivered_, .dead = broker_.dead_letters()};
  }

 private:
  struct Delivery {
    DeliveryTag tag;
    WireMessage wire;
  };
  struct Stranger {
    Delivery delivery;
    SteadyTime until;
  };
  /// Deliveries that are remembered, to know one that comes again.
  static constexpr std::size_t kRememberedMax = 100'000;

  struct Subscriber {
    BusConsumer* consumer = nullptr;
    // The broker bounds both.
    std::deque<Delivery> waiting;    ///< while it does not accept
    std::deque<Stranger> strangers;  ///< of events that are not known
    RecentIds given{kRememberedMax};
  };

  void confirmed(OutboxPosition position) override { listener_->confirmed(position); }
  void returned(OutboxPosition position) override { listener_->returned(position); }
  void delivered(ConsumerIndex consumer, DeliveryTag tag, WireMessage message) override;
  void hand_over(ConsumerIndex consumer, Delivery delivery);
  void hand_over_waiting(ConsumerIndex consumer);
  /// The event that a message is about in its present life, if it is known.
  std::optional<EventId> event_of(const WireMessage& wire) const;
  void look_at_strangers(ConsumerIndex consumer);

  Broker& broker_;
  std::vector<Subscriber> subscribers_;
  const EventDirectory& events_;
  const Clock& clock_;
  Bus::Listener* listener_ = nullptr;
  std::uint64_t redelivered_ = 0;
};

}  // namespace fairrush::server
