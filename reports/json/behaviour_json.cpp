#include "reports/json/behaviour_json.hpp"

#include "analysis/figures/instrument_bars.hpp"
#include "reports/json/fairness_json.hpp"
#include "reports/text/instrument_words.hpp"
#include "reports/text/printable.hpp"
#include "reports/text/tally_words.hpp"

namespace fairrush::reports {
namespace {

namespace json = boost::json;

json::object tally_json(const analysis::ClaimTally& tally, const std::string& name) {
  json::object refusals;
  for (const auto& [reason, count] : tally.refusals) refusals[name_of(reason)] = count;
  return {{"name", printable(name)},
          {"users", tally.users},
          {"winners", tally.winners},
          {"claims", tally.claims},
          {"wins", tally.wins},
          {"losses", tally.losses},
          {"refusals", std::move(refusals)},
          {"unanswered", tally.unanswered},
          {"never_left", tally.never_left}};
}

}  // namespace

json::array plan_fits_json(const std::vector<analysis::PlanFit>& fits) {
  json::array list;
  for (const analysis::PlanFit& fit : fits) {
    list.push_back({{"op", name_of(fit.op)},
                    {"clicks", fit.clicks},
                    {"unsent", fit.unsent},
                    {"off_shape", finite(fit.off_shape)},
                    {"off_shape_max", finite(fit.off_shape_max)},
                    {"off_plan", finite(fit.off_plan)},
                    {"off_plan_in_time", finite(fit.off_plan_in_time)},
                    {"off_plan_in_time_max", analysis::PlanFit::kOffPlanMax},
                    {"in_time_ns", analysis::PlanFit::kOffPlanTimeNs},
                    {"shift_max_ns", fit.shift_max_ns},
                    {"holds", fit.holds()}});
  }
  return list;
}

json::array bars_json(const ReportInput& input) {
  json::array list;
  if (input.facts.simulation) return list;
  for (const analysis::InstrumentBar& bar :
       analysis::instrument_bars(input.facts, input.assessment.burst)) {
    list.push_back({{"what", bar.what},
                    {"measured", printable(bar.measured)},
                    {"limit", bar.limit},
                    {"of", subject_text(bar.subject)},
                    {"gates", bar.gates},
                    {"held", bar.held}});
  }
  return list;
}

json::value burst_json(const std::optional<analysis::BurstSpread>& burst) {
  if (!burst) return nullptr;
  return {{"round", burst->round},
          {"winners", burst->winners},
          {"sent_spread_ns", burst->sent_spread_ns},
          {"issued_spread_ns", burst->issued_spread_ns},
          {"delay_p50_ns", burst->delay_p50_ns},
          {"delay_p99_ns", burst->delay_p99_ns},
          {"uncertainty_ns", burst->uncertainty_ns},
          {"wider", burst->is_wider()}};
}

json::object tallies_json(const analysis::ClaimTallies& tallies, const analysis::RunFacts& facts) {
  json::array personas;
  for (const analysis::ClaimTally& tally : tallies.personas) {
    personas.push_back(tally_json(tally, persona_name(facts, tally.group)));
  }
  json::array cohorts;
  for (const analysis::ClaimTally& tally : tallies.cohorts) {
    cohorts.push_back(tally_json(tally, cohort_name(facts, tally.group)));
  }
  return {{"personas", std::move(personas)}, {"cohorts", std::move(cohorts)}};
}

}  // namespace fairrush::reports
