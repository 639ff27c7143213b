#include "server/bus/outbox.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace fairrush::server {

Outbox::Outbox(CommitQueue& queue, Bus& bus, const Clock& clock, OutboxPace pace)
    : queue_(queue), bus_(bus), clock_(clock), pace_(pace), resume_(clock.steady_now()) {
  FAIRRUSH_ASSERT(pace.window > 0);
  bus_.report_to(*this);
}

void Outbox::expect(BusMessage message, Sequence recorded) {
  FAIRRUSH_ASSERT(message.position.value() == last_);
  pending_.push_back({std::move(message), recorded});
}

void Outbox::restore(const OutboxPublished& record) {
  last_ = published_ = noted_ = record.up_to.value();
  pending_.clear();
  users_under_way_.clear();
  settled_ = 0;
}

void Outbox::restore(const BusMessage& message) {
  const std::uint64_t position = message.position.value();
  last_ = std::max(last_, position);
  if (position > published_) pending_.push_back({message, Sequence()});
}

void Outbox::relay() {
  bus_.tick();
  publish_due();
  note();
}

void Outbox::publish_due() {
  if (publishing_) return;  // the bus confirmed from within a call of ours, which goes on itself
  publishing_ = true;
  while (Pending* const due = next_due()) {
    due->state = State::under_way;
    users_under_way_.insert(due->message.user);
    const BusMessage message = due->message;  // a confirmation may come first
    bus_.publish(message);
  }
  publishing_ = false;
}

Outbox::Pending* Outbox::next_due() {
  if (!queue_.accepts() || !bus_.accepts() || clock_.steady_now() < resume_) return nullptr;
  const std::size_t end = std::min(pending_.size(), pace_.window);
  while (settled_ < end && pending_[settled_].state != State::waiting) ++settled_;
  if (settled_ >= end) return nullptr;
  Pending& next = pending_[settled_];
  if (!queue_.is_durable(next.recorded)) return nullptr;
  return users_under_way_.contains(next.message.user) ? nullptr : &next;
}

Outbox::Pending* Outbox::under_way(OutboxPosition position) {
  const auto found = std::ranges::lower_bound(
      pending_, position, {},
      [](const Pending& one) -> OutboxPosition { return one.message.position; });
  const bool known = found != pending_.end() && found->message.position == position;
  return known && found->state == State::under_way ? &*found : nullptr;
}

void Outbox::confirmed(OutboxPosition position) {
  Pending* const one = under_way(position);
  if (one == nullptr) return;
  one->state = State::confirmed;
  ++confirmations_;
  users_under_way_.erase(one->message.user);
  drop_published();
  publish_due();
  note();
}

void Outbox::returned(OutboxPosition position) {
  Pending* const one = under_way(position);
  if (one == nullptr) return;
  one->state = State::waiting;
  ++returns_;
  users_under_way_.erase(one->message.user);
  settled_ = 0;
  resume_ = clock_.steady_now() + pace_.retry;
}

void Outbox::drop_published() {
  while (!pending_.empty() && pending_.front().state == State::confirmed) {
    published_ = pending_.front().message.position.value();
    pending_.pop_front();
    if (settled_ > 0) --settled_;
  }
}

void Outbox::note() {
  // One note at a time: under load it rides on the batches that are written anyway.
  if (published_ == noted_ || !queue_.is_durable(note_) || !queue_.accepts()) return;
  noted_ = published_;
  note_ = queue_.append(OutboxPublished{OutboxPosition(published_)});
}

void Outbox::forget(EventId event) {
  std::erase_if(pending_, [this, event](const Pending& one) {
    if (one.message.event != event) return false;
    if (one.state == State::under_way) users_under_way_.erase(one.message.user);
    return true;
  });
  settled_ = 0;
  drop_published();
}

std::size_t Outbox::pending(EventId event) const {
  const auto count = std::ranges::count_if(pending_, [event](const Pending& one) {
    return one.message.event == event && one.state != State::confirmed;
  });
  return static_cast<std::size_t>(count);
}

}  // namespace fairrush::server
