#include "server/bus/messaging.hpp"

#include <algorithm>

#include "server/bus/in_process_bus.hpp"

namespace fairrush::server {
namespace {

std::unique_ptr<Bus> make_bus(const MessagingParts& parts, std::vector<BusConsumer*> consumers,
                              const EventDirectory& events) {
  if (parts.make_bus) return parts.make_bus(std::move(consumers), events);
  return std::make_unique<InProcessBus>(std::move(consumers));
}

std::vector<BusConsumer*> list(BusConsumer* audit, BusConsumer* other) {
  std::vector<BusConsumer*> consumers;
  for (BusConsumer* const one : {audit, other}) {
    if (one != nullptr) consumers.push_back(one);
  }
  return consumers;
}

}  // namespace

Messaging::Messaging(CommitQueue& queue, const MessagingParts& parts)
    : audits_(parts.audits),
      consumer_(parts.make_consumer ? parts.make_consumer(events_) : nullptr),
      audit(queue),
      bus_(make_bus(parts, list(audits_ ? &audit : nullptr, consumer_.get()), events_)),
      filter_(parts.filter ? parts.filter(*bus_) : nullptr),
      outbox(queue, filter_ ? *filter_ : *bus_, parts.clock) {}

void Messaging::begin(const EventCreated& event) {
  outbox.forget(event.event);
  audit.forget(event.event);
  events_.begin(event);
}

void Messaging::see(const EventCreated& event) {
  const EventLabel* const known = events_.find(event.event);
  if (known == nullptr || known->life != label_of(event).life) begin(event);
}

std::optional<std::uint64_t> Messaging::unheard(EventId event, std::uint64_t issued) const {
  if (!audits_) return std::nullopt;
  return issued - std::min<std::uint64_t>(issued, audit.coupons(event));
}

}  // namespace fairrush::server
