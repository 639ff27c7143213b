#include "reports/text/fairness_words.hpp"

#include <fmt/format.h>

#include "reports/text/figures.hpp"

namespace fairrush::reports {

namespace {

/// What a stranger to statistics wants to know of the order of arrival.
std::string_view arrival_answer(const analysis::TestResult& test) {
  if (!test.rejected) return "No difference between coming early and coming late was found.";
  if (!test.material) return "Whether a claim comes early or late matters, but little.";
  return test.effect < 0.5 ? "Coming early helps." : "Coming late helps.";
}

/// What the interval of the impact ratio allows to be said.
std::string_view impact_answer(const analysis::ImpactRatio& impact) {
  if (impact.low <= 1 && impact.high >= 1) return "which includes 1: no difference is shown";
  if (impact.high < analysis::kImpactTooLow) {
    return "which lies below 0.8, the four-fifths rule of selection";
  }
  return "which does not include 1";
}

}  // namespace

std::string arrival_meaning(const analysis::FairnessFigures& fairness) {
  const analysis::TestResult* test = fairness.test("arrival");
  if (test == nullptr) return {};
  if (!test->computed) return sentence(test->meaning);
  return fmt::format(
      "{} {} The arrival AUC is {}: 0.5 means that it made no difference whether a claim came "
      "early "
      "or late, 0 or 1 that it decided everything.",
      arrival_answer(*test), sentence(test->meaning), number_text(test->effect, 3));
}

std::string round_limits(const ReportInput& input) {
  const auto& fairness = input.assessment.fairness;
  if (fairness.claimed == 0) return "Nobody claimed, so this run says nothing about chances.";
  const bool several = fairness.rounds > 1;
  std::string text = fmt::format(
      "{} of this size can see a gap of {} percentage points or more between two halves of "
      "the users (in 80 % of such {}); a smaller one {} can easily miss.",
      several ? format_count(fairness.rounds) + " rounds" : "One round",
      number_text(fairness.detectable_gap_pp, 2), several ? "runs" : "rounds",
      several ? "they" : "it");
  if (fairness.rounds_needed == 0) return text;
  text += fmt::format(" To show that chances are equal to within {:g} pp takes {} like this",
                      input.facts.fairness_margin.of_one * 100,
                      counted(fairness.rounds_needed, "round"));
  if (several && fairness.rounds_of_chance < fairness.rounds_needed) {
    text +=
        fmt::format(", {} more", format_count(fairness.rounds_needed - fairness.rounds_of_chance));
  }
  return text + ".";
}

std::string impact_meaning(const analysis::FairnessFigures& fairness) {
  const analysis::ImpactRatio& impact = fairness.impact;
  if (!impact.computed) return {};
  return fmt::format(
      "{} won {} times as often as {} (the impact ratio; its 90 % interval is {} … {}, {}). That "
      "is "
      "the size of a difference, not evidence of one: small groups have low ratios by chance.",
      capitalized(impact.worst), number_text(impact.ratio, 3), impact.best,
      number_text(impact.low, 3), number_text(impact.high, 3), impact_answer(impact));
}

std::string users_meaning(const analysis::FairnessFigures& fairness) {
  const analysis::UserFigures& users = fairness.users;
  if (fairness.rounds < 2 || users.users == 0) return {};
  std::string text = fmt::format(
      "After {}, {} of {} users have won nothing; fair draws leave {} of them without.",
      counted(fairness.rounds, "round"), format_count(users.without_win), format_count(users.users),
      number_text(users.without_win_expected, users.without_win_expected < 100 ? 1 : 0));
  if (users.evenness) {
    text += fmt::format(
        " Jain's index of wins per user is {} where fair draws give {}, Gini's coefficient {} "
        "where they give {}.",
        number_text(users.evenness->jain, 3), number_text(users.evenness->jain_fair, 3),
        number_text(users.evenness->gini, 3), number_text(users.evenness->gini_fair, 3));
  }
  return text;
}

EquivalenceWords describe_equivalence(const analysis::EquivalenceResult& row, Share margin) {
  const double margin_pp = margin.of_one * 100;
  if (!row.computed) return {Tone::open, "nobody to compare"};
  if (row.shown) return {Tone::good, fmt::format("within ±{:g} pp", margin_pp)};
  const bool outside = row.low_pp > margin_pp || row.high_pp < -margin_pp;
  if (outside) return {Tone::bad, fmt::format("beyond ±{:g} pp", margin_pp)};
  return {Tone::open, "not shown"};
}

std::string difference_text(const analysis::EquivalenceResult& row) {
  if (!row.computed) return std::string(kNoFigure);
  return fmt::format("{:+.2f} pp ({:+.2f} … {:+.2f})", row.difference_pp, row.low_pp, row.high_pp);
}

TestWords describe_test(const analysis::TestResult& test) {
  if (!test.computed) return {Tone::neutral, "not tested"};
  const bool decides = test.family == analysis::TestFamily::primary;
  if (!test.rejected) return {Tone::good, "as by chance"};
  if (!decides) return {Tone::open, "worth a look"};
  if (test.material) return {Tone::bad, "bias"};
  return {Tone::open, "real, but small"};
}

std::string effect_text(const analysis::TestResult& test) {
  if (!test.computed) return std::string(kNoFigure);
  std::string text = fmt::format("{} {}", number_text(test.effect, 3), test.effect_unit);
  // Effects of other kinds, as a gap in the chance to win.
  if (test.effect_pp && !test.effect_unit.starts_with("pp")) {
    text += fmt::format(", {} pp", number_text(*test.effect_pp, 2));
  }
  return text;
}

bool outside_band(const analysis::GroupRate& group) {
  return group.claimed > 0 &&
         (group.rate_of_claimed < group.band_low || group.rate_of_claimed > group.band_high);
}

std::string_view band_position(const analysis::GroupRate& group) {
  if (group.claimed == 0) return "nobody claimed";
  if (!outside_band(group)) return "inside";
  return group.rate_of_claimed < group.band_low ? "below" : "above";
}

}  // namespace fairrush::reports
