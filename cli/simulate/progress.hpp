#pragma once

#include <string>

#include "base/clock.hpp"
#include "cli/output/terminal_line.hpp"
#include "cli/progress.hpp"
#include "cli/simulate/simulation.hpp"

namespace fairrush::cli {

/// One line: design, rounds done, claims a second, time left.
std::string describe(const SimulationProgress& progress, const std::string& label, Duration passed);

/// Shows a simulation's progress on standard error. One thread.
class SimulationDisplay {
 public:
  SimulationDisplay(ProgressStyle style, std::string label, const Clock& clock);
  SimulationDisplay(const SimulationDisplay&) = delete;
  SimulationDisplay& operator=(const SimulationDisplay&) = delete;
  ~SimulationDisplay();

  void show(const SimulationProgress& progress);

 private:
  ProgressStyle style_;
  std::string label_;
  const Clock& clock_;
  SteadyTime start_;
  SteadyTime shown_{};
  TerminalLine terminal_;
};

}  // namespace fairrush::cli
