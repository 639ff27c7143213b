#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "analysis/assessment.hpp"
#include "cli/simulate/rush_target.hpp"
#include "loadgen/simulation/closed_form.hpp"
#include "loadgen/simulation/delay_curve.hpp"
#include "loadgen/simulation/service_model.hpp"

namespace fairrush::cli {

/// Of which rounds attempts, ledger and draw are kept and every check is made.
enum class RecordPolicy : std::uint8_t {
  by_size,  ///< of all while they have at most kAttemptsKept attempts together, else of the first
  all,
  first,
  none,
};
inline constexpr std::uint64_t kAttemptsKept = 20'000'000;

/// One scenario under one service.
struct SimulationCase {
  loadgen::Scenario scenario;
  SimulatedService service;
  std::string label;  ///< in tables and plots
};

struct SimulationSettings {
  loadgen::ServiceModel model;
  unsigned threads = 1;
  RecordPolicy records = RecordPolicy::by_size;
};

/// How far a simulation is.
struct SimulationProgress {
  std::uint32_t rounds_done = 0;
  std::uint32_t rounds = 0;
  std::uint64_t claims = 0;  ///< of the rounds done
};

/// What a simulation found, beside its run directory.
struct SimulationResult {
  analysis::RunFacts facts;
  analysis::Assessment assessment;
  std::vector<loadgen::DelayBin> curve;
  double pp_per_10ms = 0;
  std::optional<loadgen::ExpectedCurve> expected;  ///< of designs with a closed form
};

/// Plays and verifies the scenario's rounds and leaves a run directory in the empty `directory`:
/// history, ledger, draws, scenario; reports are the caller's. `progress` is called on this thread
/// after every round. A request to stop ends it after the rounds under way, and the facts say so.
/// The same whatever the number of threads. The error is one of storage.
std::expected<SimulationResult, std::string> simulate(
    const SimulationCase& one, const SimulationSettings& settings,
    const std::filesystem::path& directory,
    const std::function<void(const SimulationProgress&)>& progress, const std::stop_token& stop);

}  // namespace fairrush::cli
