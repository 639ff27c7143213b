#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "analysis/assessment.hpp"
#include "analysis/figures/instrument_bars.hpp"
#include "analysis/run/facts.hpp"
#include "reports/reports.hpp"

namespace fairrush::reports {

/// The instrument's own error on this machine in the wiring of the run, or that nobody measured it.
/// One sentence.
std::string selftest_text(const analysis::RunFacts& facts);

/// How far the claims of the winners lay apart when they left, and their coupons when they were
/// issued, or that nobody knows. One or two sentences.
std::string burst_text(const ReportInput& input);

/// "−0.406 ms".
std::string signed_milliseconds(std::int64_t time_ns);

/// Whom a figure speaks of: "instrument", "machine", "target or pool".
std::string_view subject_text(analysis::BarSubject subject);

/// What being beyond a bar leads to: "not valid", "valid, and tells"; empty for a figure without a
/// bar.
std::string_view consequence_text(const analysis::InstrumentBar& bar);

/// "38 claims in flight when the stock ran out", or at the peak where it did not.
std::string contention_text(const analysis::Assessment& assessment);

}  // namespace fairrush::reports
