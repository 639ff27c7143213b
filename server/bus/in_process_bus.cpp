#include "server/bus/in_process_bus.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace fairrush::server {

bool InProcessBus::accepts() const {
  return std::ranges::all_of(consumers_, [](const BusConsumer* one) { return one->accepts(); });
}

void InProcessBus::publish(const BusMessage& message) {
  FAIRRUSH_ASSERT(listener_ != nullptr);
  if (consumers_.empty()) return listener_->confirmed(message.position);
  const std::uint64_t publication = ++last_publication_;
  publications_[publication] = {message.position, consumers_.size()};
  for (BusConsumer* consumer : consumers_) {
    consumer->hear(message, [this, publication] { handled(publication); });
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

void InProcessBus::handled(std::uint64_t publication) {
  const auto found = publications_.find(publication);
  if (--found->second.unhandled > 0) return;
  const OutboxPosition position = found->second.position;
  publications_.erase(found);
  listener_->confirmed(position);
}

}  // namespace fairrush::server
