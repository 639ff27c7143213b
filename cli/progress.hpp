#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "loadgen/run.hpp"

namespace fairrush::cli {

/// Where progress goes.
enum class ProgressStyle {
  none,  ///< --quiet
  line,  ///< one plain line every few seconds
  bar,   ///< one line redrawn in place, on a terminal
};

/// The style that suits standard error.
ProgressStyle progress_style(bool quiet);

/// One line: phase, bar, users done, rate, in flight, p99, wins, errors, what is waited for, time
/// left.
std::string describe(const loadgen::Progress& progress, ProgressStyle style);

/// Draws progress on standard error, and in the end the last that was seen. One thread.
class ProgressDisplay final : public loadgen::RunObserver {
 public:
  ProgressDisplay(ProgressStyle style, const Clock& clock) : style_(style), clock_(clock) {}
  ~ProgressDisplay() override;

  void progress(const loadgen::Progress& progress) override;
  void notice(const std::string& what) override;

 private:
  ProgressStyle style_;
  const Clock& clock_;
  SteadyTime last_drawn_{};
  loadgen::Phase last_phase_ = loadgen::Phase::preparing;
  std::string last_awaited_;
  std::optional<loadgen::Progress> withheld_;  // the latest one when no line was due for it
  bool bar_drawn_ = false;
};

}  // namespace fairrush::cli
