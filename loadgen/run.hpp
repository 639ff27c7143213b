#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "analysis/run/facts.hpp"
#include "loadgen/scenario/scenario.hpp"
#include "loadgen/shards/seat.hpp"
#include "loadgen/wire/measurements.hpp"

namespace fairrush::loadgen {

enum class Phase : std::uint8_t { preparing, reserving, waiting, rushing, settling };
std::string_view name_of(Phase phase);

/// A glance at a run under way.
struct Progress {
  Phase phase = Phase::preparing;
  std::uint32_t round = 0;  ///< 0-based
  std::uint32_t rounds = 1;
  std::string awaited;           ///< completes "waiting for …"; empty while the plan goes on
  Duration phase_elapsed{};      ///< of the phase, or of the wait
  Duration phase_length{};       ///< zero when open-ended
  Duration run_left{};           ///< until the last rush closes; zero when that is not known
  std::uint64_t users_done = 0;  ///< of this phase's planned first clicks, answered
  std::uint64_t users_total = 0;
  std::uint64_t in_flight = 0;
  Rate rate;                 ///< requests sent in the last second
  Duration latency_p99{};    ///< of this phase so far, from the intended time
  std::uint64_t wins = 0;    ///< users who have won
  std::uint64_t errors = 0;  ///< failed or indeterminate attempts
  /// Of this round so far, at most 0.4 s old; null while nobody clicks. May be kept and read on any
  /// thread.
  std::shared_ptr<const Measurements> measured;
};

/// How often an observer hears of the progress.
inline constexpr Duration kProgressEvery = std::chrono::milliseconds(200);

/// Gets a `Progress` every `kProgressEvery`, on the thread that called `execute_run`.
class RunObserver {
 public:
  RunObserver() = default;
  RunObserver(const RunObserver&) = delete;
  RunObserver& operator=(const RunObserver&) = delete;
  virtual ~RunObserver() = default;
  virtual void progress(const Progress& progress) = 0;
  /// Something has happened that whoever watches is to know at once: one sentence.
  virtual void notice(const std::string& what) = 0;
};

struct RunSettings {
  std::filesystem::path directory;      ///< exists and is empty; the run's files go here
  std::filesystem::path server_binary;  ///< started for a built-in target
  std::optional<ShardSeat> seat = {};   ///< plays a shard of the run; unset: all of it
  /// What is known of the instrument's error, one of each wiring: the run quotes that of its own.
  std::vector<analysis::SelfTestFacts> selftests = {};
};

/// Why a run could not be made.
struct RunFailure {
  enum class Kind : std::uint8_t {
    configuration,  ///< exit 2: preflight refused (descriptors, ports, threads …)
    unreachable,    ///< exit 5: no target, or none that speaks the expected HTTP
    storage,        ///< exit 2: the run directory cannot be written
    interrupted,    ///< exit 4: stopped before the first round began
  };
  Kind kind{};
  std::string message;  ///< one line: what, and the command or key that mends it
};

/// Plays the scenario against its target and leaves history.bin, ledger.csv, draw.json (for a draw)
/// and scenario.toml in the directory. Blocks until the run is over; `stop` ends it early: attempts
/// in flight become indeterminate, what was recorded is kept, nothing is waited for any longer, and
/// the facts say `interrupted`. Of a shard the facts have one in `shards`, and unless it is the
/// first one no evidence but its attempts. A target that dies during the run is not a failure: the
/// attempts say so.
std::expected<analysis::RunFacts, RunFailure> execute_run(const Scenario& scenario,
                                                          const RunSettings& settings,
                                                          RunObserver& observer,
                                                          std::stop_token stop);

}  // namespace fairrush::loadgen
