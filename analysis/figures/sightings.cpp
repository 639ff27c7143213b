#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/figures/figures.hpp"

namespace fairrush::analysis {
namespace {

constexpr double kInsideShareMin = 0.9;
constexpr std::uint64_t kContentionMin = 2;

struct ClaimCounts {
  std::uint64_t duplicates = 0;
  std::uint64_t intruders = 0;
  std::uint64_t early = 0;
  std::uint64_t late = 0;
  std::uint64_t inside = 0;  ///< first clicks meant for the window that left inside it
};

ClaimCounts count_claims(const RunIndex& index) {
  ClaimCounts counts;
  index.for_each_attempt([&](const AttemptRecord& record, std::string_view) {
    if (record.why() == Reason::duplicate_reservation || record.why() == Reason::already_claimed) {
      ++counts.duplicates;
    }
    if (record.operation() != Op::claim || !record.sent()) return;
    const std::int64_t sent = record.first_byte_out_ns;
    if (record.why() == Reason::not_reserved && !index.user(record.user).reserved) {
      ++counts.intruders;
    }
    if (record.why() == Reason::outside_window) {
      if (sent < index.round().rush.open_ns) ++counts.early;
      if (record.answered_ns() >= index.round().rush.close_ns) ++counts.late;
    }
    if (record.try_number == 0 && index.in_rush(record.intended_ns) && index.in_rush(sent)) {
      ++counts.inside;
    }
  });
  return counts;
}

/// One definite answer to a claim, in a form that can be compared.
struct Answer {
  std::uint32_t user;
  std::uint64_t key;
  std::uint8_t outcome;
  std::uint16_t reason;
  std::string_view receipt;

  auto request() const { return std::pair(user, key); }
  auto what() const { return std::tuple(outcome, reason, receipt); }
};

/// Answers that repeat an earlier one to the same user under the same idempotency key.
std::uint64_t repeated_answers(const RunIndex& index) {
  std::vector<std::uint8_t> claims(index.slots());
  const auto is_answer = [](const AttemptRecord& record) {
    return record.operation() == Op::claim &&
           (record.result() == Outcome::win || record.result() == Outcome::loss);
  };
  index.for_each_attempt([&](const AttemptRecord& record, std::string_view) {
    if (is_answer(record) && claims[record.user] < 2) ++claims[record.user];
  });
  std::vector<Answer> answers;
  index.for_each_attempt([&](const AttemptRecord& record, std::string_view receipt) {
    if (!is_answer(record) || claims[record.user] < 2) return;
    answers.push_back({record.user, record.idempotency, record.outcome, record.reason, receipt});
  });
  std::ranges::sort(answers, [](const Answer& a, const Answer& b) {
    return std::pair(a.request(), a.what()) < std::pair(b.request(), b.what());
  });
  std::uint64_t repeated = 0;
  for (std::size_t place = 1; place < answers.size(); ++place) {
    const Answer& a = answers[place - 1];
    const Answer& b = answers[place];
    if (a.request() == b.request() && a.what() == b.what()) ++repeated;
  }
  return repeated;
}

/// Claims in flight when the stock ran out; 0 when it did not. The last coupon was taken before its
/// win was answered, and before anyone was told "sold out": the earlier of the two is the moment.
std::uint64_t contention(const RunIndex& index, const ClaimTraffic& traffic) {
  const AttemptTotals& totals = index.totals();
  const std::uint64_t quota = index.quota().high;
  const bool ran_out = totals.sold_out > 0 || index.held().pairs() >= quota;
  if (totals.wins == 0 || !ran_out) return 0;
  const std::int64_t moment =
      std::min(totals.last_win_answered_ns, totals.first_sold_out_answered_ns);
  const std::uint64_t in_flight = traffic.in_flight_at(moment);
  return in_flight >= kContentionMin ? in_flight : 0;
}

}  // namespace

std::vector<SightingResult> sightings(const RunIndex& index, const ClaimTraffic& traffic) {
  const ClaimCounts counts = count_claims(index);
  const std::uint64_t planned = index.round().planned.claims_inside;
  const bool enough_inside =
      static_cast<double>(counts.inside) >= kInsideShareMin * static_cast<double>(planned);
  std::vector<SightingResult> results;
  const auto add = [&](Sighting sighting, std::uint64_t seen) {
    results.push_back(
        {std::string(name_of(sighting)), index.facts().attempted.contains(sighting), seen});
  };
  add(Sighting::win, index.totals().wins);
  add(Sighting::loss, index.totals().losses);
  add(Sighting::rejected_duplicate, counts.duplicates);
  add(Sighting::refused_intruder, counts.intruders);
  add(Sighting::refused_early_claim, counts.early);
  add(Sighting::refused_late_claim, counts.late);
  add(Sighting::identical_idempotent_answer, repeated_answers(index));
  add(Sighting::claims_inside_window, enough_inside ? counts.inside : 0);
  if (!enough_inside) {
    results.back().name +=
        fmt::format(" ({} of {})", format_count(counts.inside), format_count(planned));
  }
  add(Sighting::contention_at_sell_out, contention(index, traffic));
  return results;
}

}  // namespace fairrush::analysis
