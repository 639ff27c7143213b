#include "analysis/run/facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>

namespace fairrush::analysis {
namespace {

std::string into(std::int64_t time_ns, std::string_view window) {
  return fmt::format("{:.1f} s into {}", static_cast<double>(time_ns) / 1e9, window);
}

/// Where in the round that was under way.
std::string phase_of(const RoundFacts& round, std::int64_t time_ns) {
  if (time_ns < round.reservation.open_ns) return "before the reservations opened";
  if (time_ns < round.reservation.close_ns) {
    return into(time_ns - round.reservation.open_ns, "the reservations");
  }
  if (time_ns < round.rush.open_ns) return "between reservations and rush";
  if (time_ns < round.rush.close_ns) return into(time_ns - round.rush.open_ns, "the rush");
  return "after the rush";
}

/// "1.9 s into the rush of round 2 of 3".
std::string moment_of(const RunFacts& facts) {
  const std::size_t begun = facts.rounds.size();
  if (!facts.interrupted_ns)
    return fmt::format("after {} of {} rounds", begun, facts.rounds_planned);
  std::string phase = phase_of(facts.rounds.back(), *facts.interrupted_ns);
  if (facts.rounds_planned < 2) return phase;
  return fmt::format("{} of round {} of {}", phase, begun, facts.rounds_planned);
}

}  // namespace

bool takes_reservations(const RoundFacts& round) {
  return round.reservation.close_ns > round.reservation.open_ns;
}

bool takes_reservations(const RunFacts& facts) {
  return takes_reservations(facts.rounds.front());
}

std::uint64_t ListedRoster::present() const {
  std::uint64_t listed = 0;
  for (const std::uint8_t byte : users) listed += static_cast<std::uint64_t>(std::popcount(byte));
  return listed;
}

std::string describe(const ListedRoster& roster) {
  const std::uint64_t present = roster.present();
  return fmt::format("a list of {} names, {} users of this run", format_count(roster.names),
                     present == roster.names ? "all of them" : format_count(present) + " of them");
}

std::uint64_t QuotaRule::coupons(std::uint64_t roster) const {
  if (count) return *count;
  if (!share) return 0;
  // "29%" is not exactly representable and 0.29 · 100 falls just below 29: a few units in the last
  // place are the representation's error, not the rule's.
  constexpr double kRepresentation = 1 + 8 * std::numeric_limits<double>::epsilon();
  return static_cast<std::uint64_t>(
      std::floor(share->of_one * static_cast<double>(roster) * kRepresentation));
}

bool is_under_way(const RunFacts& facts) {
  return facts.rounds.back().under_way;
}

std::vector<std::uint32_t> missing_shards(const RunFacts& facts) {
  std::vector<std::uint32_t> missing;
  if (facts.shards.empty()) return missing;
  for (std::uint32_t number = 1; number <= facts.shards.front().of; ++number) {
    if (std::ranges::find(facts.shards, number, &ShardFacts::number) == facts.shards.end()) {
      missing.push_back(number);
    }
  }
  return missing;
}

bool is_partial(const RunFacts& facts) {
  return !missing_shards(facts).empty() ||
         std::ranges::any_of(facts.shards,
                             [](const ShardFacts& shard) { return shard.cut_short.has_value(); });
}

std::int64_t clocks_apart_ns(const RunFacts& facts) {
  if (facts.shards.size() < 2) return 0;
  std::vector<std::int64_t> errors;
  for (const ShardFacts& shard : facts.shards) errors.push_back(shard.instrument.clock_error_ns);
  std::ranges::partial_sort(errors, errors.begin() + 2, std::greater());
  return errors[0] + errors[1];
}

std::string describe_interruption(const RunFacts& facts) {
  if (!facts.interrupted) return {};
  const std::string when = moment_of(facts);
  if (facts.instrument_failure) {
    return fmt::format("the instrument broke {}: {}", when, *facts.instrument_failure);
  }
  return fmt::format("the run was interrupted {}", when);
}

std::string_view name_of(Sighting sighting) {
  switch (sighting) {
    case Sighting::win:
      return "a win";
    case Sighting::loss:
      return "a loss";
    case Sighting::rejected_duplicate:
      return "a rejected duplicate";
    case Sighting::refused_intruder:
      return "a refused intruder";
    case Sighting::refused_early_claim:
      return "a refused early claim";
    case Sighting::refused_late_claim:
      return "a refused late claim";
    case Sighting::identical_idempotent_answer:
      return "an identical idempotent answer";
    case Sighting::claims_inside_window:
      return "90 % of the planned claims inside the window";
    case Sighting::contention_at_sell_out:
      return "contention when the stock ran out";
    case Sighting::redemption:
      return "a redemption";
    case Sighting::refused_second_redemption:
      return "a refused second redemption";
    case Sighting::info_became_win:
      return "an unanswered claim that had won";
    case Sighting::info_became_none:
      return "an unanswered claim that had not";
  }
  return "unknown sighting";
}

}  // namespace fairrush::analysis
