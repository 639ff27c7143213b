#include "server/bus/broker_bus.hpp"

#include <utility>

#include "server/log.hpp"

namespace fairrush::server {

BrokerBus::BrokerBus(Broker& broker, std::vector<BusConsumer*> consumers,
                     const EventDirectory& events, const Clock& clock)
    : broker_(broker), events_(events), clock_(clock) {
  for (BusConsumer* const consumer : consumers)
    subscribers_.push_back({.consumer = consumer, .waiting = {}, .strangers = {}});
}

void BrokerBus::report_to(Bus::Listener& listener) {
  listener_ = &listener;
  broker_.open(*this);
}

void BrokerBus::publish(const BusMessage& message) {
  const EventLabel* const event = events_.find(message.event);
  if (event == nullptr) return listener_->returned(message.position);  // known a little later
  broker_.publish({.position = message.position,
                   .user = message.user,
                   .type = message.type,
                   .id = id_of(message),
                   .text = wire_text(message, *event)});
}

void BrokerBus::tick() {
  broker_.tick();
  for (std::uint32_t place = 0; place < subscribers_.size(); ++place) {
    subscribers_[place].consumer->tick();
    look_at_strangers(ConsumerIndex(place));
    hand_over_waiting(ConsumerIndex(place));
  }
}

std::optional<std::string> BrokerBus::missing() const {
  if (auto why = broker_.missing()) return why;
  for (const Subscriber& subscriber : subscribers_) {
    if (auto why = subscriber.consumer->missing()) return why;
  }
  return std::nullopt;
}

void BrokerBus::delivered(ConsumerIndex consumer, DeliveryTag tag, WireMessage message) {
  Subscriber& subscriber = subscribers_[consumer.value()];
  if (!subscriber.given.add(id_of(message.message))) ++redelivered_;
  if (!subscriber.waiting.empty() || !subscriber.consumer->accepts()) {
    return subscriber.waiting.push_back({tag, std::move(message)});
  }
  hand_over(consumer, {tag, std::move(message)});
}

void BrokerBus::hand_over_waiting(ConsumerIndex consumer) {
  Subscriber& subscriber = subscribers_[consumer.value()];
  while (!subscriber.waiting.empty() && subscriber.consumer->accepts()) {
    Delivery next = std::move(subscriber.waiting.front());
    subscriber.waiting.pop_front();
    hand_over(consumer, std::move(next));
  }
}

std::optional<EventId> BrokerBus::event_of(const WireMessage& wire) const {
  const auto event = events_.find(std::string_view(wire.event.name));
  const bool lives = event && events_.find(*event)->life == wire.event.life;
  return lives ? event : std::nullopt;
}

void BrokerBus::hand_over(ConsumerIndex consumer, Delivery delivery) {
  Subscriber& subscriber = subscribers_[consumer.value()];
  const auto event = event_of(delivery.wire);
  if (!event && events_.is_over(delivery.wire.event)) {
    // The event has started anew since: nobody wants to hear of it any more.
    return broker_.settle(consumer, delivery.tag, Settlement::handled);
  }
  if (!event) {
    subscriber.strangers.push_back({std::move(delivery), clock_.steady_now() + kPatience});
    return;
  }
  BusMessage message = std::move(delivery.wire.message);
  message.event = *event;
  subscriber.consumer->hear(message, [this, consumer, tag = delivery.tag] {
    broker_.settle(consumer, tag, Settlement::handled);
  });
}

void BrokerBus::look_at_strangers(ConsumerIndex consumer) {
  Subscriber& subscriber = subscribers_[consumer.value()];
  const SteadyTime now = clock_.steady_now();
  for (std::size_t count = subscriber.strangers.size(); count > 0; --count) {
    Stranger one = std::move(subscriber.strangers.front());
    subscriber.strangers.pop_front();
    const WireMessage& wire = one.delivery.wire;
    if (event_of(wire) || events_.is_over(wire.event)) {
      subscriber.waiting.push_back(std::move(one.delivery));
    } else if (now < one.until) {
      subscriber.strangers.push_back(std::move(one));
    } else {
      log_warning("a message of an event that is not here",
                  {{"event", wire.event.name}, {"id", id_of(wire.message)}});
      broker_.settle(consumer, one.delivery.tag, Settlement::strange);
    }
  }
}

}  // namespace fairrush::server
