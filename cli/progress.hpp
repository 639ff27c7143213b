#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "cli/output/terminal_line.hpp"
#include "loadgen/run.hpp"

namespace fairrush::cli {

/// Where progress goes.
enum class ProgressStyle {
  none,  ///< --quiet
  line,  ///< now and then a plain line
  bar,   ///< one line redrawn in place, on a terminal
};

/// The style that suits standard error.
ProgressStyle progress_style(bool quiet);

/// One plain line: phase, users done, rate, in flight, p99, wins, errors, what is waited for, time
/// left.
std::string describe(const loadgen::Progress& progress);

/// The same with a bar, in at most `columns`: what matters least is left out first.
std::string describe(const loadgen::Progress& progress, std::size_t columns);

/// Draws progress on standard error, and in the end the last that was seen. Plain lines come with
/// every phase of the first three rounds and with every phase of 5 s or more, and in between 12 in
/// a phase, at least 5 s and at most 30 s apart. One thread.
class ProgressDisplay final : public loadgen::RunObserver {
 public:
  ProgressDisplay(ProgressStyle style, const Clock& clock, TerminalLine terminal = TerminalLine())
      : style_(style), clock_(clock), terminal_(std::move(terminal)) {}
  ~ProgressDisplay() override;

  void progress(const loadgen::Progress& progress) override;
  void notice(const std::string& what) override;

 private:
  bool is_due(const loadgen::Progress& progress) const;

  ProgressStyle style_;
  const Clock& clock_;
  TerminalLine terminal_;
  std::optional<SteadyTime> last_told_;
  loadgen::Progress last_;                     // that was told
  std::optional<loadgen::Progress> withheld_;  // the latest one when no line was due for it
};

}  // namespace fairrush::cli
