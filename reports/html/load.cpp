#include <fmt/format.h>

#include <array>

#include "base/units.hpp"
#include "reports/html/parts.hpp"
#include "reports/html/sections.hpp"
#include "reports/text/figures.hpp"
#include "reports/text/words.hpp"

namespace fairrush::reports {
namespace {

constexpr std::array kQuantiles{0.5, 0.9, 0.99, 0.999};

std::string reason_text(analysis::Reason reason) {
  return std::string(reason == analysis::Reason::none ? kNoFigure : name_of(reason));
}

/// " in all 3 rounds"; nothing for one.
std::string in_rounds(const ReportInput& input) {
  const std::size_t rounds = input.facts.rounds.size();
  return rounds < 2 ? "" : fmt::format(" in all {} rounds", format_count(rounds));
}

Row latency_row(std::string op, std::string_view from, const analysis::Histogram& histogram) {
  Row row{{std::move(op)}, {std::string(from)}, {format_count(histogram.count())}};
  for (const double quantile : kQuantiles) {
    row.push_back({milliseconds_text(histogram.value_at(quantile))});
  }
  row.push_back({milliseconds_text(histogram.max())});
  return row;
}

}  // namespace

void add_latency(Markup& page, const ReportInput& input) {
  const auto& latencies = input.assessment.latencies;
  open_section(page, "latency", "Latency");
  page.line("p",
            "From the click is what a user waits: from the moment the scenario meant them to click "
            "to the answer on their screen, network included. On the wire is from the first byte "
            "sent to the answer received.");
  add_plot(page, latency_plot(input));
  if (const std::string rounds = in_rounds(input); !rounds.empty()) {
    page.line("p", fmt::format("Every attempt{} together.", rounds));
  }
  std::vector<Row> rows;
  for (const analysis::LatencyFigures& latency : latencies) {
    const std::string op(name_of(latency.op));
    rows.push_back(latency_row(op, "from the click", latency.from_intended));
    rows.push_back(latency_row(op, "on the wire", latency.service));
  }
  if (!rows.empty()) {
    add_table(page, "Latencies in milliseconds",
              {{"Operation"},
               {"Measured"},
               {"Answered", ColumnKind::number},
               {"p50, ms", ColumnKind::number},
               {"p90, ms", ColumnKind::number},
               {"p99, ms", ColumnKind::number},
               {"p99.9, ms", ColumnKind::number},
               {"max, ms", ColumnKind::number}},
              rows);
  }
  close_section(page);
}

void add_load(Markup& page, const ReportInput& input) {
  const auto& assessment = input.assessment;
  const std::string round = busiest_round(assessment.load);
  open_section(page, "load", "Load");
  page.line("p", {{"class", "lead"}},
            fmt::format("{}{}; {} claims in the fullest second{}, {} in flight at most.",
                        counted(assessment.attempts, "attempt"), in_rounds(input),
                        number_text(assessment.load.claims_per_second_max, 0),
                        round.empty() ? "" : fmt::format(" (of {})", round),
                        format_count(in_flight_max(assessment))));
  const Plot arrivals = arrivals_plot(input);
  add_plot(page, arrivals);
  page.line("p", arrivals.caption.description);
  add_plot(page, in_flight_plot(input));
  std::vector<Row> rows;
  for (const analysis::OutcomeCount& outcome : assessment.outcomes) {
    rows.push_back({{std::string(name_of(outcome.op))},
                    {std::string(name_of(outcome.outcome))},
                    {reason_text(outcome.reason)},
                    {format_count(outcome.count)}});
  }
  if (!rows.empty()) {
    page.line("h3", "How attempts ended" + in_rounds(input));
    add_table(page, "How attempts ended",
              {{"Operation"}, {"Outcome"}, {"Reason"}, {"Attempts", ColumnKind::number}}, rows);
  }
  close_section(page);
}

}  // namespace fairrush::reports
