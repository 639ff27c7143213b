#include <fmt/format.h>

#include <algorithm>

#include "analysis/invariants/check.hpp"
#include "analysis/invariants/linearizable_stock.hpp"

namespace fairrush::analysis {
namespace {

/// When the first user without a coupon was told "sold out".
Moment find_first_loss(const RunIndex& index) {
  const Moment first = index.totals().first_sold_out;
  if (first.slot == kNone || !index.held().holds_any(first.slot)) return first;
  Moment loss{kNever};
  for (Slot slot = 0; slot < index.slots(); ++slot) {
    if (!index.user(slot).sold_out || index.held().holds_any(slot)) continue;
    const std::int64_t answered = index.claims_of(slot).sold_out_answered_ns;
    if (answered < loss.time_ns) loss = {answered, slot};
  }
  return loss;
}

/// Who sends after this has sent after the loss, whichever shards recorded the two.
std::int64_t late_after(const RunIndex& index, const Moment& loss) {
  return loss.time_ns == kNever ? kNever : loss.time_ns + clocks_apart_ns(index.facts());
}

/// The claims on the stock, one a user: who holds a coupon has taken a unit, whose claims nothing
/// settles may have.
class StockClaims {
 public:
  explicit StockClaims(const RunIndex& index)
      : index_(index),
        first_loss_(find_first_loss(index)),
        late_after_ns_(late_after(index, first_loss_)),
        any_win_may_be_late_(index.totals().last_win_sent_ns > late_after_ns_),
        stock_(late_after_ns_) {
    for (Slot slot = 0; slot < index.slots(); ++slot) {
      if (index.held().holds_any(slot)) {
        stock_.add_win(taken_sent_ns(slot));
      } else if (index.user(slot).claim_open && index.unsettled_claims(slot) > 0) {
        stock_.add_open(index.claims_of(slot).first_open_ns);
      }
    }
  }

  const LinearizableStock& stock() const { return stock_; }
  Moment first_loss() const { return first_loss_; }

  /// When the claim left that may have taken the user's unit. Looks a winner's claims up only where
  /// some win can be late at all.
  std::int64_t taken_sent_ns(Slot slot) const {
    const UserState& user = index_.user(slot);
    if (!user.claimed || (!any_win_may_be_late_ && !user.claim_open)) return kAlways;
    const bool only_claim = user.story == kNone && user.first_claim_in_window_ns != kNever;
    if (only_claim && user.won) return user.first_claim_in_window_ns;
    const std::int64_t sent = index_.claims_of(slot).coupon_invoked_ns();
    return sent == kNever ? kAlways : sent;
  }

  bool is_late_winner(Slot slot) const {
    return index_.held().holds_any(slot) && taken_sent_ns(slot) > late_after_ns_;
  }

 private:
  const RunIndex& index_;
  Moment first_loss_;
  std::int64_t late_after_ns_;
  bool any_win_may_be_late_;
  LinearizableStock stock_;
};

/// The late winners, each beside the loser who was told first.
void show_late_winners(const RunIndex& index, const StockClaims& claims, Finding& finding) {
  const Slot loser = claims.first_loss().slot;
  if (loser == kNone) return;
  for (Slot slot = 0; slot < index.slots() && finding.suspects.size() < kExamplesMax; ++slot) {
    if (claims.is_late_winner(slot)) finding.show({slot, loser});
  }
  finding.marks.push_back(
      {claims.first_loss().time_ns,
       fmt::format("the stock is gone: user {} is told \"sold out\", the first of all",
                   index.user_of(loser).value())});
}

bool is_draw(const RunIndex& index) {
  return index.facts().allocation == Allocation::draw;
}

std::uint64_t distance_to(CountRange range, std::uint64_t value) {
  if (value < range.low) return range.low - value;
  return value > range.high ? value - range.high : 0;
}

}  // namespace

Finding find_stock_disorder(const RunIndex& index) {
  Finding finding;
  if (is_draw(index)) {
    finding.verdict = CheckVerdict::not_applicable;
    finding.text = "a draw gives nothing out by stock";
    return finding;
  }
  const StockClaims claims(index);
  const LinearizableStock& stock = claims.stock();
  const std::uint64_t released = index.round().stock.released.value_or(0);
  const CountRange quota = index.quota();
  finding.verdict = stock.verdict(quota, released);
  finding.text = fmt::format(
      "{} claims won from a stock of {}, {} of them sent after \"sold out\" was first answered",
      format_count(stock.wins()), format_count(quota.high), format_count(stock.late_wins()));
  if (released > 0) finding.text += fmt::format("; {} units were given up", released);
  if (finding.verdict == CheckVerdict::pass) return finding;
  show_late_winners(index, claims, finding);
  if (finding.verdict == CheckVerdict::unknown) {
    finding.open_attempts = stock.open() + index.totals().open_reservation_users;
    return finding;
  }
  const std::uint64_t miscounted = distance_to(quota, stock.wins());
  finding.violations = std::max<std::uint64_t>({1, stock.late_wins(), miscounted});
  if (finding.suspects.empty() && claims.first_loss().slot != kNone) {
    finding.show({claims.first_loss().slot});
  }
  return finding;
}

Finding find_overtakes(const RunIndex& index) {
  Finding finding;
  if (index.facts().allocation != Allocation::first_come_first_served) {
    finding.verdict = CheckVerdict::not_applicable;
    finding.text = "the target does not declare first come, first served";
    return finding;
  }
  const StockClaims claims(index);
  const LinearizableStock& stock = claims.stock();
  if (claims.first_loss().slot == kNone) {
    finding.text = "nobody lost for lack of stock, so nobody was overtaken";
    return finding;
  }
  finding.text =
      fmt::format("{} winners sent their claim after another user had been told \"sold out\"",
                  format_count(stock.late_wins()));
  show_late_winners(index, claims, finding);
  if (stock.late_wins() > 0) {
    finding.verdict = CheckVerdict::fail;
    finding.violations = stock.late_wins();
  } else if (stock.late_open() > 0) {
    finding.verdict = CheckVerdict::unknown;
    finding.open_attempts = stock.late_open();
  }
  return finding;
}

}  // namespace fairrush::analysis
