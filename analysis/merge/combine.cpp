#include "analysis/merge/combine.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "analysis/merge/instrument.hpp"
#include "base/assert.hpp"

namespace fairrush::analysis {
namespace {

using Problems = std::vector<std::string>;

/// Keys that say how a machine plays its part, not what is played; where it keeps the list of the
/// roster does not matter, for what stands in it is compared.
bool is_of_machine(std::string_view key) {
  return key == "event.roster" || key == "connections.sources" || key == "connections.threads" ||
         key == "connections.transport";
}

/// Notes where two shards differ in what all of one run have in common.
class Comparison {
 public:
  Comparison(const ShardRun& first, const ShardRun& other, Problems& problems)
      : first_(first), other_(other), problems_(problems) {}

  template <class T>
  void same(std::string_view what, const T& expected, const T& found) {
    if (expected == found) return;
    problems_.push_back(
        fmt::format("{}: {} is {}, that of {} is {}: they are not shards of one run", other_.name,
                    what, found, first_.name, expected));
  }

  void same_options() {
    const auto& expected = first_.facts.options;
    const auto& found = other_.facts.options;
    same("the number of options", expected.size(), found.size());
    if (expected.size() != found.size()) return;
    for (std::size_t place = 0; place < expected.size(); ++place) {
      if (is_of_machine(expected[place].first)) continue;
      same(expected[place].first, expected[place].second, found[place].second);
    }
  }

  void same_windows() {
    const std::size_t rounds = std::min(first_.facts.rounds.size(), other_.facts.rounds.size());
    for (std::size_t round = 0; round < rounds; ++round) {
      same(fmt::format("the opening of round {}", round + 1),
           first_.facts.rounds[round].reservation.open_ns,
           other_.facts.rounds[round].reservation.open_ns);
    }
  }

