#include "server/bus/in_process_bus.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>

#include "base/assert.hpp"

namespace fairrush::server {

bool InProcessBus::accepts() const {
  return std::ranges::all_of(consumers_, [](const BusConsumer* one) { return one->accepts(); });
}

void InProcessBus::publish(const BusMessage& message) {
  FAIRRUSH_ASSERT(listener_ != nullptr);
  const OutboxPosition position = message.position;
  if (consumers_.empty()) return listener_->confirmed(position);
  // Of this publication: a message may be published again while it is still being handled.
  const auto unhandled = std::make_shared<std::size_t>(consumers_.size());
  for (BusConsumer* consumer : consumers_) {
    consumer->hear(message, [this, position, unhandled] {
      if (--*unhandled == 0) listener_->confirmed(position);
    });
  }
}

void InProcessBus::tick() {
  for (BusConsumer* consumer : consumers_) consumer->tick();
}

std::optional<std::string> InProcessBus::missing() const {
  for (const BusConsumer* consumer : consumers_) {
    if (auto why = consumer->missing()) return why;
  }
  return std::nullopt;
}

}  // namespace fairrush::server
