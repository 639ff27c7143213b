#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/reports.hpp"
#include "reports/text/tone.hpp"

namespace fairrush::reports {

Tone tone_of(analysis::CheckVerdict verdict);

/// The run's verdict for people.
struct VerdictWords {
  Tone tone = Tone::open;
  std::string word;      ///< "PROVEN", "FAIR(1 pp)"
  std::string headline;  ///< what that means, one line without full stop
  std::string result;    ///< "The run passes (exit code 0)."
};
VerdictWords describe_verdict(const ReportInput& input);

/// What a verdict says of any run, one clause.
std::string_view meaning_of(analysis::RunVerdict verdict);

/// What a key figure is about.
enum class Topic : std::uint8_t {
  rules,
  users,
  wins,
  win_rate,
  impact,
  visible_gap,
  arrival,
  latency,
  load,
  indeterminate,
  instrument,
};

/// One of the few figures a reader wants first.
struct KeyFigure {
  Topic topic{};
  std::string label;  ///< "Claim latency, p99"
  std::string value;  ///< "41.2 ms"
  std::string note;   ///< "from the click; 12.1 ms on the wire"
};
std::vector<KeyFigure> key_figures(const ReportInput& input);

/// Why the figures must not be compared with others: set for anything but a release build.
std::optional<std::string> build_warning(const analysis::RunFacts& facts);

/// What to know before reading a figure: phases that were closed loops, what was taken for granted,
/// and what ended before its time, the run or its history, where the headline tells something else.
std::vector<std::string> early_warnings(const ReportInput& input);

/// What is switched on in the target on purpose, for everybody to see; unset without a fault.
std::optional<std::string> fault_warning(const analysis::RunFacts& facts);

/// "20 % of the roster", or "60 coupons".
std::string quota_text(const analysis::QuotaRule& quota);

/// Latencies of `op`; null when none was answered.
const analysis::LatencyFigures* latencies_of(const analysis::Assessment& assessment,
                                             analysis::Op op);
/// The check of that id; null when it was not made.
const analysis::CheckResult* check_of(const analysis::Assessment& assessment, std::string_view id);

/// "user 17", "round 3, user 17" where there are several; empty when it is about neither.
std::string example_subject(const analysis::CounterExample& example,
                            const analysis::RunFacts& facts);

/// Checks that failed, then those that are unknown.
std::vector<const analysis::CheckResult*> open_checks(const analysis::Assessment& assessment);
/// What the scenario attempts and the run did not see.
std::vector<const analysis::SightingResult*> missing_sightings(
    const analysis::Assessment& assessment);

std::uint64_t indeterminate_attempts(const analysis::Assessment& assessment);
/// "round 2, the busiest of 3"; empty for a run of one round.
std::string busiest_round(const analysis::LoadFigures& load);
std::uint32_t in_flight_max(const analysis::Assessment& assessment);

}  // namespace fairrush::reports
