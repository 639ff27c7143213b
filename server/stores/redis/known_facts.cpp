#include "server/stores/redis/known_facts.hpp"

namespace fairrush::server {
namespace {

bool note_number(std::uint32_t& last, std::uint32_t number) {
  if (number <= last) return false;
  last = number;
  return true;
}

bool note_place(std::vector<bool>& places, std::uint32_t place) {
  if (places.size() <= place) places.resize(place + std::size_t{1});
  const bool known = places[place];
  places[place] = true;
  return !known;
}

}  // namespace

KnownFacts::Standing KnownFacts::standing_of(UserIndex user) const {
  const auto found = standings_.find(user);
  return found == standings_.end() ? Standing::unknown : found->second;
}

bool KnownFacts::note(const ReservationGranted& record) {
  if (!note_number(tickets_, record.ticket.value())) return false;
  standings_.emplace(record.user, Standing::reserved);
  return true;
}

bool KnownFacts::note(const CouponIssued& record) {
  if (!note_number(issues_, record.issue)) return false;
  standings_[record.user] = Standing::won;
  ++won_;
  return true;
}

bool KnownFacts::note(const ClaimLost& record) {
  return note_place(lost_, record.ticket.value());
}

bool KnownFacts::note(const CouponRedeemed& record) {
  return note_place(redeemed_, record.issue);
}

}  // namespace fairrush::server
