#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"

namespace fairrush::server {

/// How long the line may become.
struct LineLimits {
  std::uint32_t places_max = 100'000;            ///< of all events; zero: nobody waits
  Duration deadline = std::chrono::seconds(30);  ///< then a place is given up
};

/// Number of a place, in the order in which they were taken.
using PlaceNumber = StrongId<struct PlaceNumberTag, std::uint32_t>;

/// Those who wait for their turn while the server has no time for them: first come, first served
/// for each event, and the events in turn. A user has one place an event. It knows nothing of why
/// they wait (the design called waiting-room is another thing: a way of deciding). Pure; one
/// thread.
class WaitingLine {
 public:
  explicit WaitingLine(LineLimits limits) : limits_(limits) {}

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  std::size_t places() const { return limits_.places_max; }
  bool has_room() const { return size_ < limits_.places_max; }
  /// Events that somebody waits for.
  std::size_t events() const { return turns_.size(); }
  bool waits_for(std::string_view event) const { return lines_.contains(event); }

  /// The user's place, if they wait for that event.
  std::optional<PlaceNumber> place_of(std::string_view event, UserIndex user) const;

  /// Takes the last place; there is room, and the user has none for that event.
  PlaceNumber enter(std::string_view event, UserIndex user, SteadyTime now);

  /// How many have their turn before, this one included; zero when it does not wait. O(log events).
  std::uint32_t position(std::string_view event, PlaceNumber place) const;

  /// Takes whoever has the next turn out of the line; somebody waits.
  PlaceNumber next();

  /// Takes whoever has waited too long by `now` out of the line.
  std::vector<PlaceNumber> expire(SteadyTime now);

 private:
  struct Waiting {
    PlaceNumber place;
    UserIndex user;
    SteadyTime deadline;
  };
  struct Line {
    std::deque<Waiting> waiting;                              ///< never empty
    std::uint64_t left = 0;                                   ///< who have been in front
    std::unordered_map<PlaceNumber, std::uint64_t> ordinals;  ///< of who wait
    std::unordered_map<UserIndex, PlaceNumber> places;
  };
  using Lines = std::map<std::string, Line, std::less<>>;

  PlaceNumber take_front(Line& line);

  LineLimits limits_;
  Lines lines_;
  std::deque<Lines::iterator> turns_;  ///< events, the next one first
  std::size_t size_ = 0;
  std::uint32_t last_ = 0;
};

}  // namespace fairrush::server
