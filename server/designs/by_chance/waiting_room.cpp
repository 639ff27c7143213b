#include "server/designs/by_chance/waiting_room.hpp"

#include <utility>

#include "server/designs/chance.hpp"

namespace fairrush::server {

WaitingRoom::WaitingRoom(const EventSpec& spec, const EventSecrets& secrets)
    : rule_(spec.quota),
      secret_(secrets.draw),
      stretch_(spec.pacing.waiting),
      quota_(rule_.coupons(0)) {}

void WaitingRoom::granted(const Holder& holder) {
  quota_ = rule_.coupons(holder.ticket.value());
  states_.push_back(State::absent);
}

Decision WaitingRoom::decide(TicketNumber ticket, Duration since_open) {
  State& state = states_.at(ticket.value() - 1);
  if (state == State::absent && since_open < stretch_) {
    waiting_.push_back(ticket);
    state = State::waiting;
  }
  if (state == State::waiting) return {.kind = Decision::Kind::pending};
  if (state == State::absent && served_ < quota_) {
    ++served_;
    state = State::won;
  }
  if (state != State::won) return {.kind = Decision::Kind::lost};
  return {.kind = Decision::Kind::won, .serial = ++last_serial_};
}

std::vector<TicketNumber> WaitingRoom::advance(Duration since_open) {
  if (waiting_.empty() || since_open < stretch_) return {};
  std::vector<TicketNumber> served;
  served.reserve(waiting_.size());
  const Chance chance(secret_, "waiting-room");
  for (const std::uint32_t place : chance.order(static_cast<std::uint32_t>(waiting_.size()))) {
    const TicketNumber ticket = waiting_[place - 1];
    const bool wins = served_ < quota_;
    served_ += wins ? 1U : 0U;
    states_[ticket.value() - 1] = wins ? State::won : State::lost;
    served.push_back(ticket);
  }
  waiting_.clear();
  return served;
}

std::optional<Duration> WaitingRoom::next_decision() const {
  return waiting_.empty() ? std::nullopt : std::optional(stretch_);
}

bool WaitingRoom::recall(TicketNumber, CouponSerial serial) {
  if (serial != last_serial_ + 1 || serial > quota_) return false;
  last_serial_ = serial;
  ++served_;
  return true;
}

}  // namespace fairrush::server
