#include "server/overload/waiting_line.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace fairrush::server {

std::optional<PlaceNumber> WaitingLine::place_of(std::string_view event, UserIndex user) const {
  const auto line = lines_.find(event);
  if (line == lines_.end()) return std::nullopt;
  const auto place = line->second.places.find(user);
  return place == line->second.places.end() ? std::nullopt : std::optional(place->second);
}

PlaceNumber WaitingLine::enter(std::string_view event, UserIndex user, SteadyTime now) {
  FAIRRUSH_ASSERT(has_room());
  auto found = lines_.find(event);
  if (found == lines_.end()) {
    found = lines_.emplace(event, Line()).first;
    turns_.push_back(found);
  }
  Line& line = found->second;
  const PlaceNumber place(++last_);
  FAIRRUSH_ASSERT(line.places.emplace(user, place).second);
  line.ordinals.emplace(place, line.left + line.waiting.size());
  line.waiting.push_back({place, user, now + limits_.deadline});
  ++size_;
  return place;
}

std::uint32_t WaitingLine::position(std::string_view event, PlaceNumber place) const {
  const auto line = lines_.find(event);
  if (line == lines_.end()) return 0;
  const auto ordinal = line->second.ordinals.find(place);
  if (ordinal == line->second.ordinals.end()) return 0;
  return static_cast<std::uint32_t>(ordinal->second - line->second.left + 1);
}

/// The line may be left empty.
PlaceNumber WaitingLine::take_front(Line& line) {
  const Waiting first = line.waiting.front();
  line.waiting.pop_front();
  line.places.erase(first.user);
  line.ordinals.erase(first.place);
  ++line.left;
  --size_;
  return first.place;
}

PlaceNumber WaitingLine::next() {
  const auto turn = turns_.front();
  turns_.pop_front();
  const PlaceNumber place = take_front(turn->second);
  if (turn->second.waiting.empty()) {
    lines_.erase(turn);
  } else {
    turns_.push_back(turn);
  }
  return place;
}

std::vector<PlaceNumber> WaitingLine::expire(SteadyTime now) {
  std::vector<PlaceNumber> expired;
  std::erase_if(turns_, [&](const Lines::iterator turn) {
    auto& waiting = turn->second.waiting;
    while (!waiting.empty() && waiting.front().deadline <= now) {
      expired.push_back(take_front(turn->second));
    }
    if (!waiting.empty()) return false;
    lines_.erase(turn);
    return true;
  });
  return expired;
}

}  // namespace fairrush::server
