#include "server/designs/first_come/stock_counter.hpp"

#include <algorithm>

namespace fairrush::server {

StockCounter::StockCounter(const EventSpec& spec, const EventSecrets&)
    : rule_(spec.quota), window_(spec.pacing.batch), quota_(rule_.coupons(0)) {}

void StockCounter::granted(const Holder& holder) {
  quota_ = rule_.coupons(holder.ticket.value());
  states_.push_back(State::absent);
}

Decision StockCounter::decide(TicketNumber ticket, Duration since_open) {
  State& state = states_.at(ticket.value() - 1);
  if (state == State::taken) {
    state = State::issued;
    return {.kind = Decision::Kind::won, .serial = ++last_serial_};
  }
  if (state == State::absent) {
    const bool idle = queue_.empty();
    if (!take_stock(ticket)) return {.kind = Decision::Kind::lost};
    if (idle) turn_ = (since_open / window_ + 1) * window_;
  }
  return {.kind = Decision::Kind::pending};
}

/// The one step that decides.
bool StockCounter::take_stock(TicketNumber ticket) {
  State& state = states_.at(ticket.value() - 1);
  if (state != State::absent || served_ >= quota_) return false;
  ++served_;
  state = State::queued;
  queue_.push_back(ticket);
  return true;
}

std::vector<TicketNumber> StockCounter::advance(Duration since_open) {
  if (queue_.empty() || since_open < turn_) return {};
  const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(std::min(kBatchMax, queue_.size()));
  std::vector<TicketNumber> batch(queue_.begin(), end);
  queue_.erase(queue_.begin(), end);
  for (const TicketNumber ticket : batch) states_[ticket.value() - 1] = State::taken;
  turn_ = (since_open / window_ + 1) * window_;
  return batch;
}

std::optional<Duration> StockCounter::next_decision() const {
  return queue_.empty() ? std::nullopt : std::optional(turn_);
}

bool StockCounter::recall_accepted(TicketNumber ticket) {
  return take_stock(ticket);
}

/// Coupons are made in the order of the queue, so it is the oldest that has one.
bool StockCounter::recall(TicketNumber ticket, CouponSerial serial) {
  if (serial != last_serial_ + 1 || queue_.empty() || queue_.front() != ticket) return false;
  queue_.pop_front();
  states_[ticket.value() - 1] = State::issued;
  last_serial_ = serial;
  return true;
}

}  // namespace fairrush::server
