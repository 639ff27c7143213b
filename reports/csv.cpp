#include <fmt/format.h>

#include <string>
#include <string_view>

#include "reports/text/csv_field.hpp"
#include "reports/text/figures.hpp"
#include "reports/text/file.hpp"
#include "reports/writers.hpp"

namespace fairrush::reports {
namespace {

using analysis::AttemptRecord;
using analysis::RunFacts;

constexpr std::string_view kHistoryHeader =
    "attempt,round,user,op,try,idempotency_key,intended_ns,first_byte_out_ns,complete_ns,"
    "one_way_delay_us,connection,cohort,persona,outcome,reason,http_status,receipt\n";

std::string cohort_name(const RunFacts& facts, std::uint16_t cohort) {
  return cohort < facts.cohorts.size() ? facts.cohorts[cohort].name : std::to_string(cohort);
}

std::string persona_name(const RunFacts& facts, std::uint8_t persona) {
  return persona < facts.personas.size() ? facts.personas[persona] : std::to_string(persona);
}

/// A time, or nothing where it never came.
std::string time_field(std::int64_t time_ns) {
  return time_ns == 0 ? "" : std::to_string(time_ns);
}

std::string history_row(const RunFacts& facts, const AttemptRecord& record,
                        std::string_view receipt) {
  return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", record.attempt,
                     record.round, record.user, name_of(record.operation()), record.try_number,
                     record.idempotency, record.intended_ns, time_field(record.first_byte_out_ns),
                     time_field(record.complete_ns), record.delay_us, record.connection,
                     csv_field(cohort_name(facts, record.cohort)),
                     csv_field(persona_name(facts, record.persona)), name_of(record.result()),
                     name_of(record.why()), record.http_status, csv_field(receipt));
}

std::expected<void, std::string> write_history(const ReportInput& input,
                                               const std::filesystem::path& path) {
  OutputFile file(path);
  file.write(kHistoryHeader);
  for (const analysis::HistoryBlock& block : input.history.blocks()) {
    for (const AttemptRecord& record : block.records) {
      file.write(history_row(input.facts, record, block.receipt(record)));
    }
  }
  return file.commit();
}

/// The busiest round step by step, with the mean of all rounds beside it.
std::expected<void, std::string> write_time_series(const analysis::LoadFigures& load,
                                                   const std::filesystem::path& path) {
  OutputFile file(path);
  file.write(
      "round,start_ns,step_ns,reservations,claims,wins,losses,refusals,indeterminate,"
      "in_flight_max,claims_mean,wins_mean\n");
  for (std::size_t step = 0; step < load.all.points.size(); ++step) {
    const analysis::TimePoint& sum = load.all.points[step];
    const analysis::TimePoint point =
        step < load.busiest.points.size() ? load.busiest.points[step] : analysis::TimePoint{};
    file.write(fmt::format("{},{},{},{},{},{},{},{},{},{},{:g},{:g}\n", load.busiest_round,
                           sum.start_ns, load.all.step.count(), point.reservations, point.claims,
                           point.wins, point.losses, point.refusals, point.indeterminate,
                           point.in_flight_max, mean_of(sum.claims, load.rounds),
                           mean_of(sum.wins, load.rounds)));
  }
  return file.commit();
}

}  // namespace

Written write_csv(const ReportInput& input, const std::filesystem::path& directory) {
  const auto history = directory / "history.csv";
  const auto series = directory / "timeseries.csv";
  if (auto done = write_history(input, history); !done) return std::unexpected(done.error());
  if (auto done = write_time_series(input.assessment.load, series); !done) {
    return std::unexpected(done.error());
  }
  return std::vector{history, series};
}

}  // namespace fairrush::reports
