#include "reports/text/instrument_words.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "reports/text/figures.hpp"
#include "reports/text/words.hpp"

namespace fairrush::reports {
namespace {

/// "over io_uring with economic pacing" behind `before`; nothing where nothing was sent.
std::string wiring_text(const analysis::WiringFacts& wiring, std::string_view before) {
  if (wiring.transport.empty()) return {};
  return fmt::format("{}over {} with {} pacing", before, wiring.transport, wiring.pacing);
}

}  // namespace

std::string burst_text(const ReportInput& input) {
  const auto& burst = input.assessment.burst;
  if (!burst) {
    return "How the burst reached the target nobody measured: no ledger with times of issue was "
           "read.";
  }
  const auto spread = [](std::int64_t spread_ns) {
    return milliseconds_text(static_cast<std::uint64_t>(spread_ns));
  };
  const std::size_t rounds = input.facts.rounds.size();
  const std::string round =
      rounds > 1 ? fmt::format(" in round {} of {}, which widened most", burst->round + 1, rounds)
                 : "";
  return fmt::format(
      "The burst as the target saw it{}: 98 % of {} left within {} ms, and their coupons were "
      "issued within {} ms: {} after sending at p50, {} at p99, each ± {} ms.",
      round, counted(burst->winners, "winning claim"), spread(burst->sent_spread_ns),
      spread(burst->issued_spread_ns), signed_milliseconds(burst->delay_p50_ns),
      signed_milliseconds(burst->delay_p99_ns), spread(burst->uncertainty_ns));
}

std::string selftest_text(const analysis::RunFacts& facts) {
  const auto& selftest = facts.instrument.selftest;
  if (!selftest) {
    return fmt::format(
        "How exact the instrument is on this machine{} was not measured with this version: "
        "fairrush selftest does it.",
        wiring_text(facts.instrument.wiring, " "));
  }
  return fmt::format(
      "The instrument's own error here{}, worst case: {} ms at p50 and {} ms at p99 on the wire, "
      "{} ms at p99 from the click (selftest of {}, {}).",
      wiring_text(selftest->wiring, ", "), milliseconds_text(selftest->error_p50_ns),
      milliseconds_text(selftest->error_p99_ns), milliseconds_text(selftest->click_error_p99_ns),
      selftest->measured_at, selftest->passed ? "within its bars" : "beyond its bars");
}

std::string signed_milliseconds(std::int64_t time_ns) {
  return fmt::format("{}{} ms", time_ns < 0 ? "−" : "",
                     milliseconds_text(static_cast<std::uint64_t>(std::abs(time_ns))));
}

std::string_view subject_text(analysis::BarSubject subject) {
  switch (subject) {
    case analysis::BarSubject::instrument:
      return "instrument";
    case analysis::BarSubject::machine:
      return "machine";
    case analysis::BarSubject::target:
      return "target or pool";
  }
  return "";
}

std::string_view consequence_text(const analysis::InstrumentBar& bar) {
  if (bar.limit.empty()) return "";
  return bar.gates ? "not valid" : "valid, and tells";
}

std::string contention_text(const analysis::Assessment& assessment) {
  if (const auto in_flight = assessment.load.in_flight_at_sell_out) {
    return fmt::format("{} in flight when the stock ran out", counted(*in_flight, "claim"));
  }
  return fmt::format("{} in flight at the peak; the stock did not run out",
                     counted(in_flight_max(assessment), "claim"));
}

}  // namespace fairrush::reports
