#include "server/designs/by_chance/batch_draw.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "server/designs/chance.hpp"

namespace fairrush::server {

BatchDraw::BatchDraw(const EventSpec& spec, const EventSecrets& secrets)
    : rule_(spec.quota), secret_(secrets.draw), window_(spec.pacing.batch) {}

void BatchDraw::granted(const Holder&) {
  states_.push_back(State::absent);
}

void BatchDraw::reservations_closed() {
  const auto roster = static_cast<std::uint32_t>(states_.size());
  if (roster > 0) offset_ = Chance(secret_, "batch-draw rounding").below(roster);
}

Decision BatchDraw::decide(TicketNumber ticket, Duration since_open) {
  State& state = states_.at(ticket.value() - 1);
  switch (state) {
    case State::absent:
      if (waiting_.empty()) window_end_ = (since_open / window_ + 1) * window_;
      waiting_.push_back(ticket);
      state = State::waiting;
      return {.kind = Decision::Kind::pending};
    case State::waiting:
      return {.kind = Decision::Kind::pending};
    case State::won:
      return {.kind = Decision::Kind::won, .serial = ++last_serial_};
    case State::lost:
      break;
  }
  return {.kind = Decision::Kind::lost};
}

std::vector<TicketNumber> BatchDraw::advance(Duration since_open) {
  if (waiting_.empty() || since_open < window_end_) return {};
  const auto claims = static_cast<std::uint32_t>(waiting_.size());
  // More than its share may have been given where a restart lost claims that were being drawn.
  const std::uint32_t share = std::max(share_of(judged_ + claims), won_);
  const std::uint32_t wins = std::min(share - won_, claims);
  for (const TicketNumber ticket : waiting_) states_[ticket.value() - 1] = State::lost;
  const Chance chance(secret_, fmt::format("batch-draw {}", judged_));
  for (const std::uint32_t place : chance.pick(claims, wins)) {
    states_[waiting_[place - 1].value() - 1] = State::won;
  }
  judged_ += claims;
  won_ += wins;
  return std::exchange(waiting_, {});
}

std::optional<Duration> BatchDraw::next_decision() const {
  return waiting_.empty() ? std::nullopt : std::optional(window_end_);
}

bool BatchDraw::recall(TicketNumber, CouponSerial serial) {
  if (serial != last_serial_ + 1 || serial > quota()) return false;
  last_serial_ = serial;
  ++judged_;
  ++won_;
  return true;
}

std::uint32_t BatchDraw::quota() const {
  const auto roster = static_cast<std::uint32_t>(states_.size());
  return std::min(rule_.coupons(roster), roster);
}

/// Coupons that so many claims earn: floor((claims · quota + offset) / roster) with a secret offset
/// of 0 … roster − 1, so that all claims together earn the quota.
std::uint32_t BatchDraw::share_of(std::uint32_t claims) const {
  return static_cast<std::uint32_t>((std::uint64_t{claims} * quota() + offset_) / states_.size());
}

}  // namespace fairrush::server
