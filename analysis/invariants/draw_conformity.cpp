#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analysis/fairness/statistics/hypergeometric.hpp"
#include "analysis/invariants/check.hpp"
#include "analysis/invariants/draw_recomputation.hpp"

namespace fairrush::analysis {
namespace {

/// A target may withhold coupons by leaving drawn users without an answer: chance does so in less
/// than one honest run in a thousand.
constexpr double kSilenceLevel = 1e-3;

/// Users of the roster who claimed inside the window.
struct Claimants {
  std::uint64_t all = 0;
  std::uint64_t unanswered = 0;  ///< nothing came back, and a drawn one holds no coupon
  std::uint64_t undecided = 0;   ///< those, and whoever was only put off for load or time
};

/// Holds reservations, ledger and answers of a run against its recomputed draw.
class RunAgainstDraw {
 public:
  RunAgainstDraw(const RunIndex& index, const PublishedDraw& draw, RecomputedDraw recomputed)
      : index_(index),
        draw_(draw),
        drawn_(std::move(recomputed.drawn)),
        tickets_(index.slots(), kNone),
        problems_(std::move(recomputed.problems)) {}

  Finding run() {
    match_tickets();
    if (!drawn_.empty()) {
      check_issued();
      check_answers();
      check_silence();
    }
    finding_.violations = std::max<std::uint64_t>(finding_.violations, problems_.size());
    if (!problems_.empty()) {
      finding_.verdict = CheckVerdict::fail;
      finding_.text = fmt::format("{}", fmt::join(problems_, "; "));
    } else if (!gaps_.empty()) {
      finding_.verdict = CheckVerdict::unknown;
      finding_.text = fmt::format("{}", fmt::join(gaps_, "; "));
    } else {
      finding_.text = fmt::format(
          "the draw of {} among {}, computed again, is what was issued; {} proofs verify{}{}",
          format_count(draw_.quota), format_count(draw_.roster_size),
          format_count(draw_.proofs.size()),
          unanswered_ > 0 ? fmt::format("; {} drawn users hold no coupon after an unanswered claim",
                                        format_count(unanswered_))
                          : "",
          beacon_caveat());
    }
    return std::move(finding_);
  }

 private:
  /// Whoever chooses the beacon can try what wins, as whoever needs none.
  std::string_view beacon_caveat() const {
    return draw_.beacon.empty()
               ? "; without a public beacon the operator could know the winners before "
                 "reservations closed"
               : "; the beacon's origin was not checked: if it is not of a round that was "
                 "announced before, the operator could know the winners before reservations "
                 "closed";
  }

  /// Finds each user's ticket by the token the reservation was answered with.
  void match_tickets() {
    std::unordered_map<std::string_view, std::uint32_t> ticket_of;
    ticket_of.reserve(draw_.roster.size());
    std::uint64_t repeated = 0;
    for (std::size_t place = 0; place < draw_.roster.size(); ++place) {
      const auto ticket = static_cast<std::uint32_t>(place + 1);
      if (!ticket_of.try_emplace(draw_.roster[place], ticket).second) ++repeated;
    }
    if (repeated > 0) {
      problems_.push_back(
          fmt::format("{} tokens stand on the roster more than once", format_count(repeated)));
    }
    std::vector<bool> taken(draw_.roster.size() + 1);
    index_.for_each_attempt([&](const AttemptRecord& record, std::string_view receipt) {
      if (record.operation() != Op::reserve || receipt.empty()) return;
      const auto found = ticket_of.find(receipt);
      if (found == ticket_of.end()) {
        ++unlisted_;
        finding_.accuse({record.user});
        return;
      }
      std::uint32_t& ticket = tickets_[record.user];
      if (ticket == found->second) return;
      if (ticket != kNone || taken[found->second]) {
        ++ambiguous_;
        finding_.accuse({record.user});
      }
      ticket = found->second;
      taken[ticket] = true;
    });
    judge_matches(static_cast<std::uint64_t>(std::ranges::count(taken, true)));
  }

  void judge_matches(std::uint64_t known) {
    if (unlisted_ > 0) {
      problems_.push_back(fmt::format("{} acknowledged reservations are not on the roster",
                                      format_count(unlisted_)));
    }
    if (ambiguous_ > 0) {
      problems_.push_back(
          fmt::format("{} users share a token or have several", format_count(ambiguous_)));
    }
    const std::uint64_t unknown = draw_.roster.size() - known;
    // Users with a reservation whose token never arrived account for as many unknown tokens.
    std::uint64_t without_token = 0;
    for (Slot slot = 0; slot < index_.slots(); ++slot) {
      const UserState& user = index_.user(slot);
      if (tickets_[slot] != kNone || (!user.reserved && !user.reservation_open)) continue;
      ++without_token;
      if (user.reserved) ++tokens_missing_;
    }
    if (unknown > without_token) {
      problems_.push_back(fmt::format("{} tokens on the roster belong to nobody who reserved",
                                      format_count(unknown - without_token)));
    }
    if (tokens_missing_ > 0) {
      gaps_.push_back(fmt::format("{} acknowledged reservations came without a token",
                                  format_count(tokens_missing_)));
    }
  }

  bool drawn(Slot slot) const { return drawn_[tickets_[slot]]; }

