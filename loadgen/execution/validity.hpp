#pragma once

#include "analysis/run/facts.hpp"
#include "loadgen/execution/machine.hpp"
#include "loadgen/target/child_server.hpp"
#include "loadgen/target/target_client.hpp"
#include "loadgen/wire/worker.hpp"

namespace fairrush::loadgen {

/// What was observed of the instrument itself.
struct InstrumentSamples {
  MachineSample start;
  MachineSample end;
  ProcessUse target_start;  ///< zeros when the target is not ours
  ProcessUse target_end;
  ClockOffset clocks;
  Delays delays;
  unsigned threads = 0;
  unsigned connections_max = 0;
  std::uint64_t unsent = 0;
};

/// How far the target's windows may be off the run's by now: what the clocks were compared to at
/// `start`, and what they have drifted apart since beyond the error of that measurement.
Duration window_error(const ClockOffset& start, const ClockOffset& now);

/// Turns the samples into the facts that the validity of a run is judged by. Pure.
analysis::InstrumentFacts instrument_facts(const InstrumentSamples& samples);

/// The buckets of a histogram that hold something, as run.json keeps them.
std::vector<analysis::CountedDelay> counted(const analysis::Histogram& delays);

}  // namespace fairrush::loadgen
