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
    : crowd_(crowd), quota_(quota) {}

void ParticipantBook::open(const analysis::Window& rush) {
  rush_ = rush;
  users_.assign(crowd_.size(), {});
  reservations_.clear();
  claims_.clear();
}

void ParticipantBook::note(const AttemptEnd& end) {
  UserRound& user = users_[end.user];
  user.seen = true;
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
void ParticipantBook::sort_moments(std::vector<Moment>& moments) {
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
  places_.resize(users_.size());
  std::uint32_t place = 0;
  for (const Moment& moment : reservations_) {
    if (place + kAhead < reservations_.size()) {
      __builtin_prefetch(&places_[reservations_[place + kAhead].user], 1);
    }
    places_[moment.user] = place++;
  }
}

void ParticipantBook::count_cohorts(analysis::RoundParticipants& round, bool all_entitled) const {
  round.cohorts.resize(crowd_.cohorts());
  for (std::uint32_t index = 0; index < users_.size(); ++index) {
    const UserRound& user = users_[index];
    if (!user.seen) continue;
    analysis::CohortCount& cohort = round.cohorts[crowd_.of(UserIndex(index)).cohort];
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
    if (place + kAhead < claims_.size()) expect_closing(claims_[place + kAhead].user);
    const Moment& claim = claims_[place];
    const UserRound& user = users_[claim.user];
    // The round's ledger settles every claim that went unanswered.
    if (!(all_entitled || user.reserved)) continue;
    const UserTraits& traits = crowd_.of(UserIndex(claim.user));
    round.by_arrival.push_back({.arrival_ns = claim.at_ns,
                                .user = claim.user,
                                .reservation = user.reserved ? places_[claim.user] : 0,
                                .delay_us = traits.delay_us,
                                .cohort = traits.cohort,
                                .won = user.won});
  }
  return round;
}

}  // namespace fairrush::loadgen
