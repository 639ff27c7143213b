#include "server/designs/by_chance/no_show.hpp"

#include <algorithm>
#include <utility>

#include "server/designs/chance.hpp"

namespace fairrush::server {

SecondDraw::SecondDraw(const EventSpec& spec, const EventSecrets& secrets)
    : SealedDraw(spec, secrets),
      secret_(secrets.draw),
      window_(spec.windows.claim_close - spec.windows.claim_open) {}

Decision SecondDraw::decide(TicketNumber ticket, Duration since_open) {
  const Decision first = SealedDraw::decide(ticket, since_open);
  if (first.kind != Decision::Kind::lost) return first;
  if (states_.size() < ticket.value()) states_.resize(ticket.value(), State::absent);
  State& state = states_[ticket.value() - 1];
  if (state == State::absent && since_open < window_) {
    waiting_.push_back(ticket);
    state = State::waiting;
  }
  if (state == State::waiting) return {.kind = Decision::Kind::pending};
  if (state == State::won) return {.kind = Decision::Kind::won, .serial = ticket.value()};
  return {.kind = Decision::Kind::lost};
}

std::vector<TicketNumber> SecondDraw::advance(Duration since_open) {
  if (waiting_.empty() || since_open < window_) return {};
  std::ranges::sort(waiting_);  // the order of claiming must not matter
  const auto claims = static_cast<std::uint32_t>(waiting_.size());
  second_wins_ = std::min(SealedDraw::remaining(), claims);
  for (const TicketNumber ticket : waiting_) states_[ticket.value() - 1] = State::lost;
  for (const std::uint32_t place : Chance(secret_, "second-draw").pick(claims, second_wins_)) {
    states_[waiting_[place - 1].value() - 1] = State::won;
  }
  return std::exchange(waiting_, {});
}

std::optional<Duration> SecondDraw::next_decision() const {
  return waiting_.empty() ? std::nullopt : std::optional(window_);
}

ReleasedDraw::ReleasedDraw(const EventSpec& spec, const EventSecrets& secrets,
                           Duration release_after)
    : SealedDraw(spec, secrets), release_after_(release_after) {}

Decision ReleasedDraw::decide(TicketNumber ticket, Duration since_open) {
  if (since_open < release_after_) return SealedDraw::decide(ticket, since_open);
  if (!std::exchange(open_to_all_, true)) released_ = SealedDraw::remaining();
  if (popped_ == released_) return {.kind = Decision::Kind::lost};
  ++popped_;
  return {.kind = Decision::Kind::won, .serial = ticket.value()};
}

std::uint32_t ReleasedDraw::remaining() const {
  return open_to_all_ ? released_ - popped_ : SealedDraw::remaining();
}

}  // namespace fairrush::server
