#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "cli/live/timeline.hpp"
#include "cli/subcommand.hpp"
#include "loadgen/run.hpp"
#include "reports/text/tone.hpp"

namespace fairrush::cli {

/// What is known of a run before it begins.
struct RunOpening {
  std::string scenario;
  std::string question;
  std::vector<std::string> cohorts;  ///< in the order of their ids
};

/// How a run came out. Without a verdict it could not be made, and the headline says why.
struct RunEnding {
  std::string verdict;  ///< "PROVEN"; empty without one
  reports::Tone tone = reports::Tone::open;
  std::string headline;  ///< one sentence
  ExitCode exit_code{};
  std::string report;  ///< path of the page to open; empty without one
};

/// A run as far as it has been seen: its state now and its intervals so far, for those who come
/// late. Knows no time of its own. One thread.
class RunStory {
 public:
  /// What a progress has changed besides the state.
  enum class News : std::uint8_t {
    none,
    interval,  ///< a new one at the end of the timeline
    timeline,  ///< all of it: intervals have been put together
  };

  static constexpr std::size_t kNoticesMax = 100;  ///< the older ones are forgotten

  RunStory(RunOpening opening, SteadyTime now) : opening_(std::move(opening)), opened_(now) {}

  News see(const loadgen::Progress& progress, SteadyTime now);
  void note(std::string what);
  void end(RunEnding ending) { ending_ = std::move(ending); }

  const RunOpening& opening() const { return opening_; }
  /// The latest.
  const loadgen::Progress& progress() const { return progress_; }
  /// Since the run was opened, when it was last seen.
  Duration age() const { return age_; }
  /// Of all rounds so far.
  loadgen::Tally tally() const;
  loadgen::Measurements measured() const;
  /// Of the last whole interval; unset when nothing was answered in it.
  std::optional<WatchedLatencies> recent_latencies() const;
  const Timeline& timeline() const { return timeline_; }
  const std::deque<std::string>& notices() const { return notices_; }
  const std::optional<RunEnding>& ending() const { return ending_; }

 private:
  analysis::Histogram answers_since_interval() const;

  RunOpening opening_;
  SteadyTime opened_;
  loadgen::Progress progress_;
  Duration age_{};
  std::shared_ptr<const loadgen::Measurements> now_;             // of the round under way
  std::shared_ptr<const loadgen::Measurements> interval_start_;  // of that round; null: nothing yet
  loadgen::Measurements before_;                                 // of the rounds before
  Duration interval_began_{};
  std::uint64_t in_flight_max_ = 0;  // of the interval
  Timeline timeline_;
  std::deque<std::string> notices_;
  std::optional<RunEnding> ending_;
};

}  // namespace fairrush::cli
