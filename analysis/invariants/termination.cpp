#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "analysis/invariants/check.hpp"

namespace fairrush::analysis {
namespace {

std::uint64_t distance(std::uint64_t a, std::uint64_t b) {
  return a < b ? b - a : a - b;
}

/// An answer read late may have arrived in time while the instrument stalled: it accuses nobody,
/// but whether the attempt ended by its deadline is then unknown.
void note_overdue(const AttemptAudit& counts, Finding& finding) {
  if (counts.overdue == 0) return;
  finding.text += fmt::format(
      "; {} answers were read after their time-out, late or held up by a stalled instrument",
      format_count(counts.overdue));
  if (finding.verdict == CheckVerdict::pass) finding.verdict = CheckVerdict::unknown;
  for (Slot slot : counts.overdue_users) finding.show({slot});
}

}  // namespace

Finding find_unfinished_attempts(const RunIndex& index) {
  Finding finding;
  const AttemptAudit& counts = index.audit();
  for (Slot slot : counts.contradictory_users) finding.show({slot});
  for (Slot slot : counts.pending_users) finding.show({slot});
  const PlannedAttempts& planned = index.round().planned;
  std::vector<std::string> problems;
  if (counts.contradictory > 0) {
    problems.push_back(
        fmt::format("{} answers to nothing that was sent", format_count(counts.contradictory)));
  }
  if (counts.repeated > 0) {
    problems.push_back(
        fmt::format("{} records repeat an attempt's number", format_count(counts.repeated)));
  }
  if (counts.pending > 0) {
    problems.push_back(fmt::format("{} claims were still pending at their deadline",
                                   format_count(counts.pending)));
  }
  const std::uint64_t deviating =
      distance(counts.reservations, planned.reservations) + distance(counts.claims, planned.claims);
  finding.violations = counts.contradictory + counts.repeated + counts.pending + deviating;
  const std::string claims = fmt::format("{} of {} planned claims", format_count(counts.claims),
                                         format_count(planned.claims));
  const bool reserving = takes_reservations(index.round()) || counts.reservations > 0;
  finding.text = reserving ? fmt::format("{} of {} planned reservations and {} ended",
                                         format_count(counts.reservations),
                                         format_count(planned.reservations), claims)
                           : claims + " ended";
  const bool cut_off = index.facts().interrupted && counts.reservations <= planned.reservations &&
                       counts.claims <= planned.claims;
  if (!problems.empty()) {
    finding.verdict = CheckVerdict::fail;
    finding.text += fmt::format("; {}", fmt::join(problems, "; "));
  } else if (deviating > 0) {
    finding.verdict = cut_off ? CheckVerdict::unknown : CheckVerdict::fail;
    if (cut_off) finding.text += "; the run was interrupted";
  }
  note_overdue(counts, finding);
  return finding;
}

}  // namespace fairrush::analysis
