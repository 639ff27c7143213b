#include <array>
#include <boost/json.hpp>
#include <string>

#include "analysis/run/facts_json.hpp"
#include "reports/json/behaviour_json.hpp"
#include "reports/json/fairness_json.hpp"
#include "reports/text/figures.hpp"
#include "reports/text/file.hpp"
#include "reports/text/printable.hpp"
#include "reports/writers.hpp"

namespace fairrush::reports {
namespace {

namespace json = boost::json;

json::value text(std::string_view value) {
  return json::value(printable(value));
}

json::array timeline_json(const std::vector<std::string>& timeline) {
  json::array lines;
  for (const std::string& line : timeline) lines.push_back(text(line));
  return lines;
}

json::object check_json(const analysis::CheckResult& check) {
  json::array examples;
  for (const analysis::CounterExample& example : check.examples) {
    json::object entry;
    entry["round"] = example.round;
    entry["user"] = example.user ? json::value(example.user->value()) : json::value(nullptr);
    entry["timeline"] = timeline_json(example.timeline);
    examples.push_back(std::move(entry));
  }
  return {{"id", text(check.id)},
          {"name", text(check.name)},
          {"rule", text(check.rule)},
          {"verdict", name_of(check.verdict)},
          {"finding", text(check.finding)},
          {"violations", check.violations},
          {"open_attempts", check.open_attempts},
          {"rounds",
           {{"held", check.rounds.held},
            {"failed", check.rounds.failed},
            {"unknown", check.rounds.unknown},
            {"not_applicable", check.rounds.not_applicable}}},
          {"examples", std::move(examples)}};
}

json::object histogram_json(const analysis::Histogram& histogram) {
  return {{"count", histogram.count()},
          {"min_ns", histogram.min()},
          {"mean_ns", finite(histogram.mean())},
          {"p50_ns", histogram.value_at(0.50)},
          {"p90_ns", histogram.value_at(0.90)},
          {"p99_ns", histogram.value_at(0.99)},
          {"p99_9_ns", histogram.value_at(0.999)},
          {"max_ns", histogram.max()}};
}

/// Columns instead of one object a step: a long run has many steps. Those of the busiest round,
/// and means over all.
json::object series_json(const analysis::LoadFigures& load) {
  using analysis::TimePoint;
  const analysis::TimeSeries& busiest = load.busiest;
  json::object object{{"round", load.busiest_round}, {"step_ns", busiest.step.count()}};
  object["start_ns"] = busiest.points.empty() ? 0 : busiest.points.front().start_ns;
  const auto column = [&](std::string_view name, std::uint32_t TimePoint::* member) {
    json::array values;
    for (const TimePoint& point : busiest.points) values.push_back(point.*member);
    object[name] = std::move(values);
  };
  column("reservations", &TimePoint::reservations);
  column("claims", &TimePoint::claims);
  column("wins", &TimePoint::wins);
  column("losses", &TimePoint::losses);
  column("refusals", &TimePoint::refusals);
  column("indeterminate", &TimePoint::indeterminate);
  column("in_flight_max", &TimePoint::in_flight_max);
  object["rounds"] = load.rounds;
  const auto mean = [&](std::string_view name, std::uint32_t TimePoint::* member) {
    json::array values;
    for (const TimePoint& point : load.all.points) {
      values.push_back(mean_of(point.*member, load.rounds));
    }
    object[name] = std::move(values);
  };
  mean("claims_mean", &TimePoint::claims);
  mean("wins_mean", &TimePoint::wins);
  return object;
}

json::array sightings_json(const analysis::Assessment& assessment) {
  json::array list;
  for (const analysis::SightingResult& sighting : assessment.sightings) {
    list.push_back({{"name", text(sighting.name)},
                    {"attempted", sighting.attempted},
                    {"seen", sighting.seen}});
  }
  return list;
}

json::array outcomes_json(const analysis::Assessment& assessment) {
  json::array list;
  for (const analysis::OutcomeCount& outcome : assessment.outcomes) {
    list.push_back({{"op", name_of(outcome.op)},
                    {"outcome", name_of(outcome.outcome)},
                    {"reason", name_of(outcome.reason)},
                    {"count", outcome.count}});
  }
  return list;
}

json::array latencies_json(const analysis::Assessment& assessment) {
  json::array list;
  for (const analysis::LatencyFigures& latency : assessment.latencies) {
    list.push_back({{"op", name_of(latency.op)},
                    {"from_intended", histogram_json(latency.from_intended)},
                    {"service", histogram_json(latency.service)}});
  }
  return list;
}

json::object run_json(const ReportInput& input) {
  const analysis::Assessment& assessment = input.assessment;
  json::object object{{"version", analysis::kRunVersion}};
  object["facts"] = analysis::facts_to_json(input.facts);
  // Also among the facts; here nobody overlooks it.
  object["fault"] = input.facts.fault ? text(*input.facts.fault) : json::value(nullptr);
  object["verdict"] = name_of(assessment.verdict);
  object["verdict_reason"] = text(assessment.verdict_reason);
  object["passed"] = assessment.passed;
  object["failed"] = assessment.failed;
  object["attempts"] = assessment.attempts;
  object["history_cut_short"] = assessment.cut_short;
  object["claims_per_second_max"] = finite(assessment.load.claims_per_second_max);
  const auto& in_flight = assessment.load.in_flight_at_sell_out;
  object["in_flight_at_sell_out"] = in_flight ? json::value(*in_flight) : json::value(nullptr);
  object["instrument_bars"] = bars_json(input);
  object["burst"] = burst_json(assessment.burst);
  json::array checks;
  for (const auto& check : assessment.invariants) checks.push_back(check_json(check));
  object["invariants"] = std::move(checks);
  object["sightings"] = sightings_json(assessment);
  object["outcomes"] = outcomes_json(assessment);
  object["latencies"] = latencies_json(assessment);
  object["plan_fits"] = plan_fits_json(assessment.plan_fits);
  object["tallies"] = tallies_json(assessment.tallies, input.facts);
  object["fairness"] = fairness_json(assessment.fairness);
  object["series"] = series_json(assessment.load);
  return object;
}

/// One member a line, so that people can read and compare it too.
std::string by_lines(const json::object& object) {
  std::string lines;
  for (const auto& member : object) {
    lines += lines.empty() ? "{\n" : ",\n";
    lines += json::serialize(member.key()) + ": " + json::serialize(member.value());
  }
  return lines + "\n}\n";
}

}  // namespace

Written write_run_json(const ReportInput& input, const std::filesystem::path& directory) {
  return write_files({{directory / "run.json", by_lines(run_json(input))}});
}

}  // namespace fairrush::reports
