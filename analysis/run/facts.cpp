#include "analysis/run/facts.hpp"

#include <cmath>
#include <limits>

namespace fairrush::analysis {

std::uint64_t QuotaRule::coupons(std::uint64_t roster) const {
  if (count) return *count;
  if (!share) return 0;
  // "29%" is not exactly representable and 0.29 · 100 falls just below 29: a few units in the last
  // place are the representation's error, not the rule's.
  constexpr double kRepresentation = 1 + 8 * std::numeric_limits<double>::epsilon();
  return static_cast<std::uint64_t>(
      std::floor(share->of_one * static_cast<double>(roster) * kRepresentation));
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
