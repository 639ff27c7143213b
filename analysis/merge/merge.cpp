#include "analysis/merge/merge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <system_error>

#include "analysis/history/writer.hpp"
#include "analysis/run/facts_json.hpp"

namespace fairrush::analysis {
namespace {

namespace fs = std::filesystem;

using Problems = std::vector<std::string>;
using Done = std::expected<void, std::string>;

/// Attempts and users are dealt to shards by their numbers: what is another's was not played here.
Done check_owner(const HistoryBlock& block, const ShardFacts& shard, const fs::path& file) {
  for (const AttemptRecord& record : block.records) {
    const bool own =
        record.user % shard.of == shard.number - 1 && record.attempt % shard.of == shard.number - 1;
    if (own) continue;
    return std::unexpected(fmt::format("{}: attempt {} of user {} is not one of shard {} of {}",
                                       file.string(), record.attempt, record.user, shard.number,
                                       shard.of));
  }
  return {};
}

/// Copies the blocks of the rounds that the merged run has.
Done copy_attempts(const History& history, const ShardFacts& shard, const fs::path& file,
                   std::size_t rounds, HistoryFile& out) {
  for (const HistoryBlock& block : history.blocks()) {
    if (block.records.front().round >= rounds) continue;
    if (auto owned = check_owner(block, shard, file); !owned) return owned;
    if (auto copied = out.append(block); !copied) return copied;
  }
  return {};
}

Done copy_file_if_there(const fs::path& from, const fs::path& to) {
  std::error_code error;
  if (!fs::exists(from, error)) return {};
  fs::copy_file(from, to, error);
  if (!error) return {};
  return std::unexpected(
      fmt::format("{}: cannot be copied to {}: {}", from.string(), to.string(), error.message()));
}

/// What the target showed, of which shard 1 alone has any.
Done copy_evidence(const RunDirectory& from, const RunDirectory& to, std::size_t rounds) {
  std::vector<std::pair<fs::path, fs::path>> files{
      {from.scenario(), to.scenario()}, {from.ledger(), to.ledger()}, {from.bus(), to.bus()}};
  for (std::uint32_t round = 0; round < rounds; ++round) {
    files.emplace_back(from.draw(round), to.draw(round));
  }
  for (const auto& [source, target] : files) {
    if (auto copied = copy_file_if_there(source, target); !copied) return copied;
  }
  return {};
}

/// Everything of the shards but their facts, in the order of their numbers.
Done write_attempts(const std::vector<ShardRun>& shards, RunFacts& merged,
                    const RunDirectory& out) {
  auto file = HistoryFile::create(out.history());
  if (!file) return std::unexpected(std::move(file.error()));
  for (std::size_t place = 0; place < shards.size(); ++place) {
    const RunDirectory directory{shards[place].name};
    auto history = History::open(directory.history());
    if (!history) return std::unexpected(std::move(history.error()));
    ShardFacts& shard = merged.shards[place];
    shard.foreign_clicks = foreign_clicks(*history);
    const auto copied =
        copy_attempts(*history, shard, directory.history(), merged.rounds.size(), **file);
    if (!copied) return copied;
  }
  return (*file)->close();
}

/// The facts of a shard, and in them whether its history is whole.
std::expected<ShardRun, std::string> read_shard(const RunDirectory& directory) {
  auto run = load_run(directory);
  if (!run) return std::unexpected(std::move(run.error()));
  ShardRun shard{.name = directory.path.string(), .facts = std::move(run->facts)};
  if (run->history.truncation() && shard.facts.shards.size() == 1 && !is_under_way(shard.facts)) {
    shard.facts.shards.front().cut_short = "its history ends early";
  }
  return shard;
}

Done write_facts(const RunFacts& facts, const RunDirectory& out) {
  std::ofstream file(out.run_json(), std::ios::binary);
  file << run_json_of_facts(facts);
  file.close();
  if (file) return {};
  return std::unexpected(fmt::format("{}: cannot be written", out.run_json().string()));
}

}  // namespace

std::uint64_t foreign_clicks(const History& history) {
  std::uint64_t refused = 0;
  for (const HistoryBlock& block : history.blocks()) {
    refused += static_cast<std::uint64_t>(
        std::ranges::count_if(block.records, [](const AttemptRecord& record) {
          return record.operation() == Op::reserve && record.try_number == 0 &&
                 record.why() == Reason::duplicate_reservation;
        }));
  }
  return refused;
}

std::expected<RunFacts, Problems> merge_runs(const std::vector<RunDirectory>& directories,
                                             const RunDirectory& out, Completeness completeness) {
  std::vector<ShardRun> shards;
  Problems problems;
  for (const RunDirectory& directory : directories) {
    auto shard = read_shard(directory);
    if (shard) {
      shards.push_back(std::move(*shard));
    } else {
      problems.push_back(std::move(shard.error()));
    }
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  auto merged = combine(shards, completeness);
  if (!merged) return merged;
  Done written = write_attempts(shards, *merged, out);
  if (written) written = copy_evidence({shards.front().name}, out, merged->rounds.size());
  if (written) written = write_facts(*merged, out);
  if (!written) return std::unexpected(Problems{std::move(written.error())});
  return merged;
}

}  // namespace fairrush::analysis
