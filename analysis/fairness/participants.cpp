#include "analysis/fairness/participants.hpp"

#include <algorithm>
#include <utility>

#include "analysis/invariants/run_index.hpp"

namespace fairrush::analysis {
namespace {

/// Who comes only without a reservation, as all users of a scenario may, is entitled there.
bool is_entitled(const RunIndex& index, Slot slot) {
  if (index.facts().roster) return index.on_roster(slot);
  return index.round().planned.reservations == 0 || index.on_roster(slot);
}

bool claimed_in_window(const UserState& user) {
  return user.first_claim_in_window_ns != kNever;
}

/// Whether it is known what all the user's claims in the window came to. Taking only those who got
/// an answer would prefer whatever outcome is answered sooner.
bool took_part(const RunIndex& index, Slot slot) {
  const UserState& user = index.user(slot);
  return claimed_in_window(user) && (!user.open_in_window || index.unsettled_claims(slot) == 0);
}

/// Whether a user asked for a place or a coupon and was never told.
bool left_unanswered(const RunIndex& index, Slot slot) {
  const UserState& user = index.user(slot);
  const bool reservation_unanswered = user.reservation_open && !user.reserved;
  const bool claim_unanswered =
      claimed_in_window(user) && (!user.answered_in_window || !took_part(index, slot));
  return reservation_unanswered || claim_unanswered;
}

CohortCount& count_of(std::vector<CohortCount>& cohorts, std::uint16_t cohort) {
  if (cohorts.size() <= cohort) cohorts.resize(std::size_t{cohort} + 1);
  return cohorts[cohort];
}

/// Each user's place in the order in which reservations were acknowledged, by slot.
std::vector<std::uint32_t> reservation_places(const RunIndex& index) {
  std::vector<Slot> reserved;
  for (Slot slot = 0; slot < index.slots(); ++slot) {
    if (index.user(slot).reserved) reserved.push_back(slot);
  }
  std::ranges::sort(reserved, {}, [&index](Slot slot) {
    return std::pair(index.user(slot).reserved_answered_ns, slot);
  });
  std::vector<std::uint32_t> places(index.slots());
  for (std::uint32_t place = 0; place < reserved.size(); ++place) places[reserved[place]] = place;
  return places;
}

}  // namespace

RoundParticipants participants_of(const RunIndex& index) {
  RoundParticipants round;
  round.cohorts.resize(index.facts().cohorts.size());
  const std::uint64_t roster = index.roster().low;
  if (roster > 0) {
    round.intended_rate = static_cast<double>(index.quota().low) / static_cast<double>(roster);
  }
  const std::vector<std::uint32_t> places = reservation_places(index);
  for (Slot slot = 0; slot < index.slots(); ++slot) {
    const UserState& user = index.user(slot);
    if (!user.seen) continue;
    CohortCount& cohort = count_of(round.cohorts, user.cohort);
    const bool entitled = is_entitled(index, slot);
    if (entitled) ++cohort.reserved;
    if (user.reserved || user.reservation_open || claimed_in_window(user)) ++cohort.asked;
    if (left_unanswered(index, slot)) ++cohort.unanswered;
    if (!entitled) continue;
    ++round.roster;
    if (!took_part(index, slot)) continue;
    round.by_arrival.push_back({.arrival_ns = user.first_claim_in_window_ns,
                                .user = slot,
                                .reservation = places[slot],
                                .delay_us = user.delay_us,
                                .cohort = user.cohort,
                                .won = index.held().holds_any(slot)});
  }
  // Who is on the roster without having asked for it may never be seen.
  if (!takes_reservations(index.round())) round.roster = roster;
  std::ranges::sort(round.by_arrival, [](const Participant& a, const Participant& b) {
    return a.arrival_ns != b.arrival_ns ? a.arrival_ns < b.arrival_ns : a.user < b.user;
  });
  return round;
}

}  // namespace fairrush::analysis
