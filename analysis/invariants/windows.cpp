#include <fmt/format.h>

#include <unordered_map>

#include "analysis/invariants/check.hpp"

namespace fairrush::analysis {
namespace {

/// A coupon decided inside the window may be told again after it: to a user one of whose claims was
/// answered with it before, or left before the close and was answered with it at any time (a double
/// click across the close), or never got an answer. Another coupon would break I4.
bool tells_again(const TolerantWindow& window, const ClaimStory& claims, std::int64_t sent) {
  if (claims.win_answered_ns <= sent || !window.began_after(claims.win_sent_ns)) return true;
  return claims.first_open_ns < sent && !window.began_after(claims.first_open_ns);
}

struct WindowCounts {
  std::uint64_t early = 0;
  std::uint64_t late = 0;
  std::uint64_t refused_inside = 0;
};

}  // namespace

Finding find_window_breaches(const RunIndex& index) {
  const TolerantWindow& window = index.window();
  Finding finding;
  WindowCounts counts;
  const auto breach = [&finding](std::uint64_t& count, Slot slot) {
    ++count;
    finding.accuse({slot});
  };
  // A broken instrument may give one user millions of wins.
  std::unordered_map<Slot, ClaimStory> claims_of;
  const auto tells_again_to = [&](Slot slot, std::int64_t sent) {
    const auto [known, added] = claims_of.try_emplace(slot);
    if (added) known->second = index.claims_of(slot);
    return tells_again(window, known->second, sent);
  };
  for (Position position : index.window_suspects()) {
    const AttemptRecord& record = index.all_attempts().record(position);
    const std::int64_t sent = record.first_byte_out_ns;
    if (record.result() != Outcome::win) {
      breach(counts.refused_inside, record.user);
      continue;
    }
    if (window.ended_before(record.answered_ns())) breach(counts.early, record.user);
    if (window.began_after(sent) && !tells_again_to(record.user, sent)) {
      breach(counts.late, record.user);
    }
  }
  for (Slot slot = 0; slot < index.slots(); ++slot) {
    if (!index.user(slot).claim_open) continue;
    if (!window.began_after(index.claims_of(slot).first_open_ns)) continue;
    // The coupon came from one of the open claims, and all of them began after the close.
    if (index.holds_unanswered(slot) && !index.acknowledged().holds_any(slot)) {
      breach(counts.late, slot);
    } else {
      finding.open_attempts += index.unsettled_claims(slot);
    }
  }
  finding.marks = {{window.open_ns, "the rush opens"}, {window.close_ns, "the rush closes"}};
  finding.text = fmt::format(
      "{} wins before the window, {} wins after it, {} claims inside it refused as outside "
      "(clocks agree within {})",
      format_count(counts.early), format_count(counts.late), format_count(counts.refused_inside),
      format_duration(Duration(window.tolerance_ns)));
  if (finding.violations > 0) {
    finding.verdict = CheckVerdict::fail;
  } else if (finding.open_attempts > 0) {
    finding.verdict = CheckVerdict::unknown;
  }
  return finding;
}

}  // namespace fairrush::analysis
