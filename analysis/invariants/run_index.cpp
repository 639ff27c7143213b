#include "analysis/invariants/run_index.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "analysis/invariants/index_builder.hpp"

namespace fairrush::analysis {
namespace {

constexpr std::int64_t kTargetWindowUnitNs = 1'000'000;

TolerantWindow tolerant_window(const RoundEvidence& evidence) {
  const InstrumentFacts& instrument = evidence.facts.instrument;
  // Facts are foreign input: capped as records' times are, neither sign nor sum overflows.
  const std::int64_t error = std::clamp<std::int64_t>(instrument.clock_error_ns, 0, kRecordTimeMax);
  const std::int64_t step = std::clamp(instrument.clock_step_ns, -kRecordTimeMax, kRecordTimeMax);
  return {evidence.round.rush.open_ns, evidence.round.rush.close_ns,
          error + std::abs(step) + kTargetWindowUnitNs};
}

void take_claim(const AttemptRecord& record, ClaimStory& story) {
  const std::int64_t sent = record.first_byte_out_ns;
  switch (record.result()) {
    case Outcome::win:
      if (record.sent()) story.win_sent_ns = std::min(story.win_sent_ns, sent);
      story.win_answered_ns = std::min(story.win_answered_ns, record.answered_ns());
      break;
    case Outcome::loss:
      if (record.why() != Reason::sold_out) break;
      story.sold_out_answered_ns = std::min(story.sold_out_answered_ns, record.answered_ns());
      break;
    case Outcome::refusal:
      if (!record.sent()) break;
      if (record.why() == Reason::already_claimed) {
        story.told_again_sent_ns = std::min(story.told_again_sent_ns, sent);
      } else if (record.why() == Reason::not_reserved) {
        story.not_reserved_sent_ns = std::max(story.not_reserved_sent_ns, sent);
      }
      break;
    case Outcome::indeterminate:
      ++story.open_claims;
      story.first_open_ns = std::min(story.first_open_ns, sent);
      break;
    case Outcome::accepted:
    case Outcome::failed:
      break;
  }
}

/// The last status read that was answered with an empty wallet, before or after which nothing may
/// have changed any more.
std::int64_t last_empty_read(std::span<const StoryStep> steps, std::int64_t settled_ns) {
  std::int64_t last = kAlways;
  for (const StoryStep& step : steps) {
    if (is_status_read(step) && step.receipt.empty() &&
        step.record->first_byte_out_ns >= settled_ns) {
      last = step.record->first_byte_out_ns;
    }
  }
  return last;
}

}  // namespace

RunIndex::RunIndex(const RoundEvidence& evidence)
    : evidence_(evidence), attempts_(evidence.blocks), window_(tolerant_window(evidence)) {
  IndexBuilder(*this).build();
}

UserIndex RunIndex::user_of(Slot slot) const {
  return slot < population_ ? UserIndex(slot) : stranger_users_[slot - population_];
}

Slot RunIndex::slot_of(UserIndex user) const {
  if (user.value() < population_) return user.value();
  const auto found = strangers_.find(user.value());
  return found == strangers_.end() ? kNone : found->second;
}

ClaimStory RunIndex::claims_of(Slot slot) const {
  ClaimStory story;
  for_each_claim_of(slot, [&story](const AttemptRecord& record) { take_claim(record, story); });
  return story;
}

bool RunIndex::on_roster(Slot slot) const {
  if (takes_reservations(round())) return users_[slot].reserved;
  return !facts().roster || facts().roster->holds(user_of(slot));
}

bool RunIndex::may_be_on_roster(Slot slot) const {
  return on_roster(slot) || users_[slot].reservation_open;
}

bool RunIndex::denied_place(Slot slot) const {
  const UserState& user = users_[slot];
  if (!user.told_not_reserved || !on_roster(slot)) return false;
  return !takes_reservations(round()) ||
         claims_of(slot).not_reserved_sent_ns >= user.reserved_answered_ns;
}

bool RunIndex::holds_unanswered(Slot slot) const {
  bool found = false;
  const auto look = [&](CouponId coupon) {
    found = found || !acknowledged_.contains(slot, coupon);
  };
  issued_.for_each_of(slot, look);
  shown_.for_each_of(slot, look);
  return found;
}

bool RunIndex::shows_own_coupon(Slot slot, const StoryStep& read) const {
  if (read.receipt.empty()) return false;
  if (coupons_.is(acknowledged_.first(slot), read.coupon())) return true;
  const CouponId coupon = coupons_.find(read.coupon());
  return coupon != kNone && acknowledged_.contains(slot, coupon);
}

std::uint32_t RunIndex::unsettled_claims(Slot slot) const {
  const UserState& user = users_[slot];
  if (!user.claim_open || has_ledger()) return 0;
  const std::uint32_t open = claims_of(slot).open_claims;
  if (user.story == kNone) return open;
  if (holds_unanswered(slot)) return open - 1;
  // What answers already showed is no proof against a second coupon, and an empty wallet beside it
  // proves nothing at all.
  const std::int64_t timeout = facts().attempt_timeout.count();
  if (acknowledged_.holds_any(slot) || timeout <= 0) return open;
  const std::vector<StoryStep> steps = stories_.steps(attempts_, user.story);
  const std::int64_t late = facts().status_deadline.value_or(Duration{}).count();
  const std::int64_t read = last_empty_read(steps, window_.close_ns + late);
  return static_cast<std::uint32_t>(std::ranges::count_if(steps, [&](const StoryStep& step) {
    return step.record->operation() == Op::claim &&
           step.record->result() == Outcome::indeterminate &&
           (read == kAlways || step.record->first_byte_out_ns > read - timeout - late);
  }));
}

bool RunIndex::Held::holds_any(Slot slot) const {
  return index_.acknowledged_.holds_any(slot) || index_.issued_.holds_any(slot) ||
         index_.users_[slot].shown;
}

bool RunIndex::Held::contains(Slot slot, CouponId coupon) const {
  return index_.is_told(slot, coupon) || index_.issued_.contains(slot, coupon);
}

std::vector<Slot> RunIndex::Held::holders_of_several() const {
  std::vector<Slot> slots;
  if (pairs() == 0) return slots;
  const auto differs = [](CouponId a, CouponId b) { return a != kNone && b != kNone && a != b; };
  const auto keep = [&slots](Slot slot, CouponId) { slots.push_back(slot); };
  index_.acknowledged_.further().for_each(keep);
  index_.issued_.further().for_each(keep);
  for (Slot slot = 0; slot < index_.slots(); ++slot) {
    if (differs(index_.acknowledged_.first(slot), index_.issued_.first(slot))) keep(slot, 0);
  }
  std::pair<Slot, CouponId> before{kNone, kNone};
  index_.shown_.for_each([&](Slot slot, CouponId coupon) {
    const bool second_shown = std::exchange(before, {slot, coupon}).first == slot;
    if (second_shown || differs(index_.acknowledged_.first(slot), coupon) ||
        differs(index_.issued_.first(slot), coupon)) {
      keep(slot, coupon);
    }
  });
  std::ranges::sort(slots);
  slots.erase(std::ranges::unique(slots).begin(), slots.end());
  return slots;
}

std::size_t RunIndex::bytes() const {
  return users_.capacity() * sizeof(UserState) + acknowledged_.bytes() + issued_.bytes() +
         owners_.capacity() * sizeof(Slot) + coupons_.bytes() + stories_.bytes() +
         window_suspects_.capacity() * sizeof(Position);
}

CountRange RunIndex::roster() const {
  if (!takes_reservations(round())) {
    const std::uint64_t entitled = facts().roster ? facts().roster->names : facts().users;
    return {entitled, entitled};
  }
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

}  // namespace fairrush::analysis
