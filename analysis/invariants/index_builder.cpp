#include "analysis/invariants/index_builder.hpp"

#include <algorithm>

namespace fairrush::analysis {
namespace {

/// Deadlines are swept by a timer on a thread that may be busy with other answers for a while.
constexpr std::int64_t kDeadlineSlackNs = 500'000'000;

/// Users come in any order: their states are asked for this many attempts ahead, which hides most
/// of the memory's latency.
constexpr std::size_t kLookAhead = 24;

bool is_definite(Outcome outcome) {
  return outcome == Outcome::win || outcome == Outcome::loss || outcome == Outcome::refusal ||
         outcome == Outcome::accepted;
}

bool is_answer(Outcome outcome) {
  return outcome != Outcome::failed && outcome != Outcome::indeterminate;
}

void note(Slot slot, std::uint64_t& count, std::vector<Slot>& users) {
  ++count;
  if (users.size() < AttemptAudit::kAuditedMax) users.push_back(slot);
}

}  // namespace

IndexBuilder::IndexBuilder(RunIndex& index) : index_(index), numbers_(index.attempts()) {}

void IndexBuilder::build() {
  size_arrays();
  take_attempts();
  index_.told_pairs_ = index_.held_pairs_;
  if (index_.has_ledger()) take_ledger();
  index_.stories_.arrange();
  index_.stories_.for_each_user(
      [this](Slot slot, std::uint32_t place) { index_.users_[slot].story = place; });
  index_.audit_.repeated = numbers_.repeated();
  count_users();
  find_last_first_win();
}

void IndexBuilder::size_arrays() {
  std::size_t& population = index_.population_;
  for (const HistoryBlock& block : index_.evidence_.blocks) {
    population = std::max(population, std::size_t{block.user_max} + 1);
  }
  // A ledger is foreign input: a row of user 4,000,000,000 must not cost an array of that length.
  if (index_.has_ledger()) {
    for (const LedgerRow& row : index_.ledger()) {
      const std::uint32_t user = row.user.value();
      if (user < population) continue;
      const auto slot = static_cast<Slot>(population + index_.stranger_users_.size());
      if (index_.strangers_.try_emplace(user, slot).second) {
        index_.stranger_users_.push_back(row.user);
      }
    }
  }
  const std::size_t slots = population + index_.stranger_users_.size();
  index_.users_.resize(slots);
  index_.acknowledged_.resize(slots);
  index_.issued_.resize(slots);
}

void IndexBuilder::take_attempts() {
  Position position = 0;
  for (const HistoryBlock& block : index_.evidence_.blocks) {
    const std::span<const AttemptRecord> records = block.records;
    for (std::size_t place = 0; place < records.size(); ++place) {
      if (place + kLookAhead < records.size()) {
        __builtin_prefetch(&index_.users_[records[place + kLookAhead].user], 1);
      }
      take_attempt(records[place], block.receipt(records[place]), position++);
    }
  }
}

void IndexBuilder::take_attempt(const AttemptRecord& record, std::string_view receipt,
                                Position position) {
  UserState& user = index_.users_[record.user];
  user.seen = true;
  user.cohort = record.cohort;
  user.delay_us = record.delay_us;
  audit(record);
  switch (record.operation()) {
    case Op::reserve:
      return take_reservation(record, user);
    case Op::claim:
      return take_claim(record, receipt, position);
    case Op::status:
      return take_status(record, receipt, position);
    case Op::redeem:
      return take_redemption(record, position);
  }
}

void IndexBuilder::audit(const AttemptRecord& record) {
  AttemptAudit& audit = index_.audit_;
  numbers_.add(record.attempt);
  if (record.try_number == 0) {
    if (record.operation() == Op::reserve) ++audit.reservations;
    if (record.operation() == Op::claim) ++audit.claims;
  }
  if (record.why() == Reason::still_pending) note(record.user, audit.pending, audit.pending_users);
  const std::int64_t timeout = index_.facts().attempt_timeout.count();
  if (is_answer(record.result()) && (!record.sent() || !record.completed())) {
    note(record.user, audit.contradictory, audit.contradictory_users);
  } else if (timeout > 0 && record.sent() && record.completed() &&
             record.answered_ns() - record.first_byte_out_ns > timeout + kDeadlineSlackNs) {
    note(record.user, audit.overdue, audit.overdue_users);
  }
}

void IndexBuilder::take_reservation(const AttemptRecord& record, UserState& user) {
  const bool duplicate = record.why() == Reason::duplicate_reservation;
  if (duplicate) ++index_.totals_.duplicates;
  if (record.result() == Outcome::accepted || duplicate) {
    user.reserved = true;
    user.reserved_answered_ns = std::min(user.reserved_answered_ns, record.answered_ns());
  } else if (record.result() == Outcome::indeterminate) {
    user.reservation_open = true;
  }
}

/// Puts an attempt into its user's story, with the claim that came before it.
void IndexBuilder::tell(const AttemptRecord& record, UserState& user, Position position) {
  const bool is_claim = record.operation() == Op::claim;
  const bool first_claim = is_claim && user.claim == kNone;
  if (first_claim) user.claim = position;
  if (user.story == kNone) {
    if (first_claim) return;
    user.story = 0;  // until the stories are arranged
    if (user.claim != kNone) index_.stories_.add(record.user, user.claim);
  }
  index_.stories_.add(record.user, position);
}

void IndexBuilder::take_claim(const AttemptRecord& record, std::string_view receipt,
                              Position position) {
  UserState& user = index_.users_[record.user];
  tell(record, user, position);
  take_claim_time(record, user);
  switch (record.result()) {
    case Outcome::win:
      take_win(record, user, position);
      break;
    case Outcome::loss:
      take_loss(record, user);
      break;
    case Outcome::refusal:
      take_refusal(record, receipt, user, position);
      break;
    case Outcome::indeterminate:
      user.claim_open = true;
      break;
    case Outcome::accepted:
    case Outcome::failed:
      break;
  }
  const bool names_coupon =
      record.result() == Outcome::win || record.why() == Reason::already_claimed;
  if (!names_coupon || receipt.empty()) return;
  const CouponId coupon = index_.coupons_.intern({record.receipt_hash, receipt});
  if (!index_.acknowledged_.add(record.user, coupon)) return;
  if (!index_.shown_.contains(record.user, coupon)) own(record.user, coupon);
}

void IndexBuilder::take_claim_time(const AttemptRecord& record, UserState& user) {
  if (record.try_number == 0 && record.why() == Reason::no_turn) ++index_.totals_.no_turn;
  if (!record.sent()) return;
  user.claimed = true;
  const std::int64_t sent = record.first_byte_out_ns;
  if (!index_.in_rush(sent)) return;
  user.first_claim_in_window_ns = std::min(user.first_claim_in_window_ns, sent);
  user.answered_in_window = user.answered_in_window || is_definite(record.result());
  if (record.result() == Outcome::indeterminate) user.open_in_window = true;
  if (record.result() == Outcome::loss) user.lost_in_window = true;
  if (record.try_number == 0 && index_.in_rush(record.intended_ns)) ++index_.totals_.inside;
}

void IndexBuilder::take_win(const AttemptRecord& record, UserState& user, Position position) {
  AttemptTotals& totals = index_.totals_;
  ++totals.wins;
  if (!user.won && record.answered_ns() > last_win_.time_ns) {
    last_win_ = {record.answered_ns(), record.user};
  }
  user.won = true;
  if (!record.sent()) return;
  const std::int64_t sent = record.first_byte_out_ns;
  totals.last_win_sent_ns = std::max(totals.last_win_sent_ns, sent);
  const TolerantWindow& window = index_.window_;
  if (window.ended_before(record.answered_ns()) || window.began_after(sent)) {
    index_.window_suspects_.push_back(position);
  }
}

void IndexBuilder::take_loss(const AttemptRecord& record, UserState& user) {
  AttemptTotals& totals = index_.totals_;
  ++totals.losses;
  if (record.why() != Reason::sold_out) return;
  ++totals.sold_out;
  user.sold_out = true;
  if (record.answered_ns() < totals.first_sold_out.time_ns) {
    totals.first_sold_out = {record.answered_ns(), record.user};
  }
}

void IndexBuilder::take_refusal(const AttemptRecord& record, std::string_view receipt,
                                UserState& user, Position position) {
  const Reason why = record.why();
  if (why == Reason::already_claimed) ++index_.totals_.duplicates;
  if (!record.sent()) return;
  const std::int64_t sent = record.first_byte_out_ns;
  const TolerantWindow& window = index_.window_;
  if (why == Reason::not_reserved) user.told_not_reserved = true;
  if (why == Reason::outside_window) {
    if (sent < index_.round().rush.open_ns) ++index_.totals_.early_refusals;
    if (record.answered_ns() >= index_.round().rush.close_ns) ++index_.totals_.late_refusals;
    if (window.wholly_holds(sent, record.answered_ns())) {
      index_.window_suspects_.push_back(position);
    }
  }
  const bool names_coupon = why == Reason::already_claimed && !receipt.empty();
  const bool for_load_or_time = why == Reason::overloaded || why == Reason::outside_window;
  if (names_coupon || for_load_or_time || !window.wholly_holds(sent, sent)) return;
  user.refused_in_window = true;
}

void IndexBuilder::take_status(const AttemptRecord& record, std::string_view receipt,
                               Position position) {
  tell(record, index_.users_[record.user], position);
  if (record.result() != Outcome::accepted) return;
  ++index_.totals_.status_reads;
  if (receipt.empty()) return;
  const CouponText text{record.receipt_hash, receipt};
  if (index_.coupons_.is(index_.acknowledged_.first(record.user), text)) return;
  const CouponId coupon = index_.coupons_.intern(text);
  if (index_.acknowledged_.contains(record.user, coupon)) return;
  index_.users_[record.user].shown = true;
  if (index_.shown_.insert(record.user, coupon)) own(record.user, coupon);
}

void IndexBuilder::take_redemption(const AttemptRecord& record, Position position) {
  tell(record, index_.users_[record.user], position);
  AttemptTotals& totals = index_.totals_;
  if (record.sent()) ++totals.redemptions_sent;
  if (record.result() == Outcome::accepted) ++totals.redemptions;
  if (record.why() == Reason::already_used) ++totals.refused_redemptions;
}

void IndexBuilder::take_ledger() {
  const Ledger& ledger = index_.ledger();
  for (std::size_t place = 0; place < ledger.size(); ++place) {
    const LedgerRow& row = ledger[place];
    const Slot slot = index_.slot_of(row.user);
    const std::string_view text = row.coupon;
    const CouponId coupon =
        index_.coupons_.intern({receipt_hash(text), text.substr(0, kReceiptBytesMax)});
    if (!index_.issued_.add(slot, coupon)) {
      index_.repeated_rows_.push_back(place);
    } else if (!index_.is_told(slot, coupon)) {
      own(slot, coupon);
    }
  }
}

/// Takes down a new pair of user and coupon.
void IndexBuilder::own(Slot slot, CouponId coupon) {
  ++index_.held_pairs_;
  std::vector<Slot>& owners = index_.owners_;
  if (owners.size() <= coupon) owners.resize(index_.coupons_.size(), kNone);
  Slot& owner = owners[coupon];
  if (owner == kNone) {
    owner = slot;
    ++index_.owned_coupons_;
    return;
  }
  std::vector<Slot>& all = index_.shared_[coupon];
  if (all.empty()) all.push_back(owner);
  all.push_back(slot);
}

void IndexBuilder::count_users() {
  AttemptTotals& totals = index_.totals_;
  for (Slot slot = 0; slot < index_.slots(); ++slot) {
    const UserState& user = index_.users_[slot];
    if (user.reserved) {
      ++totals.reserved_users;
    } else if (user.reservation_open) {
      ++totals.open_reservation_users;
    }
    if (user.claim_open) totals.open_claims += index_.unsettled_claims(slot);
  }
}

/// The wins that come first in the file are the users' first unless a later one was answered
/// before: only if that is so of the last of them, every winner has to be looked at.
void IndexBuilder::find_last_first_win() {
  if (last_win_.slot == kNone) return;
  std::int64_t& last = index_.totals_.last_win_answered_ns;
  last = std::max(last, last_win_.time_ns);
  if (index_.claims_of(last_win_.slot).win_answered_ns == last_win_.time_ns) return;
  last = 0;
  for (Slot slot = 0; slot < index_.slots(); ++slot) {
    if (index_.users_[slot].won) last = std::max(last, index_.claims_of(slot).win_answered_ns);
  }
}

}  // namespace fairrush::analysis
