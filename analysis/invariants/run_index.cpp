#include "analysis/invariants/run_index.hpp"

#include <algorithm>
#include <cstdlib>

namespace fairrush::analysis {
namespace {

constexpr std::int64_t kTargetWindowUnitNs = 1'000'000;

bool is_definite(Outcome outcome) {
  return outcome == Outcome::win || outcome == Outcome::loss || outcome == Outcome::refusal ||
         outcome == Outcome::accepted;
}

}  // namespace

RunIndex::RunIndex(const RoundEvidence& evidence) : evidence_(evidence) {
  size_arrays();
  for_each_attempt([this](const AttemptRecord& record, std::string_view receipt) {
    take_attempt(record, receipt);
  });
  if (has_ledger()) take_ledger();
  count_users();
}

void RunIndex::size_arrays() {
  std::uint32_t last = 0;
  bool any = false;
  for_each_attempt([&](const AttemptRecord& record, std::string_view) {
    last = std::max(last, record.user);
    any = true;
  });
  population_ = any ? std::size_t{last} + 1 : 0;
  // A ledger is foreign input: a row of user 4,000,000,000 must not cost an array of that length.
  if (has_ledger()) {
    for (const LedgerRow& row : ledger()) {
      const std::uint32_t user = row.user.value();
      if (user < population_) continue;
      const auto slot = static_cast<Slot>(population_ + stranger_users_.size());
      if (strangers_.try_emplace(user, slot).second) stranger_users_.push_back(row.user);
    }
  }
  const std::size_t slots = population_ + stranger_users_.size();
  users_.resize(slots);
  for (Holdings* holdings : {&acknowledged_, &issued_, &held_}) holdings->resize(slots);
}

UserIndex RunIndex::user_of(Slot slot) const {
  return slot < population_ ? UserIndex(slot) : stranger_users_[slot - population_];
}

Slot RunIndex::slot_of(UserIndex user) const {
  if (user.value() < population_) return user.value();
  const auto found = strangers_.find(user.value());
  return found == strangers_.end() ? kNone : found->second;
}

void RunIndex::take_attempt(const AttemptRecord& record, std::string_view receipt) {
  UserState& user = users_[record.user];
  user.seen = true;
  user.cohort = record.cohort;
  user.delay_us = record.delay_us;
  if (record.operation() == Op::reserve) take_reservation(record, user);
  if (record.operation() == Op::claim) take_claim(record, receipt);
}

void RunIndex::take_reservation(const AttemptRecord& record, UserState& user) {
  if (record.result() == Outcome::accepted || record.why() == Reason::duplicate_reservation) {
    user.reserved = true;
    user.reserved_answered_ns = std::min(user.reserved_answered_ns, record.answered_ns());
  } else if (record.result() == Outcome::indeterminate) {
    user.reservation_open = true;
  }
}

void RunIndex::take_claim(const AttemptRecord& record, std::string_view receipt) {
  UserState& user = users_[record.user];
  const Outcome outcome = record.result();
  const std::int64_t sent = record.first_byte_out_ns;
  user.claimed = user.claimed || record.sent();
  const bool in_window = record.sent() && in_rush(sent);
  if (in_window) {
    user.first_claim_in_window_ns = std::min(user.first_claim_in_window_ns, sent);
    user.answered_in_window = user.answered_in_window || is_definite(outcome);
  }
  if (outcome == Outcome::win) {
    ++totals_.wins;
    if (record.sent()) user.win_sent_ns = std::min(user.win_sent_ns, sent);
    user.win_answered_ns = std::min(user.win_answered_ns, record.answered_ns());
  } else if (outcome == Outcome::loss) {
    ++totals_.losses;
    user.lost = true;
    user.lost_in_window = user.lost_in_window || in_window;
    if (record.why() == Reason::sold_out) {
      ++totals_.sold_out;
      user.sold_out = true;
      totals_.first_sold_out_answered_ns =
          std::min(totals_.first_sold_out_answered_ns, record.answered_ns());
    }
  } else if (outcome == Outcome::refusal) {
    take_refusal(record, receipt, user);
  } else if (outcome == Outcome::indeterminate) {
    ++totals_.open_claims;
    ++user.open_claims;
    user.first_open_claim_ns = std::min(user.first_open_claim_ns, sent);
  }
  const bool names_coupon = outcome == Outcome::win || record.why() == Reason::already_claimed;
  if (!names_coupon || receipt.empty()) return;
  const CouponId coupon = coupons_.intern({record.receipt_hash, receipt});
  acknowledged_.add(record.user, coupon);
  hold(record.user, coupon);
}

void RunIndex::take_refusal(const AttemptRecord& record, std::string_view receipt,
                            UserState& user) {
  if (!record.sent()) return;
  const std::int64_t sent = record.first_byte_out_ns;
  const Reason why = record.why();
  if (why == Reason::not_reserved) {
    user.not_reserved_sent_ns = std::max(user.not_reserved_sent_ns, sent);
  }
  const bool names_coupon = why == Reason::already_claimed && !receipt.empty();
  const bool for_load_or_time = why == Reason::overloaded || why == Reason::outside_window;
  if (names_coupon || for_load_or_time || !surely_in_rush(sent)) return;
  user.refused_in_window = true;
}

void RunIndex::take_ledger() {
  for (std::size_t place = 0; place < ledger().size(); ++place) {
    const LedgerRow& row = ledger()[place];
    const Slot slot = slot_of(row.user);
    const std::string_view text = row.coupon;
    const CouponId coupon = coupons_.intern({receipt_hash(text), text.substr(0, kReceiptBytesMax)});
    if (!issued_.add(slot, coupon)) repeated_rows_.push_back(place);
    hold(slot, coupon);
  }
}

void RunIndex::hold(Slot slot, CouponId coupon) {
  if (!held_.add(slot, coupon)) return;
  owners_.resize(coupons_.size(), kNone);
  Slot& owner = owners_[coupon];
  if (owner == kNone) {
    owner = slot;
    return;
  }
  std::vector<Slot>& all = shared_[coupon];
  if (all.empty()) all.push_back(owner);
  all.push_back(slot);
}

void RunIndex::count_users() {
  for (const UserState& user : users_) {
    if (user.win_answered_ns != kNever) {
      totals_.last_win_answered_ns = std::max(totals_.last_win_answered_ns, user.win_answered_ns);
    }
    if (user.reserved) {
      ++totals_.reserved_users;
    } else if (user.reservation_open) {
      ++totals_.open_reservation_users;
    }
  }
}

std::uint64_t RunIndex::attempts() const {
  std::uint64_t attempts = 0;
  for (const HistoryBlock& block : evidence_.blocks) attempts += block.records.size();
  return attempts;
}

CountRange RunIndex::roster() const {
  const CountRange possible{totals_.reserved_users,
                            totals_.reserved_users + totals_.open_reservation_users};
  if (!round().announced_roster) return possible;
  const std::uint64_t announced =
      std::clamp(*round().announced_roster, possible.low, possible.high);
  return {announced, announced};
}

CountRange RunIndex::quota() const {
  const CountRange roster = this->roster();
  return {facts().quota.coupons(roster.low), facts().quota.coupons(roster.high)};
}

std::int64_t RunIndex::clock_tolerance_ns() const {
  const InstrumentFacts& instrument = facts().instrument;
  // Facts are foreign input: capped as records' times are, neither sign nor sum overflows.
  const std::int64_t error = std::clamp<std::int64_t>(instrument.clock_error_ns, 0, kRecordTimeMax);
  const std::int64_t step = std::clamp(instrument.clock_step_ns, -kRecordTimeMax, kRecordTimeMax);
  return error + std::abs(step) + kTargetWindowUnitNs;
}

}  // namespace fairrush::analysis