 private:
  const ShardRun& first_;
  const ShardRun& other_;
  Problems& problems_;
};

/// Users of the list follow from what stands in it, names and seed.
std::string roster_of(const RunFacts& facts) {
  if (!facts.roster) return "no list";
  return fmt::format("{} (SHA-256 {})", describe(*facts.roster), to_hex(facts.roster->sha256));
}

void compare(const ShardRun& first, const ShardRun& other, Problems& problems) {
  Comparison comparison(first, other, problems);
  const RunFacts& expected = first.facts;
  const RunFacts& found = other.facts;
  comparison.same("the scenario", expected.scenario, found.scenario);
  comparison.same("the seed", expected.seed, found.seed);
  comparison.same("the number of users", expected.users, found.users);
  comparison.same("the roster", roster_of(expected), roster_of(found));
  comparison.same("the version of fairrush", expected.version, found.version);
  comparison.same("the number of shards", shard_of(expected).of, shard_of(found).of);
  comparison.same("the start (Unix ms)", expected.epoch_ms.value_or(0), found.epoch_ms.value_or(0));
  comparison.same("the event", expected.event, found.event);
  comparison.same_options();
  comparison.same_windows();
}

/// Those that are no shards at all; the rest cannot be compared to them.
Problems strangers(const std::vector<ShardRun>& shards) {
  Problems problems;
  for (const ShardRun& shard : shards) {
    const std::size_t parts = shard.facts.shards.size();
    if (parts == 1) continue;
    problems.push_back(fmt::format(
        "{}: {}", shard.name,
        parts == 0 ? "not a shard: it was played whole, by one instrument (--shard makes shards)"
                   : "not a shard: it was merged already; give its shards again"));
  }
  return problems;
}

void refuse_repeated(const std::vector<ShardRun>& sorted, Problems& problems) {
  for (std::size_t place = 1; place < sorted.size(); ++place) {
    const std::uint32_t number = shard_of(sorted[place].facts).number;
    if (number != shard_of(sorted[place - 1].facts).number) continue;
    problems.push_back(fmt::format("{} and {}: both are shard {}, expected each shard once",
                                   sorted[place - 1].name, sorted[place].name, number));
  }
}

void refuse_incomplete(const RunFacts& merged, Problems& problems) {
  constexpr std::string_view kRemedy =
      "--partial merges what there is, and the run is then not known";
  const auto missing = missing_shards(merged);
  if (!missing.empty()) {
    problems.push_back(fmt::format("shard {} of {} is missing; {}", fmt::join(missing, ", "),
                                   merged.shards.front().of, kRemedy));
  }
  for (const ShardFacts& shard : merged.shards) {
    if (!shard.cut_short) continue;
    problems.push_back(
        fmt::format("shard {} is not whole: {}; {}", shard.number, *shard.cut_short, kRemedy));
  }
}

/// Why not all of a shard's attempts may be there.
std::optional<std::string> end_of(const RunFacts& facts) {
  if (const auto& known = shard_of(facts).cut_short) return known;
  if (is_under_way(facts)) {
    return facts.ended_early.value_or("its instrument was killed or is still at work");
  }
  if (facts.interrupted) return describe_interruption(facts);
  return facts.ended_early;
}

std::string machines_of(const std::vector<ShardFacts>& shards) {
  std::set<std::string> machines;
  for (const ShardFacts& shard : shards) machines.insert(shard.machine);
  return fmt::format("{} shards on: {}", shards.size(), fmt::join(machines, "; "));
}

/// The one that speaks of the run: shard 1 took the evidence; without it whoever came furthest.
const RunFacts& speaker(const std::vector<ShardRun>& sorted) {
  if (shard_of(sorted.front().facts).number == 1) return sorted.front().facts;
  return std::ranges::max_element(sorted, {},
                                  [](const ShardRun& shard) { return shard.facts.rounds.size(); })
      ->facts;
}

void note_failures(const std::vector<ShardRun>& shards, RunFacts& merged) {
  merged.instrument_failure.reset();
  merged.ended_early.reset();
  merged.interrupted = true;
  for (const ShardRun& shard : shards) {
    const auto& failure = shard.facts.instrument_failure;
    const std::uint32_t number = shard_of(shard.facts).number;
    if (failure && !merged.instrument_failure) {
      merged.instrument_failure = fmt::format("shard {}: {}", number, *failure);
    }
    if (!merged.target_failure) merged.target_failure = shard.facts.target_failure;
    merged.interrupted = merged.interrupted && shard.facts.interrupted;
  }
  // Who was killed says so of itself; an end that all have in common is one of the run.
  if (!merged.interrupted) merged.interrupted_ns.reset();
}

}  // namespace

const ShardFacts& shard_of(const RunFacts& facts) {
  FAIRRUSH_ASSERT(facts.shards.size() == 1);
  return facts.shards.front();
}

std::expected<RunFacts, Problems> combine(std::vector<ShardRun>& shards,
                                          Completeness completeness) {
  FAIRRUSH_ASSERT(!shards.empty());
  Problems problems = strangers(shards);
  if (!problems.empty()) return std::unexpected(std::move(problems));
  std::ranges::sort(shards, {}, [](const ShardRun& shard) { return shard_of(shard.facts).number; });
  for (const ShardRun& shard : shards) compare(shards.front(), shard, problems);
  refuse_repeated(shards, problems);
  if (!problems.empty()) return std::unexpected(std::move(problems));

  RunFacts merged = speaker(shards);
  merged.shards.clear();
  for (const ShardRun& shard : shards) {
    merged.shards.push_back(shard_of(shard.facts));
    merged.shards.back().cut_short = end_of(shard.facts);
  }
  if (completeness == Completeness::whole) refuse_incomplete(merged, problems);
  if (!problems.empty()) return std::unexpected(std::move(problems));
  merged.rounds.back().under_way = false;
  merged.machine = machines_of(merged.shards);
  merged.instrument = combined_instrument(merged.shards);
  note_failures(shards, merged);
  return merged;
}

}  // namespace fairrush::analysis
