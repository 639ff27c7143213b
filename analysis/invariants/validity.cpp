#include <fmt/format.h>
#include <fmt/ranges.h>

#include "analysis/figures/instrument_bars.hpp"
#include "analysis/invariants/check.hpp"

namespace fairrush::analysis {
namespace {

/// What is beyond its bar, in words.
struct Crossed {
  std::vector<std::string> gating;  ///< the run is not valid
  std::vector<std::string> told;
};

/// A shard whose users somebody else played, too, is none.
void add_foreign_clicks(const RunFacts& facts, Crossed& crossed) {
  for (const ShardFacts& shard : facts.shards) {
    if (shard.foreign_clicks == 0) continue;
    crossed.gating.push_back(fmt::format(
        "shard {}: {} of its users were on the roster before they asked, as if another process "
        "played them too",
        shard.number, format_count(shard.foreign_clicks)));
  }
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

void add_plan_faults(const InstrumentFacts& instrument, const PlanFit& fit, Crossed& crossed) {
  if (fit.off_plan_in_time > PlanFit::kOffPlanMax) {
    const std::string off =
        fmt::format("up to {:.1f} % of the {} were off the plan by more than {} (at most {:.0f} %)",
                    fit.off_plan_in_time * 100, phase_of(fit),
                    format_duration(Duration(PlanFit::kOffPlanTimeNs)), PlanFit::kOffPlanMax * 100);
    if (may_be_to_blame(instrument, fit)) {
      crossed.gating.push_back(off);
    } else {
      crossed.told.push_back(off + ", as they waited for connections that the target held");
    }
  }
  if (fit.off_shape > fit.off_shape_max) {
    crossed.gating.push_back(fmt::format(
        "the plan of the {} is {:.1f} % of users off its shape (by chance at most {:.1f} %)",
        phase_of(fit), fit.off_shape * 100, fit.off_shape_max * 100));
  }
}

Crossed crossed_bars(const RunFacts& facts, const std::vector<PlanFit>& fits,
                     const std::optional<BurstSpread>& burst) {
  Crossed crossed;
  for (InstrumentBar& bar : instrument_bars(facts, burst)) {
    if (bar.held) continue;
    (bar.gates ? crossed.gating : crossed.told).push_back(std::move(bar.broken));
  }
  add_foreign_clicks(facts, crossed);
  for (const PlanFit& fit : fits) add_plan_faults(facts.instrument, fit, crossed);
  return crossed;
}

}  // namespace

Finding find_instrument_faults(const RunIndex& index) {
  return judge_instrument(index.facts(), plan_fits(index), burst_spread(index));
}

Finding judge_instrument(const RunFacts& facts, const std::vector<PlanFit>& fits,
                         const std::optional<BurstSpread>& burst) {
  const InstrumentFacts& instrument = facts.instrument;
  Finding finding;
  if (facts.simulation) {
    finding.text =
        fmt::format("simulated in virtual time, where no click is late: {}", *facts.simulation);
    return finding;
  }
  const Crossed crossed = crossed_bars(facts, fits, burst);
  finding.violations = crossed.gating.size();
  if (!crossed.gating.empty()) {
    finding.verdict = CheckVerdict::fail;
    finding.text =
        fmt::format("the instrument was not good enough: {}", fmt::join(crossed.gating, "; "));
  } else if (is_under_way(facts)) {
    finding.verdict = CheckVerdict::unknown;
    finding.text = "of the round that was not brought to its end nobody measured the instrument";
  } else {
    finding.text =
        fmt::format("clicks left within {} of their time (99 %), threads {:.0f} % busy",
                    format_duration(Duration(static_cast<std::int64_t>(instrument.lag_p99_ns))),
                    cpu_share(instrument) * 100);
    for (const PlanFit& fit : fits) finding.text += "; " + describe(fit);
    if (facts.rounds.size() > 1 && !fits.empty()) {
      finding.text += fmt::format(", in the worst of {} rounds", format_count(facts.rounds.size()));
    }
    finding.text += shards_text(facts);
  }
  if (instrument.unsent > 0 && facts.interrupted && !facts.instrument_failure) {
    finding.text += fmt::format("; {} planned attempts did not leave, as the run was interrupted",
                                format_count(instrument.unsent));
  }
  if (!crossed.told.empty()) {
    finding.text += fmt::format("; not the instrument's doing or no harm to its figures: {}",
                                fmt::join(crossed.told, "; "));
  }
  return finding;
}

}  // namespace fairrush::analysis
