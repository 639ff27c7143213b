#include "loadgen/simulation/participant_book.hpp"

#include <algorithm>

#include "loadgen/simulation/time_order.hpp"

namespace fairrush::loadgen {

using analysis::Op;
using analysis::Outcome;

namespace {

/// So many users ahead their memory is asked for.
constexpr std::size_t kAhead = 16;

}  // namespace

ParticipantBook::ParticipantBook(const Crowd& crowd, const analysis::QuotaRule& quota)
    : cohorts_(crowd.cohorts()), quota_(quota) {
  users_.reserve(crowd.size());
  for (std::uint32_t user = 0; user < crowd.size(); ++user) {
    const UserTraits& traits = crowd.of(UserIndex(user));
    users_.push_back({.delay_us = traits.delay_us, .cohort = traits.cohort});
  }
}

void ParticipantBook::open(const analysis::Window& rush) {
  rush_ = rush;
  for (UserRound& user : users_) user = {.delay_us = user.delay_us, .cohort = user.cohort};
  reservations_.clear();
  claims_.clear();
}

void ParticipantBook::note(const AttemptEnd& end) {
  // Worked on as a copy: a wide read that follows a narrow write to one place would wait for it.
  UserRound user = users_[end.user];
  user.seen = true;
  if (end.outcome == Outcome::failed) {
    users_[end.user] = user;
    return;
  }
  user.won = user.won || end.won;
  if (end.op == Op::claim) {
    note_claim(end, user);
  } else if (end.op == Op::reserve) {
    const bool held = end.reason == analysis::Reason::duplicate_reservation;
    if (end.outcome == Outcome::accepted || held) {
      if (!user.reserved) reservations_.push_back({end.answered_ns, end.user});
      user.reserved = true;
    } else if (end.outcome == Outcome::indeterminate) {
      user.reservation_open = true;
    }
  }
  users_[end.user] = user;
}

void ParticipantBook::note_unheard_win(UserIndex user) {
  users_[user.value()].won = true;
}

void ParticipantBook::note_claim(const AttemptEnd& end, UserRound& user) {
  if (end.sent_ns < rush_.open_ns || end.sent_ns >= rush_.close_ns) return;
  if (end.outcome != Outcome::indeterminate) user.answered_in_window = true;
  if (user.place == 0) {
    claims_.push_back({end.sent_ns, end.user});
    user.place = static_cast<std::uint32_t>(claims_.size());
  } else {
    std::int64_t& first_ns = claims_[user.place - 1].at_ns;
    first_ns = std::min(first_ns, end.sent_ns);
  }
}

/// By time, those of one instant by user.
void ParticipantBook::sort_moments(LargeVector<Moment>& moments) {
  sort_by_time(moments, scratch_, &Moment::at_ns);
  for (auto first = moments.begin(); first != moments.end();) {
    const auto end = std::find_if(first + 1, moments.end(), [first](const Moment& moment) {
      return moment.at_ns != first->at_ns;
    });
    if (end - first > 1) std::ranges::sort(first, end, {}, &Moment::user);
    first = end;
  }
}

void ParticipantBook::number_reservations() {
  sort_moments(reservations_);
  std::uint32_t place = 0;
  for (const Moment& moment : reservations_) {
    if (place + kAhead < reservations_.size()) {
      expect(reservations_[place + kAhead].user);
    }
    users_[moment.user].reservation = place++;
  }
}

void ParticipantBook::count_cohorts(analysis::RoundParticipants& round, bool all_entitled) const {
  round.cohorts.resize(cohorts_);
  for (const UserRound& user : users_) {
    if (!user.seen) continue;
    analysis::CohortCount& cohort = round.cohorts[user.cohort];
    const bool claimed = user.place != 0;
    if (all_entitled || user.reserved) {
      ++cohort.reserved;
      ++round.roster;
    }
    if (user.reserved || user.reservation_open || claimed) ++cohort.asked;
    const bool reservation_unanswered = user.reservation_open && !user.reserved;
    if (reservation_unanswered || (claimed && !user.answered_in_window)) ++cohort.unanswered;
  }
}

analysis::RoundParticipants ParticipantBook::close(const analysis::PlannedAttempts& planned,
                                                   std::uint64_t announced_roster) {
  analysis::RoundParticipants round;
  const bool all_entitled = planned.reservations == 0;
  number_reservations();
  count_cohorts(round, all_entitled);
  if (announced_roster > 0) {
    round.intended_rate = static_cast<double>(quota_.coupons(announced_roster)) /
                          static_cast<double>(announced_roster);
  }
  sort_moments(claims_);
  round.by_arrival.reserve(claims_.size());
  for (std::size_t place = 0; place < claims_.size(); ++place) {
    if (place + kAhead < claims_.size()) expect(claims_[place + kAhead].user);
    const Moment& claim = claims_[place];
    const UserRound& user = users_[claim.user];
    // The round's ledger settles every claim that went unanswered.
    if (!(all_entitled || user.reserved)) continue;
    round.by_arrival.push_back({.arrival_ns = claim.at_ns,
                                .user = claim.user,
                                .reservation = user.reservation,
                                .delay_us = user.delay_us,
                                .cohort = user.cohort,
                                .won = user.won});
  }
  return round;
}

}  // namespace fairrush::loadgen
