#include "server/bus/broker_bus.hpp"

#include <utility>

#include "base/assert.hpp"
#include "server/log.hpp"

namespace fairrush::server {

BrokerBus::BrokerBus(Broker& broker, std::vector<BusConsumer*> consumers,
                     const EventDirectory& events)
    : broker_(broker), events_(events) {
  for (BusConsumer* const consumer : consumers) subscribers_.push_back({consumer, {}});
}

void BrokerBus::report_to(Bus::Listener& listener) {
  listener_ = &listener;
  broker_.open(*this);
}

void BrokerBus::publish(const BusMessage& message) {
  const EventLabel* const event = events_.find(message.event);
  FAIRRUSH_ASSERT(event != nullptr);
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

void BrokerBus::hand_over(ConsumerIndex consumer, Delivery delivery) {
  const EventLabel& told = delivery.wire.event;
  const auto event = events_.find(std::string_view(told.name));
  if (!event) {
    log_warning("a message of an event that is not here",
                {{"event", told.name}, {"id", id_of(delivery.wire.message)}});
    return broker_.settle(consumer, delivery.tag, Settlement::strange);
  }
  if (events_.find(*event)->life != told.life) {
    // The event has started anew since: nobody wants to hear of it any more.
    return broker_.settle(consumer, delivery.tag, Settlement::handled);
  }
  BusMessage message = std::move(delivery.wire.message);
  message.event = *event;
  subscribers_[consumer.value()].consumer->hear(message, [this, consumer, tag = delivery.tag] {
    broker_.settle(consumer, tag, Settlement::handled);
  });
}

}  // namespace fairrush::server
