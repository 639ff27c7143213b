#include "analysis/fairness/participants.hpp"

#include <algorithm>
#include <utility>

#include "analysis/invariants/run_index.hpp"

namespace fairrush::analysis {
namespace {

/// Without reservations in the scenario everybody seen is entitled.
bool on_roster(const RunIndex& index, const UserState& user) {
  return index.round().planned.reservations == 0 ? user.seen : user.reserved;
}

/// Whether a user asked for a place or a coupon and was never told.
bool left_unanswered(const UserState& user) {
  const bool claimed = user.first_claim_in_window_ns != kNever;
  return (user.reservation_open && !user.reserved) || (claimed && !user.answered_in_window);
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
    const bool entitled = on_roster(index, user);
    const bool claimed = user.first_claim_in_window_ns != kNever;
    if (entitled) ++cohort.reserved;
    if (user.reserved || user.reservation_open || claimed) ++cohort.asked;
    if (left_unanswered(user)) ++cohort.unanswered;
    if (!entitled) continue;
    ++round.roster;
    if (!user.answered_in_window) continue;
    round.by_arrival.push_back({.arrival_ns = user.first_claim_in_window_ns,
                                .user = slot,
                                .reservation = places[slot],
                                .delay_us = user.delay_us,
                                .cohort = user.cohort,
                                .won = index.held().holds_any(slot)});
  }
  std::ranges::sort(round.by_arrival, [](const Participant& a, const Participant& b) {
    return a.arrival_ns != b.arrival_ns ? a.arrival_ns < b.arrival_ns : a.user < b.user;
  });
  return round;
}

}  // namespace fairrush::analysis
