#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/units.hpp"

namespace fairrush::loadgen {

/// How clicks spread over a stretch of time; one file each in schedule/.
enum class ArrivalShape : std::uint8_t {
  at_once,       ///< everyone at the opening
  uniform,       ///< a constant rate: each click falls somewhere in its own slot of window/users
  poisson,       ///< a Poisson process, given that exactly all users come
  front_loaded,  ///< exponential after the opening with a given mean, cut off at the close
  ramp,          ///< a rate that changes in a straight line
  steps,         ///< a staircase of constant rates, each for the same time
  spike,         ///< a constant rate and a burst on top of it
  trace,         ///< as in a file
  closed,        ///< so many at once, the next when one of them has the answer: a closed loop
};

/// Times in ascending order; unset until the file that holds them has been read.
using TimeTable = std::shared_ptr<const std::vector<Duration>>;

/// A file with one time a line, or a column of a CSV file.
struct TimeFile {
  std::string path =
      {};  ///< relative to the scenario until it has been read; absolute from then on
  std::string
      column;  ///< name in the header of a CSV file; empty: a time is all there is in a line
  TimeTable times = {};
};

/// A shape with what any shape may need. Rates are relative: their sum is the number of users.
struct ArrivalPattern {
  ArrivalShape shape = ArrivalShape::front_loaded;
  Duration mean = std::chrono::seconds(5);          ///< of front_loaded; > 0
  double from = 0;                                  ///< of ramp: rate at the opening; ≥ 0
  double to = 1;                                    ///< of ramp: rate at the close; ≥ 0
  std::vector<double> levels = {1, 2, 3, 4};        ///< of steps: rates; ≥ 0
  Share burst{0.5};                                 ///< of spike: users of the burst
  Duration at = std::chrono::seconds(1);            ///< of spike: when the burst begins
  Duration width = std::chrono::milliseconds(200);  ///< of spike: how long it lasts; > 0
  TimeFile file = {};                               ///< of trace: offsets from the opening
  std::uint32_t users = 0;  ///< of closed: at once; 0: the scenario does not say
  Duration think{};         ///< of closed: from an answer to the next user's click; ≥ 0
};

/// A part of a window with a shape of its own.
struct ArrivalStage {
  ArrivalPattern pattern = {};
  std::optional<Duration> length = {};  ///< unset: what is left of the window; the last stage only
  Share share = {};                     ///< of the users
};

/// How clicks spread over a window: one pattern, or several one after the other.
struct Arrivals {
  ArrivalPattern pattern = {};
  std::vector<ArrivalStage> stages = {};  ///< take the place of `pattern` when there are any

  /// Whether clicks wait for answers; else their times are all in the plan.
  bool is_closed() const { return stages.empty() && pattern.shape == ArrivalShape::closed; }
};

}  // namespace fairrush::loadgen
