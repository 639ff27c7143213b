#include "server/bus/outbox.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace fairrush::server {

void Outbox::expect(BusMessage message, Sequence recorded) {
  FAIRRUSH_ASSERT(message.position.value() == last_);
  pending_.push_back({std::move(message), recorded});
}

void Outbox::restore(const OutboxPublished& record) {
  last_ = published_ = noted_ = record.up_to.value();
}

void Outbox::restore(const BusMessage& message) {
  const std::uint64_t position = message.position.value();
  last_ = std::max(last_, position);
  if (position > published_) pending_.push_back({message, Sequence()});
}

void Outbox::relay() {
  while (!pending_.empty() && queue_.is_durable(pending_.front().recorded) && queue_.accepts()) {
    publish_(pending_.front().message);
    published_ = pending_.front().message.position.value();
    pending_.pop_front();
  }
  // One note at a time: under load it rides on the batches that are written anyway.
  if (published_ == noted_ || !queue_.is_durable(note_) || !queue_.accepts()) return;
  noted_ = published_;
  note_ = queue_.append(OutboxPublished{OutboxPosition(published_)});
}

void Outbox::forget(EventId event) {
  std::erase_if(pending_, [event](const Pending& one) { return one.message.event == event; });
}

std::size_t Outbox::pending(EventId event) const {
  const auto count = std::ranges::count_if(
      pending_, [event](const Pending& one) { return one.message.event == event; });
  return static_cast<std::size_t>(count);
}

}  // namespace fairrush::server
