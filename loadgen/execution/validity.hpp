#pragma once

#include <optional>
#include <vector>

#include "analysis/run/facts.hpp"
#include "loadgen/execution/fleet.hpp"
#include "loadgen/execution/machine.hpp"
#include "loadgen/target/child_server.hpp"
#include "loadgen/target/target_client.hpp"
#include "loadgen/wire/worker.hpp"

namespace fairrush::loadgen {

/// Machine and target at one moment.
struct UseSample {
  MachineSample machine;
  ProcessUse target;  ///< zeros when the target is not ours
};

/// What instrument, target and machine used while rounds were played: sums over them, without what
/// lies between, and maxima.
struct MachineUse {
  std::optional<ClockReading> began;  ///< the first round
  ClockReading ended;                 ///< the last one
  Duration played{};
  double cpu_seconds = 0;
  double target_cpu_seconds = 0;
  std::uint64_t memory_peak_bytes = 0;
  std::uint64_t target_memory_peak_bytes = 0;
  ProcessorTime processors;
  std::optional<Throttling> throttling;
  analysis::HostFacts host;

  void add_round(const UseSample& start, const UseSample& end);
};

/// What was observed of the instrument itself, in all rounds so far.
struct InstrumentSamples {
  MachineUse use;
  ClockOffset clocks;
  Delays delays;
  ThreadUse threads_worst;  ///< each figure is that of the worker for which it was greatest
  unsigned threads = 0;
  FleetCounts counts;  ///< sums, but for `connections_max`

  void add_round(const Fleet& fleet);
};

/// How far the target's windows may be off the run's by now: what the clocks were compared to at
/// `start`, and what they have drifted apart since beyond the error of that measurement.
Duration window_error(const ClockOffset& start, const ClockOffset& now);

/// Turns the samples into the facts that the validity of a run is judged by. Pure.
analysis::InstrumentFacts instrument_facts(const InstrumentSamples& samples);

}  // namespace fairrush::loadgen
