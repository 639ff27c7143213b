#include "server/bus/in_process_bus.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace fairrush::server {

bool InProcessBus::accepts() const {
  return std::ranges::all_of(consumers_, [](const BusConsumer* one) { return one->accepts(); });
}

void InProcessBus::publish(const BusMessage& message) {
  FAIRRUSH_ASSERT(listener_ != nullptr);
  const OutboxPosition position = message.position;
  if (consumers_.empty()) return listener_->confirmed(position);
  unhandled_[position] = consumers_.size();
  for (BusConsumer* consumer : consumers_) {
    consumer->hear(message, [this, position] { handled(position); });
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

void InProcessBus::handled(OutboxPosition position) {
  const auto found = unhandled_.find(position);
  if (--found->second > 0) return;
  unhandled_.erase(found);
  listener_->confirmed(position);
}

}  // namespace fairrush::server
