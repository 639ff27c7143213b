#include <fmt/format.h>

#include "analysis/invariants/check.hpp"

namespace fairrush::analysis {
namespace {

/// The rush window, made wider and narrower by the clocks' tolerance.
struct TolerantWindow {
  std::int64_t open_ns;
  std::int64_t close_ns;
  std::int64_t tolerance_ns;

  bool ended_before(std::int64_t answered) const { return answered < open_ns - tolerance_ns; }
  bool began_after(std::int64_t sent) const { return sent > close_ns + tolerance_ns; }
  bool wholly_holds(std::int64_t sent, std::int64_t answered) const {
    return sent >= open_ns + tolerance_ns && answered <= close_ns - tolerance_ns;
  }
};

/// A coupon decided inside the window may be told again after it: to a user one of whose claims was
/// answered with it before, or left before the close and was answered with it at any time (a double
/// click across the close), or never got an answer. Another coupon would break I4.
bool tells_again(const TolerantWindow& window, const UserState& user, std::int64_t sent) {
  if (user.win_answered_ns <= sent || !window.began_after(user.win_sent_ns)) return true;
  return user.first_open_claim_ns < sent && !window.began_after(user.first_open_claim_ns);
}

struct WindowCounts {
  std::uint64_t early = 0;
  std::uint64_t late = 0;
  std::uint64_t refused_inside = 0;
};

}  // namespace

Finding find_window_breaches(const RunIndex& index) {
  const TolerantWindow window{index.round().rush.open_ns, index.round().rush.close_ns,
                              index.clock_tolerance_ns()};
  Finding finding;
  WindowCounts counts;
  const auto breach = [&finding](std::uint64_t& count, Slot slot) {
    ++count;
    finding.accuse({slot});
  };
  index.for_each_attempt([&](const AttemptRecord& record, std::string_view) {
    if (record.operation() != Op::claim || !record.sent()) return;
    const std::int64_t sent = record.first_byte_out_ns;
    if (record.result() == Outcome::win) {
      if (window.ended_before(record.answered_ns())) breach(counts.early, record.user);
      const bool late = window.began_after(sent);
      if (late && !tells_again(window, index.user(record.user), sent)) {
        breach(counts.late, record.user);
      }
    } else if (record.why() == Reason::outside_window &&
               window.wholly_holds(sent, record.answered_ns())) {
      breach(counts.refused_inside, record.user);
    }
  });
  for (Slot slot = 0; slot < index.slots(); ++slot) {
    const UserState& user = index.user(slot);
    if (user.open_claims == 0 || !window.began_after(user.first_open_claim_ns)) continue;
    if (index.has_ledger()) {
      // The row came from one of the open claims, and all of them began after the close.
      if (index.issued().holds_any(slot) && !index.acknowledged().holds_any(slot)) {
        breach(counts.late, slot);
      }
    } else {
      finding.open_attempts += user.open_claims;
    }
  }
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
