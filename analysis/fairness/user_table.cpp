#include "analysis/fairness/user_table.hpp"

#include <limits>

namespace fairrush::analysis {
namespace {

constexpr std::uint8_t kPresentBefore = 1;
constexpr std::uint8_t kWonBefore = 2;
constexpr std::uint8_t kPresentNow = 4;
constexpr std::uint8_t kWonNow = 8;
constexpr std::uint8_t kNowToBefore = 2;  // a shift

void count(std::uint16_t& counter) {
  if (counter < std::numeric_limits<std::uint16_t>::max()) ++counter;
}

}  // namespace

Stratum UserTable::add(const std::vector<Participant>& participants, Tally all) {
  const double share =
      all.members == 0 ? 0 : static_cast<double>(all.wins) / static_cast<double>(all.members);
  for (std::uint8_t& bits : recent_) bits = static_cast<std::uint8_t>(bits >> kNowToBefore);
  Stratum repeats;
  for (const Participant& participant : participants) {
    if (participant.user >= records_.size()) {
      records_.resize(std::size_t{participant.user} + 1);
      recent_.resize(records_.size());
    }
    UserRecord& record = records_[participant.user];
    record.residual += static_cast<float>((participant.won ? 1.0 : 0.0) - share);
    count(record.rounds);
    if (participant.won) count(record.wins);
    std::uint8_t& bits = recent_[participant.user];
    if ((bits & kPresentBefore) != 0) {
      ++repeats.all.members;
      repeats.all.wins += participant.won ? 1 : 0;
      if ((bits & kWonBefore) != 0) {
        ++repeats.group.members;
        repeats.group.wins += participant.won ? 1 : 0;
      }
    }
    bits |= participant.won ? kPresentNow | kWonNow : kPresentNow;
  }
  return repeats;
}

}  // namespace fairrush::analysis
