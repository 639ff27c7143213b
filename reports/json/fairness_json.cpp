#include "reports/json/fairness_json.hpp"

#include <cmath>
#include <string_view>

#include "reports/text/printable.hpp"

namespace fairrush::reports {
namespace {

namespace json = boost::json;

json::value text(std::string_view value) {
  return json::value(printable(value));
}

json::object group_json(const analysis::GroupRate& group) {
  return {{"label", text(group.label)},
          {"reserved", group.reserved},
          {"claimed", group.claimed},
          {"wins", group.wins},
          {"rate_of_reserved", finite(group.rate_of_reserved)},
          {"rate_of_claimed", finite(group.rate_of_claimed)},
          {"band_low", finite(group.band_low)},
          {"band_high", finite(group.band_high)},
          {"rate_low", finite(group.rate_low)},
          {"rate_high", finite(group.rate_high)},
          {"asked", group.asked},
          {"unanswered", group.unanswered}};
}

template <class Item, class ToJson>
json::array list_of(const std::vector<Item>& items, ToJson to_json) {
  json::array list;
  for (const Item& item : items) list.push_back(to_json(item));
  return list;
}

json::object test_json(const analysis::TestResult& test) {
  return {{"id", text(test.id)},
          {"name", text(test.name)},
          {"family", test.family == analysis::TestFamily::primary ? "primary" : "exploratory"},
          {"computed", test.computed},
          {"statistic", finite(test.statistic)},
          {"p_value", finite(test.p_value)},
          {"adjusted_p", finite(test.adjusted_p)},
          {"effect", finite(test.effect)},
          {"effect_unit", text(test.effect_unit)},
          {"effect_pp", test.effect_pp ? finite(*test.effect_pp) : json::value(nullptr)},
          {"rejected", test.rejected},
          {"material", test.material},
          {"meaning", text(test.meaning)}};
}

std::string_view name_of(analysis::GroupKind kind) {
  switch (kind) {
    case analysis::GroupKind::cohort:
      return "cohort";
    case analysis::GroupKind::arrival_half:
      return "arrival half";
    case analysis::GroupKind::ticket_half:
      break;
  }
  return "ticket half";
}

json::object equivalence_json(const analysis::EquivalenceResult& row) {
  return {{"label", text(row.label)},
          {"kind", name_of(row.kind)},
          {"computed", row.computed},
          {"members_per_round", finite(row.members)},
          {"difference_pp", finite(row.difference_pp)},
          {"low_pp", finite(row.low_pp)},
          {"high_pp", finite(row.high_pp)},
          {"p_value", finite(row.p_value)},
          {"shown", row.shown},
          {"rounds_needed", row.rounds_needed}};
}

std::string_view name_of(analysis::ImpactLevel level) {
  switch (level) {
    case analysis::ImpactLevel::fine:
      return "fine";
    case analysis::ImpactLevel::low:
      return "low";
    case analysis::ImpactLevel::too_low:
      break;
  }
  return "too low";
}

json::value impact_json(const analysis::ImpactRatio& impact) {
  if (!impact.computed) return nullptr;
  return json::object{{"ratio", finite(impact.ratio)}, {"low", finite(impact.low)},
                      {"high", finite(impact.high)},   {"worst", text(impact.worst)},
                      {"best", text(impact.best)},     {"level", name_of(impact.level)}};
}

json::object users_json(const analysis::UserFigures& users) {
  json::array wins;
  for (const analysis::WinCount& count : users.wins) {
    wins.push_back(
        {{"wins", count.wins}, {"users", count.users}, {"expected", finite(count.expected)}});
  }
  json::object object{{"users", users.users},
                      {"without_win", users.without_win},
                      {"without_win_expected", finite(users.without_win_expected)},
                      {"by_wins", std::move(wins)}};
  if (users.evenness) {
    object["jain"] = finite(users.evenness->jain);
    object["jain_fair"] = finite(users.evenness->jain_fair);
    object["gini"] = finite(users.evenness->gini);
    object["gini_fair"] = finite(users.evenness->gini_fair);
  }
  return object;
}

/// Rows of numbers, for there may be thousands of rounds: claimed and won in all, then by cohort.
json::array rounds_json(const std::vector<analysis::RoundRates>& rounds) {
  json::array list;
  for (const analysis::RoundRates& round : rounds) {
    json::array claimed;
    json::array won;
    for (const analysis::Tally& cohort : round.cohorts) {
      claimed.push_back(cohort.members);
      won.push_back(cohort.wins);
    }
    list.push_back({{"reserved", round.reserved},
                    {"claimed", round.claimed},
                    {"winners", round.winners},
                    {"claimed_by_cohort", std::move(claimed)},
                    {"won_by_cohort", std::move(won)}});
  }
  return list;
}

}  // namespace

json::value finite(double value) {
  return std::isfinite(value) ? json::value(value) : json::value(nullptr);
}

json::object fairness_json(const analysis::FairnessFigures& fairness) {
  return {{"rounds", fairness.rounds},
          {"rounds_of_chance", fairness.rounds_of_chance},
          {"reserved", fairness.reserved},
          {"claimed", fairness.claimed},
          {"winners", fairness.winners},
          {"rate_of_reserved", finite(fairness.rate_of_reserved)},
          {"rate_of_claimed", finite(fairness.rate_of_claimed)},
          {"intended_rate", finite(fairness.intended_rate)},
          {"cohorts", list_of(fairness.cohorts, group_json)},
          {"arrival_deciles", list_of(fairness.arrival_deciles, group_json)},
          {"ticket_deciles", list_of(fairness.ticket_deciles, group_json)},
          {"span_edges_s", list_of(fairness.span_edges_s, finite)},
          {"spans", list_of(fairness.spans, group_json)},
          {"tests", list_of(fairness.tests, test_json)},
          {"equivalence", list_of(fairness.equivalence, equivalence_json)},
          {"impact_ratio", impact_json(fairness.impact)},
          {"users", users_json(fairness.users)},
          {"by_round", rounds_json(fairness.by_round)},
          {"detectable_gap_pp", finite(fairness.detectable_gap_pp)},
          {"rounds_needed", fairness.rounds_needed}};
}

}  // namespace fairrush::reports
