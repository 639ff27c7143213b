#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "analysis/figures/plan_fit.hpp"
#include "analysis/invariants/check.hpp"

namespace fairrush::analysis {
namespace {

// The validity bar. A run below it is reported, but its figures are not to be believed.

/// Half of all clicks leave within this of their time: well above a 1 ms tick, well below the
/// delays between cohorts (5 ms and more) whose effect a run is to show.
constexpr std::uint64_t kLagP50MaxNs = 5'000'000;
/// Only the slowest hundredth may be later than a person could notice.
constexpr std::uint64_t kLagP99MaxNs = 50'000'000;
/// Above this share of its threads the instrument queues its own work and reads answers late.
constexpr double kCpuShareMax = 0.90;
/// Time the hypervisor gave to others: beyond it, stalls are the machine's, not the target's.
constexpr double kStealShareMax = 0.05;
/// The windows are stated in wall-clock time: a step of the clock during the run moves them.
constexpr std::int64_t kClockStepMaxNs = 50'000'000;
/// Whether the target kept its window can only be judged if the clocks agree better than this.
constexpr std::int64_t kClockErrorMaxNs = 100'000'000;

struct Bar {
  bool held;
  std::string broken;  ///< what to say when it is not held
};

double cpu_share(const InstrumentFacts& instrument) {
  const double capacity = instrument.wall_seconds * instrument.threads;
  return capacity > 0 ? instrument.cpu_seconds / capacity : 0;
}

std::string duration_text(std::uint64_t ns) {
  return format_duration(Duration(static_cast<std::int64_t>(ns)));
}

/// What did not leave any more when somebody stopped the run is not the instrument's fault.
bool stopped_from_outside(const RunFacts& facts) {
  return facts.interrupted && !facts.instrument_failure;
}

/// Of one instrument. `stopped`: it was told to end before its time.
std::array<Bar, 7> bars(const InstrumentFacts& instrument, bool stopped) {
  const double cpu = cpu_share(instrument);
  const std::int64_t step = instrument.clock_step_ns;
  return {{
      {instrument.lag_p50_ns <= kLagP50MaxNs,
       fmt::format("half of the clicks left more than {} late (at most {})",
                   duration_text(instrument.lag_p50_ns), duration_text(kLagP50MaxNs))},
      {instrument.lag_p99_ns <= kLagP99MaxNs,
       fmt::format("a hundredth of the clicks left more than {} late (at most {})",
                   duration_text(instrument.lag_p99_ns), duration_text(kLagP99MaxNs))},
      {instrument.unsent == 0 || stopped,
       fmt::format("{} planned attempts never left", format_count(instrument.unsent))},
      {cpu <= kCpuShareMax, fmt::format("its threads were {:.0f} % busy (at most {:.0f} %)",
                                        cpu * 100, kCpuShareMax * 100)},
      {instrument.steal_share <= kStealShareMax,
       fmt::format("{:.1f} % of the machine's time was stolen (at most {:.0f} %)",
                   instrument.steal_share * 100, kStealShareMax * 100)},
      {step >= -kClockStepMaxNs && step <= kClockStepMaxNs,
       fmt::format("the wall clock stepped by {} (at most {})", format_duration(Duration(step)),
                   format_duration(Duration(kClockStepMaxNs)))},
      {instrument.clock_error_ns <= kClockErrorMaxNs,
       fmt::format("the target's clock is known to {} only (at most {})",
                   format_duration(Duration(instrument.clock_error_ns)),
                   format_duration(Duration(kClockErrorMaxNs)))},
  }};
}

/// Every bar that was not held. A run of several shards is as good as the worst of them: together
/// one stalled shard among many would hide.
std::vector<std::string> broken_bars(const RunFacts& facts) {
  std::vector<std::string> broken;
  if (facts.instrument_failure) broken.push_back("it broke: " + *facts.instrument_failure);
  const auto add = [&broken](const auto& all, std::string_view whose) {
    for (const Bar& bar : all) {
      if (!bar.held) broken.push_back(fmt::format("{}{}", whose, bar.broken));
    }
  };
  if (facts.shards.size() < 2) add(bars(facts.instrument, stopped_from_outside(facts)), "");
  for (const ShardFacts& shard : facts.shards) {
    const std::string whose = fmt::format("shard {}: ", shard.number);
    const bool stopped = stopped_from_outside(facts) || shard.cut_short;
    if (facts.shards.size() > 1) add(bars(shard.instrument, stopped), whose);
    if (shard.foreign_clicks > 0) {
      broken.push_back(fmt::format(
          "{}{} of its users were on the roster before they asked, as if another process played "
          "them too",
          whose, format_count(shard.foreign_clicks)));
    }
  }
  return broken;
}

/// What shards agree on so well as they can; empty for a run without.
std::string shards_text(const RunFacts& facts) {
  if (facts.shards.empty()) return {};
  return fmt::format("; {} of {} shards, whose clocks are at most {} apart", facts.shards.size(),
                     facts.shards.front().of, format_duration(Duration(clocks_apart_ns(facts))));
}

std::string_view phase_of(const PlanFit& fit) {
  return fit.op == Op::reserve ? "reservations" : "claims";
}

void add_plan_faults(const PlanFit& fit, std::vector<std::string>& broken) {
  if (fit.off_plan_in_time > PlanFit::kOffPlanMax) {
    broken.push_back(
        fmt::format("up to {:.1f} % of the {} were off the plan by more than {} (at most {:.0f} %)",
                    fit.off_plan_in_time * 100, phase_of(fit),
                    duration_text(PlanFit::kOffPlanTimeNs), PlanFit::kOffPlanMax * 100));
  }
  if (fit.off_shape > fit.off_shape_max) {
    broken.push_back(fmt::format(
        "the plan of the {} is {:.1f} % of users off its shape (by chance at most {:.1f} %)",
        phase_of(fit), fit.off_shape * 100, fit.off_shape_max * 100));
  }
}

}  // namespace

Finding find_instrument_faults(const RunIndex& index) {
  const InstrumentFacts& instrument = index.facts().instrument;
  std::vector<std::string> broken = broken_bars(index.facts());
  Finding finding;
  if (const auto& simulation = index.facts().simulation) {
    finding.text =
        fmt::format("simulated in virtual time, where no click is late: {}", *simulation);
    return finding;
  }
  const std::vector<PlanFit> fits = plan_fits(index);
  for (const PlanFit& fit : fits) add_plan_faults(fit, broken);
  finding.violations = broken.size();
  if (broken.empty() && is_under_way(index.facts())) {
    finding.verdict = CheckVerdict::unknown;
    finding.text = "of the round that was not brought to its end nobody measured the instrument";
  } else if (broken.empty()) {
    finding.text = fmt::format("clicks left within {} of their time (99 %), threads {:.0f} % busy",
                               duration_text(instrument.lag_p99_ns), cpu_share(instrument) * 100);
    for (const PlanFit& fit : fits) finding.text += "; " + describe(fit);
    finding.text += shards_text(index.facts());
  } else {
    finding.verdict = CheckVerdict::fail;
    finding.text = fmt::format("the instrument was not good enough: {}", fmt::join(broken, "; "));
  }
  if (instrument.unsent > 0 && stopped_from_outside(index.facts())) {
    finding.text += fmt::format("; {} planned attempts did not leave, as the run was interrupted",
                                format_count(instrument.unsent));
  }
  return finding;
}

}  // namespace fairrush::analysis
