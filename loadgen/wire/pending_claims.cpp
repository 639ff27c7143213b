#include "loadgen/wire/pending_claims.hpp"

#include <utility>

#include "base/assert.hpp"

namespace fairrush::loadgen {

Click PendingClaims::begin(Claim claim, std::int64_t seen_ns) {
  FAIRRUSH_ASSERT(!claim.id.empty());
  claim.pause_ns = kPauseFirst.count();
  const std::uint32_t number = ++last_number_;
  Claim& kept = claims_.emplace(number, std::move(claim)).first->second;
  // Told to wait with no time left: it is asked once all the same.
  return next(kept, number, std::min(seen_ns, kept.deadline_ns - kLastChance.count() - 1)).value();
}

std::optional<Click> PendingClaims::ask_again(const Click& question, std::int64_t seen_ns) {
  return next(claims_.at(question.pending), question.pending, seen_ns);
}

std::optional<Click> PendingClaims::next(Claim& claim, std::uint32_t number, std::int64_t seen_ns) {
  const std::int64_t last_ns = claim.deadline_ns - kLastChance.count();
  if (seen_ns >= last_ns) return std::nullopt;
  Click question = claim.click;
  question.pending = number;
  question.planned.intended_ns = std::min(seen_ns + claim.pause_ns, last_ns);
  claim.pause_ns = std::min(claim.pause_ns + claim.pause_ns / 2, kPauseMax.count());
  return question;
}

PendingClaims::Claim PendingClaims::take(const Click& question) {
  const auto found = claims_.find(question.pending);
  Claim claim = std::move(found->second);
  claims_.erase(found);
  return claim;
}

}  // namespace fairrush::loadgen