  /// Issued = drawn ∩ claimed, seen from what was issued.
  void check_issued() {
    std::uint64_t undrawn = 0;
    std::uint64_t unclaimed = 0;
    index_.held().for_each([&](Slot slot, CouponId) {
      const UserState& user = index_.user(slot);
      if (tickets_[slot] == kNone) {
        // Without a token an open reservation may be any ticket; without one there is no ticket.
        if (user.reserved || user.reservation_open) {
          ++finding_.open_attempts;
          return;
        }
        ++undrawn;
      } else if (!drawn(slot)) {
        ++undrawn;
      } else if (!user.claimed) {
        ++unclaimed;
      } else {
        return;
      }
      finding_.accuse({slot});
    });
    if (undrawn > 0) {
      problems_.push_back(
          fmt::format("{} coupons went to users who were not drawn", format_count(undrawn)));
    }
    if (unclaimed > 0) {
      problems_.push_back(
          fmt::format("{} coupons went to users who never claimed", format_count(unclaimed)));
    }
    if (finding_.open_attempts > 0) {
      gaps_.push_back(
          fmt::format("{} winners' tickets are not known", format_count(finding_.open_attempts)));
    }
  }

  /// Every drawn claimant with a definite answer in the window won, and nobody on the roster was
  /// told not to be there.
  void check_answers() {
    std::uint64_t lost = 0;
    std::uint64_t refused = 0;
    std::uint64_t disowned = 0;
    for (Slot slot = 0; slot < index_.slots(); ++slot) {
      if (tickets_[slot] == kNone) continue;
      const UserState& user = index_.user(slot);
      const bool without_coupon = drawn(slot) && !index_.held().holds_any(slot);
      if (drawn(slot) && user.lost_in_window) {
        ++lost;
      } else if (without_coupon && user.refused_in_window) {
        ++refused;
      } else if (is_disowned(slot)) {
        ++disowned;
      } else {
        if (without_coupon && user.claim_open) ++unanswered_;
        continue;
      }
      finding_.accuse({slot});
    }
    add_problem(lost, "drawn users were told that they lost");
    add_problem(refused, "drawn users were refused a coupon inside the window");
    add_problem(disowned, "users on the roster were told that they had not reserved");
    if (index_.totals().open_claims > 0) {
      finding_.open_attempts += index_.totals().open_claims;
      gaps_.push_back("without a ledger the unanswered claims stay open");
    }
  }

  void check_silence() {
    Claimants drawn_ones;
    Claimants others;
    for (Slot slot = 0; slot < index_.slots(); ++slot) {
      const UserState& user = index_.user(slot);
      if (tickets_[slot] == kNone || user.first_claim_in_window_ns == kNever) continue;
      Claimants& claimants = drawn(slot) ? drawn_ones : others;
      ++claimants.all;
      if (index_.held().holds_any(slot)) continue;
      if (!user.answered_in_window) ++claimants.unanswered;
      if (user.lost_in_window || user.refused_in_window) continue;
      ++claimants.undecided;
      if (drawn(slot)) silenced_.push_back(slot);
    }
    judge_silence(drawn_ones, others);
  }

  void judge_silence(const Claimants& drawn_ones, const Claimants& others) {
    const std::uint64_t undecided = drawn_ones.undecided + others.undecided;
    const Hypergeometric by_chance({drawn_ones.all + others.all, undecided, drawn_ones.all});
    const bool more_often = by_chance.at_least(drawn_ones.undecided) <= kSilenceLevel;
    const bool too_many = static_cast<double>(drawn_ones.unanswered) >
                          kUnansweredShareMax * static_cast<double>(drawn_ones.all);
    if (!more_often && !too_many) return;
    finding_.open_attempts += drawn_ones.undecided;
    if (problems_.empty()) {
      for (Slot slot : silenced_) finding_.show({slot});
    }
    const auto left = more_often ? &Claimants::undecided : &Claimants::unanswered;
    const std::string_view without = more_often ? "decision" : "answer";
    gaps_.push_back(fmt::format(
        "{} of {} drawn claimants got neither a coupon nor any {}, and {} of {} others no {}: {}",
        format_count(drawn_ones.*left), format_count(drawn_ones.all), without,
        format_count(others.*left), format_count(others.all), without,
        more_often ? "being drawn may be the reason" : "too many to know that the draw was kept"));
  }

  /// Told not to have reserved, by a claim that left when the roster was complete or when the
  /// user's reservation had been acknowledged.
  bool is_disowned(Slot slot) const {
    if (!index_.user(slot).told_not_reserved) return false;
    const std::int64_t complete = index_.round().reservation.close_ns + index_.clock_tolerance_ns();
    return index_.denied_place(slot) || index_.claims_of(slot).not_reserved_sent_ns >= complete;
  }

  void add_problem(std::uint64_t users, std::string_view what) {
    if (users > 0) problems_.push_back(fmt::format("{} {}", format_count(users), what));
  }

  const RunIndex& index_;
  const PublishedDraw& draw_;
  const std::vector<bool> drawn_;       // by ticket; empty: there is no draw to hold against
  std::vector<std::uint32_t> tickets_;  // by slot; kNone where no token is known
  std::uint64_t unlisted_ = 0;
  std::uint64_t ambiguous_ = 0;
  std::uint64_t tokens_missing_ = 0;
  std::uint64_t unanswered_ = 0;  // drawn users whom only unanswered claims left without a coupon
  std::vector<Slot> silenced_;    // drawn claimants without decision and coupon
  std::vector<std::string> problems_;
  std::vector<std::string> gaps_;
  Finding finding_;
};

}  // namespace

Finding find_draw_deviations(const RunIndex& index) {
  Finding finding;
  if (index.facts().allocation != Allocation::draw) {
    finding.verdict = CheckVerdict::not_applicable;
    finding.text = "the target does not decide by a draw";
    return finding;
  }
  if (index.draw() == nullptr) {
    finding.verdict = CheckVerdict::unknown;
    finding.text = "the target decides by a draw, but published none";
    if (index.round().draw_missing) finding.text += ": " + *index.round().draw_missing;
    return finding;
  }
  const PublishedDraw& draw = *index.draw();
  return RunAgainstDraw(index, draw, recompute(draw, index.facts())).run();
}

}  // namespace fairrush::analysis
