#include <fmt/format.h>

#include <span>

#include "analysis/invariants/check.hpp"

namespace fairrush::analysis {
namespace {

struct ReadCounts {
  std::uint64_t reads = 0;    ///< that had to return the coupon
  std::uint64_t late = 0;     ///< within the declared deadline, so they need not
  std::uint64_t refused = 0;  ///< no reads at all
  std::uint64_t stale = 0;
};

}  // namespace

Finding find_stale_reads(const RunIndex& index) {
  Finding finding;
  ReadCounts counts;
  const std::int64_t allowed = index.facts().status_deadline.value_or(Duration{}).count();
  index.stories().for_each(index.all_attempts(), [&](Slot slot, std::span<const StoryStep> steps) {
    const auto acknowledged = acknowledged_ns(steps);
    if (!acknowledged) return;
    bool stale = false;
    for (const StoryStep& step : steps) {
      if (step.record->operation() != Op::status) continue;
      if (step.record->first_byte_out_ns <= *acknowledged) continue;
      if (step.record->result() == Outcome::refusal) ++counts.refused;
      if (step.record->result() != Outcome::accepted) continue;
      if (step.record->first_byte_out_ns - *acknowledged <= allowed) {
        ++counts.late;
        continue;
      }
      ++counts.reads;
      if (index.shows_own_coupon(slot, step)) continue;
      ++counts.stale;
      stale = true;
    }
    if (stale) finding.accuse({slot});
  });
  finding.text = fmt::format(
      "{} status reads came after their user's win was acknowledged, {} of them did not return it",
      format_count(counts.reads), format_count(counts.stale));
  if (counts.late > 0) {
    finding.text += fmt::format("; {} more came within the declared {}", format_count(counts.late),
                                format_duration(Duration(allowed)));
  }
  if (finding.violations > 0) {
    finding.verdict = CheckVerdict::fail;
  } else if (counts.reads == 0 && counts.refused > 0) {
    finding.verdict = CheckVerdict::unknown;
    finding.text =
        fmt::format("all {} status reads after a win were refused", format_count(counts.refused));
  } else if (counts.reads == 0) {
    finding.verdict = CheckVerdict::not_applicable;
    finding.text = "no status was read that had to show an acknowledged win";
  }
  return finding;
}

}  // namespace fairrush::analysis
