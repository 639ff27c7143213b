#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "analysis/invariants/check.hpp"

namespace fairrush::analysis {
namespace {

/// Deadlines are swept by a timer on a thread that may be busy with other answers for a while.
constexpr std::int64_t kDeadlineSlackNs = 500'000'000;

/// Attempts whose number another attempt has too.
std::uint64_t repeated_attempts(const RunIndex& index) {
  std::vector<std::uint64_t> ids;
  ids.reserve(index.attempts());
  index.for_each_attempt(
      [&ids](const AttemptRecord& record, std::string_view) { ids.push_back(record.attempt); });
  std::ranges::sort(ids);
  std::uint64_t repeated = 0;
  for (std::size_t place = 1; place < ids.size(); ++place) {
    if (ids[place] == ids[place - 1]) ++repeated;
  }
  return repeated;
}

bool is_answer(Outcome outcome) {
  return outcome != Outcome::failed && outcome != Outcome::indeterminate;
}

struct AttemptCounts {
  std::uint64_t reservations = 0;   ///< first clicks
  std::uint64_t claims = 0;         ///< first clicks
  std::uint64_t overdue = 0;        ///< answered so late that the instrument may be at fault
  std::vector<Slot> overdue_users;  ///< at most kExamplesMax
  std::uint64_t contradictory = 0;  ///< answered without ever having been sent or completed
};

AttemptCounts count_attempts(const RunIndex& index, Finding& finding) {
  AttemptCounts counts;
  const std::int64_t timeout = index.facts().attempt_timeout.count();
  index.for_each_attempt([&](const AttemptRecord& record, std::string_view) {
    if (record.try_number == 0) {
      if (record.operation() == Op::reserve) ++counts.reservations;
      if (record.operation() == Op::claim) ++counts.claims;
    }
    if (is_answer(record.result()) && (!record.sent() || !record.completed())) {
      ++counts.contradictory;
      finding.accuse({record.user});
    } else if (timeout > 0 && record.sent() && record.completed() &&
               record.answered_ns() - record.first_byte_out_ns > timeout + kDeadlineSlackNs) {
      ++counts.overdue;
      if (counts.overdue_users.size() < kExamplesMax) counts.overdue_users.push_back(record.user);
    }
  });
  return counts;
}

std::uint64_t distance(std::uint64_t a, std::uint64_t b) {
  return a < b ? b - a : a - b;
}

/// An answer read late may have arrived in time while the instrument stalled: it accuses nobody,
/// but whether the attempt ended by its deadline is then unknown.
void note_overdue(const AttemptCounts& counts, Finding& finding) {
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
  const AttemptCounts counts = count_attempts(index, finding);
  const std::uint64_t repeated = repeated_attempts(index);
  const PlannedAttempts& planned = index.round().planned;
  std::vector<std::string> problems;
  if (counts.contradictory > 0) {
    problems.push_back(
        fmt::format("{} answers to nothing that was sent", format_count(counts.contradictory)));
  }
  if (repeated > 0) {
    problems.push_back(
        fmt::format("{} records repeat an attempt's number", format_count(repeated)));
  }
  const std::uint64_t deviating =
      distance(counts.reservations, planned.reservations) + distance(counts.claims, planned.claims);
  finding.violations += repeated + deviating;
  finding.text = fmt::format("{} of {} planned reservations and {} of {} planned claims ended",
                             format_count(counts.reservations), format_count(planned.reservations),
                             format_count(counts.claims), format_count(planned.claims));
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
