#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "analysis/invariants/check.hpp"

namespace fairrush::analysis {
namespace {

bool is_claim(const StoryStep& step) {
  return step.record->operation() == Op::claim;
}

bool is_open_claim(const StoryStep& step) {
  return is_claim(step) && step.record->result() == Outcome::indeterminate;
}

/// When a user's first definite loss was answered.
std::optional<std::int64_t> first_loss_answered(std::span<const StoryStep> steps) {
  std::optional<std::int64_t> first;
  for (const StoryStep& step : steps) {
    if (!is_claim(step) || step.record->result() != Outcome::loss) continue;
    const std::int64_t answered = step.record->answered_ns();
    first = first ? std::min(*first, answered) : answered;
  }
  return first;
}

/// Open claims before and after a moment.
struct OpenClaims {
  std::uint64_t before = 0;
  std::uint64_t after = 0;
};

OpenClaims open_claims_around(std::span<const StoryStep> steps, std::int64_t moment) {
  OpenClaims open;
  for (const StoryStep& step : steps) {
    if (!is_open_claim(step)) continue;
    ++(step.record->first_byte_out_ns > moment ? open.after : open.before);
  }
  return open;
}

/// Whether the user won by a claim sent after the loss: by its answer, or because no other claim
/// explains the coupon. Counts what may be so into `open`.
bool won_after_loss(const RunIndex& index, Slot slot, std::span<const StoryStep> steps,
                    std::uint64_t& open) {
  const auto lost = first_loss_answered(steps);
  if (!lost) return false;
  for (const StoryStep& step : steps) {
    const bool later = step.record->first_byte_out_ns > *lost;
    if (later && is_claim(step) && step.record->result() == Outcome::win) return true;
  }
  const OpenClaims claims = open_claims_around(steps, *lost);
  if (index.holds_unanswered(slot)) {
    if (claims.before == 0) return claims.after > 0 || index.user(slot).shown;
    open += claims.after;
  } else {
    open += std::min<std::uint64_t>(claims.after, index.unsettled_claims(slot));
  }
  return false;
}

/// The claims of a user under one idempotency key.
struct KeyedClaim {
  std::uint64_t key;
  const StoryStep* step;
};

/// Sorted by key, then by sending. A key of 0 is none.
std::vector<KeyedClaim> keyed_claims(std::span<const StoryStep> steps) {
  std::vector<KeyedClaim> claims;
  for (const StoryStep& step : steps) {
    if (is_claim(step) && step.record->idempotency != 0) {
      claims.push_back({step.record->idempotency, &step});
    }
  }
  std::ranges::sort(claims, {},
                    [](const KeyedClaim& claim) { return std::pair(claim.key, claim.step); });
  return claims;
}

/// What the answers under one key say.
struct ClaimAnswers {
  bool differ = false;
  /// Rules out that an unanswered attempt won a coupon that no answer names: "already claimed"
  /// without a coupon does not.
  bool names_other = false;
  std::uint64_t open = 0;
};

/// Refusals are no verdicts: a claim may be refused for load and answered when tried again.
/// "Already claimed" says what a win says.
ClaimAnswers answers_of(std::span<const KeyedClaim> claims) {
  ClaimAnswers answers;
  bool lost = false;
  bool won = false;
  std::optional<CouponText> coupon;
  for (const KeyedClaim& claim : claims) {
    const AttemptRecord& record = *claim.step->record;
    if (record.result() == Outcome::indeterminate) ++answers.open;
    lost = lost || record.result() == Outcome::loss;
    if (record.result() != Outcome::win && record.why() != Reason::already_claimed) continue;
    won = true;
    if (claim.step->receipt.empty()) continue;
    if (coupon && *coupon != claim.step->coupon()) answers.differ = true;
    coupon = claim.step->coupon();
  }
  answers.differ = answers.differ || (lost && won);
  answers.names_other = lost || coupon.has_value();
  return answers;
}

/// What one user's retries came to.
struct RetriedClaims {
  std::uint64_t compared = 0;  ///< claims of which several attempts tell something
  bool differ = false;
  std::uint64_t open = 0;
};

RetriedClaims retried_claims(const RunIndex& index, Slot slot, std::span<const StoryStep> steps) {
  RetriedClaims retried;
  const std::vector<KeyedClaim> claims = keyed_claims(steps);
  const auto user_open = static_cast<std::uint64_t>(std::ranges::count_if(steps, is_open_claim));
  for (auto first = claims.begin(); first != claims.end();) {
    const auto last = std::ranges::find_if(
        first, claims.end(), [first](const KeyedClaim& claim) { return claim.key != first->key; });
    const std::span<const KeyedClaim> same_key(first, last);
    first = last;
    if (same_key.size() < 2) continue;
    ++retried.compared;
    const ClaimAnswers answers = answers_of(same_key);
    retried.differ = retried.differ || answers.differ;
    if (!answers.names_other || answers.open == 0) continue;
    // An unanswered attempt brought a coupon that no answer under any key names.
    if (index.holds_unanswered(slot)) {
      const bool only_this_claim = answers.open == user_open;
      retried.differ = retried.differ || only_this_claim;
      if (!only_this_claim) retried.open += answers.open;
    } else {
      retried.open += std::min<std::uint64_t>(answers.open, index.unsettled_claims(slot));
    }
  }
  return retried;
}

void conclude(Finding& finding) {
  if (finding.violations > 0) {
    finding.verdict = CheckVerdict::fail;
  } else if (finding.open_attempts > 0) {
    finding.verdict = CheckVerdict::unknown;
  }
}

}  // namespace

Finding find_changed_verdicts(const RunIndex& index) {
  Finding finding;
  std::vector<Slot> open_users;
  index.stories().for_each(index.all_attempts(), [&](Slot slot, std::span<const StoryStep> steps) {
    std::uint64_t open = 0;
    if (won_after_loss(index, slot, steps, open)) finding.accuse({slot});
    if (open > 0 && open_users.size() < kExamplesMax) open_users.push_back(slot);
    finding.open_attempts += open;
  });
  finding.text = fmt::format("{} losses were answered, {} users won by a claim sent after theirs",
                             format_count(index.totals().losses), format_count(finding.violations));
  conclude(finding);
  if (finding.verdict == CheckVerdict::unknown) {
    for (Slot slot : open_users) finding.show({slot});
  }
  return finding;
}

Finding find_changed_answers(const RunIndex& index) {
  Finding finding;
  std::uint64_t compared = 0;
  std::vector<Slot> open_users;
  index.stories().for_each(index.all_attempts(), [&](Slot slot, std::span<const StoryStep> steps) {
    const RetriedClaims retried = retried_claims(index, slot, steps);
    compared += retried.compared;
    finding.open_attempts += retried.open;
    if (retried.differ) finding.accuse({slot});
    if (retried.open > 0 && open_users.size() < kExamplesMax) open_users.push_back(slot);
  });
  finding.text = fmt::format("{} claims were sent more than once, {} users got different answers",
                             format_count(compared), format_count(finding.violations));
  conclude(finding);
  if (compared == 0 && finding.verdict == CheckVerdict::pass) {
    finding.verdict = CheckVerdict::not_applicable;
    finding.text = "no claim was sent twice under one idempotency key";
  }
  if (finding.verdict == CheckVerdict::unknown) {
    for (Slot slot : open_users) finding.show({slot});
  }
  return finding;
}

}  // namespace fairrush::analysis
