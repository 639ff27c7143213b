#include <fmt/format.h>

#include <algorithm>
#include <compare>
#include <span>
#include <vector>

#include "analysis/figures/figures.hpp"

namespace fairrush::analysis {
namespace {

constexpr double kInsideShareMin = 0.9;
constexpr std::uint64_t kContentionMin = 2;

/// Claims refused as not on the roster of users who were not.
std::uint64_t refused_intruders(const RunIndex& index) {
  std::uint64_t refused = 0;
  const auto count = [&refused](const AttemptRecord& record) {
    if (record.operation() == Op::claim && record.sent() && record.why() == Reason::not_reserved) {
      ++refused;
    }
  };
  for (Slot slot = 0; slot < index.slots(); ++slot) {
    if (!index.user(slot).told_not_reserved || index.on_roster(slot)) continue;
    index.for_each_claim_of(slot, count);
  }
  return refused;
}

/// One definite answer to a claim, in a form that can be compared.
struct Answer {
  std::uint64_t key;
  std::uint8_t outcome;
  std::uint16_t reason;
  std::string_view receipt;

  auto operator<=>(const Answer&) const = default;
};

/// Answers that repeat an earlier one to the same user under the same idempotency key.
std::uint64_t repeated_answers(const RunIndex& index) {
  std::uint64_t repeated = 0;
  std::vector<Answer> answers;
  index.stories().for_each(index.all_attempts(), [&](Slot, std::span<const StoryStep> steps) {
    answers.clear();
    for (const StoryStep& step : steps) {
      const AttemptRecord& record = *step.record;
      const bool definite = record.result() == Outcome::win || record.result() == Outcome::loss;
      if (record.operation() != Op::claim || !definite) continue;
      answers.push_back({record.idempotency, record.outcome, record.reason, step.receipt});
    }
    std::ranges::sort(answers);
    for (std::size_t place = 1; place < answers.size(); ++place) {
      if (answers[place] == answers[place - 1]) ++repeated;
    }
  });
  return repeated;
}

/// Users whose claims all went unanswered or were refused, by what these came to.
struct ResolvedClaims {
  std::uint64_t wins = 0;
  std::uint64_t none = 0;
};

ResolvedClaims resolved_claims(const RunIndex& index) {
  ResolvedClaims resolved;
  for (Slot slot = 0; slot < index.slots(); ++slot) {
    if (!index.user(slot).claim_open || index.acknowledged().holds_any(slot)) continue;
    if (index.held().holds_any(slot)) {
      ++resolved.wins;
    } else if (index.unsettled_claims(slot) == 0) {
      ++resolved.none;
    }
  }
  return resolved;
}

/// Claims in flight when the stock ran out, where that were enough to contend.
std::uint64_t contention(const RunIndex& index, const ClaimTraffic& traffic) {
  const std::uint64_t in_flight = in_flight_at_sell_out(index, traffic).value_or(0);
  return in_flight >= kContentionMin ? in_flight : 0;
}

/// Whether somebody must win when everything goes as planned.
bool win_is_planned(const RunIndex& index) {
  const PlannedAttempts& planned = index.round().planned;
  const std::uint64_t roster = planned.reservations > 0 ? planned.reservations
                               : index.facts().roster   ? index.facts().roster->names
                                                        : planned.claims_inside;
  return planned.claims_inside > 0 && index.facts().quota.coupons(roster) > 0;
}

/// Whether a round lacks what every round must show by itself.
bool is_missing(Sighting sighting, const SightingResult& result) {
  const bool wanted =
      sighting == Sighting::claims_inside_window || (sighting == Sighting::win && result.attempted);
  return wanted && result.seen == 0;
}

}  // namespace

std::optional<std::uint64_t> in_flight_at_sell_out(const RunIndex& index,
                                                   const ClaimTraffic& traffic) {
  const AttemptTotals& totals = index.totals();
  const std::uint64_t quota = index.quota().high;
  const bool ran_out = totals.sold_out > 0 || index.held().pairs() >= quota;
  if (totals.wins == 0 || !ran_out) return std::nullopt;
  return traffic.in_flight_at(std::min(totals.last_win_answered_ns, totals.first_sold_out.time_ns));
}

std::vector<SightingResult> sightings(const RunIndex& index, const ClaimTraffic& traffic) {
  const AttemptTotals& totals = index.totals();
  const ResolvedClaims resolved = resolved_claims(index);
  // Whose turn in a closed loop did not come was in the plan, but not for a certain time.
  const std::uint64_t ever_planned = index.round().planned.claims_inside;
  const std::uint64_t planned = ever_planned - std::min(ever_planned, totals.no_turn);
  const bool enough_inside =
      static_cast<double>(totals.inside) >= kInsideShareMin * static_cast<double>(planned);
  std::vector<SightingResult> results;
  const auto add = [&](Sighting sighting, std::uint64_t seen) {
    results.push_back(
        {std::string(name_of(sighting)), index.facts().attempted.contains(sighting), seen});
  };
  add(Sighting::win, totals.wins);
  results.back().attempted = results.back().attempted && win_is_planned(index);
  add(Sighting::loss, totals.losses);
  add(Sighting::rejected_duplicate, totals.duplicates);
  add(Sighting::refused_intruder, refused_intruders(index));
  add(Sighting::refused_early_claim, totals.early_refusals);
  add(Sighting::refused_late_claim, totals.late_refusals);
  add(Sighting::identical_idempotent_answer, repeated_answers(index));
  add(Sighting::claims_inside_window, enough_inside ? totals.inside : 0);
  if (!enough_inside) {
    results.back().name +=
        fmt::format(" ({} of {})", format_count(totals.inside), format_count(planned));
  }
  add(Sighting::contention_at_sell_out, contention(index, traffic));
  add(Sighting::redemption, totals.redemptions);
  add(Sighting::refused_second_redemption, totals.refused_redemptions);
  add(Sighting::info_became_win, resolved.wins);
  add(Sighting::info_became_none, resolved.none);
  return results;
}

void add_round(std::vector<SightingResult>& sightings, const std::vector<SightingResult>& round) {
  if (sightings.empty()) {
    sightings = round;
    return;
  }
  for (std::size_t place = 0; place < round.size(); ++place) {
    const auto sighting = static_cast<Sighting>(place);
    SightingResult& sum = sightings[place];
    const bool missed_before = is_missing(sighting, sum);
    const bool missed_now = is_missing(sighting, round[place]);
    if (missed_now && !missed_before) sum = round[place];
    if (!missed_now && !missed_before) {
      sum.attempted = sum.attempted || round[place].attempted;
      sum.seen += round[place].seen;
    }
    if (sighting == Sighting::win && missed_now != missed_before) {
      sum.name = "a win in every round";
    }
  }
}

}  // namespace fairrush::analysis
