#include "analysis/figures/tallies.hpp"

#include <algorithm>

namespace fairrush::analysis {
namespace {

ClaimTally& tally_of(std::vector<ClaimTally>& tallies, std::uint16_t group) {
  if (tallies.size() <= group) tallies.resize(std::size_t{group} + 1);
  tallies[group].group = group;
  return tallies[group];
}

void count_claim(const AttemptRecord& record, ClaimTally& tally) {
  ++tally.claims;
  switch (record.result()) {
    case Outcome::win:
      ++tally.wins;
      break;
    case Outcome::loss:
      ++tally.losses;
      break;
    case Outcome::failed:
      ++tally.never_left;
      break;
    case Outcome::indeterminate:
      ++tally.unanswered;
      break;
    case Outcome::accepted:
    case Outcome::refusal:
      ++tally.refusals[record.why()];
      break;
  }
}

void count_user(bool won, ClaimTally& tally) {
  ++tally.users;
  if (won) ++tally.winners;
}

void drop_unseen(std::vector<ClaimTally>& tallies) {
  std::erase_if(tallies, [](const ClaimTally& tally) { return tally.users == 0; });
}

void add(std::vector<ClaimTally>& sums, const std::vector<ClaimTally>& round) {
  for (const ClaimTally& tally : round) {
    const auto place = std::ranges::lower_bound(sums, tally.group, {}, &ClaimTally::group);
    if (place == sums.end() || place->group != tally.group) {
      sums.insert(place, tally);
      continue;
    }
    place->users += tally.users;
    place->winners += tally.winners;
    place->claims += tally.claims;
    place->wins += tally.wins;
    place->losses += tally.losses;
    place->unanswered += tally.unanswered;
    place->never_left += tally.never_left;
    for (const auto& [reason, count] : tally.refusals) place->refusals[reason] += count;
  }
}

}  // namespace

ClaimTallies tallies(const RunIndex& index) {
  ClaimTallies tallies;
  std::vector<bool> counted(index.slots());
  index.for_each_attempt([&](const AttemptRecord& record, std::string_view) {
    ClaimTally& persona = tally_of(tallies.personas, record.persona);
    ClaimTally& cohort = tally_of(tallies.cohorts, record.cohort);
    if (!counted[record.user]) {
      counted[record.user] = true;
      const bool won = index.held().holds_any(record.user);
      count_user(won, persona);
      count_user(won, cohort);
    }
    if (record.operation() != Op::claim) return;
    count_claim(record, persona);
    count_claim(record, cohort);
  });
  drop_unseen(tallies.personas);
  drop_unseen(tallies.cohorts);
  return tallies;
}

void add_round(ClaimTallies& tallies, const ClaimTallies& round) {
  add(tallies.personas, round.personas);
  add(tallies.cohorts, round.cohorts);
}

}  // namespace fairrush::analysis
