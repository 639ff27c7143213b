#include "analysis/run/directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include "analysis/run/facts_json.hpp"

namespace fairrush::analysis {
namespace {

std::unexpected<std::string> wrong(const std::filesystem::path& file, std::string_view what) {
  return std::unexpected(fmt::format("{}: {}", file.string(), what));
}

std::expected<std::string, std::string> read_text(const std::filesystem::path& file) {
  std::error_code failure;
  if (!std::filesystem::exists(file, failure)) return wrong(file, "missing");
  if (!std::filesystem::is_regular_file(file, failure)) return wrong(file, "not a regular file");
  std::ifstream stream(file, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(stream), {});
  if (!stream && !stream.eof()) {
    return wrong(file, fmt::format("cannot read: {}", std::generic_category().message(errno)));
  }
  return text;
}

std::expected<RunFacts, std::string> read_facts(const std::filesystem::path& file) {
  const auto text = read_text(file);
  if (!text) return std::unexpected(text.error());
  auto read = facts_in_run_json(*text);
  if (!read) return wrong(file, read.error());
  return read;
}

std::expected<void, std::string> check_records(const RunFacts& facts, const History& history,
                                               const std::filesystem::path& file) {
  // Who names no cohorts has one.
  const std::size_t cohorts = std::max<std::size_t>(facts.cohorts.size(), 1);
  for (const HistoryBlock& block : history.blocks()) {
    for (const AttemptRecord& record : block.records) {
      if (record.user >= facts.users || record.round >= facts.rounds.size()) {
        return wrong(file, fmt::format("attempt {} is of user {} in round {}, but run.json says {} "
                                       "users and {} rounds: they are not of one run",
                                       record.attempt, record.user, record.round + 1, facts.users,
                                       facts.rounds.size()));
      }
      if (record.cohort >= cohorts) {
        return wrong(file, fmt::format("attempt {} is of cohort {}, but run.json says {} cohorts: "
                                       "they are not of one run",
                                       record.attempt, record.cohort + 1, cohorts));
      }
    }
  }
  return {};
}

/// Gives every round its own rows. A round that the facts do not know is an error.
template <class Rows>
std::expected<void, std::string> share_out(Rows rows, std::vector<RoundRecords>& rounds,
                                           std::optional<Rows> RoundRecords::* part) {
  for (auto& row : rows) {
    if (row.round >= rounds.size()) {
      return std::unexpected(
          fmt::format("a row of user {} in round {}, but run.json says {} rounds", row.user.value(),
                      row.round, rounds.size()));
    }
    std::optional<Rows>& of_round = rounds[row.round].*part;
    if (!of_round) of_round.emplace();
    of_round->push_back(std::move(row));
  }
  return {};
}

bool has_ledger(const RoundFacts& round) {
  return !round.ledger_missing;
}

bool has_bus(const RoundFacts& round) {
  return !round.bus_missing;
}

bool has_draw(const RunFacts& facts, const RoundFacts& round) {
  return facts.allocation == Allocation::draw && !round.draw_missing;
}

/// The file's parsed content, or nothing when there is no such file.
template <class T, class Parse>
std::expected<std::optional<T>, std::string> read_optional(const std::filesystem::path& file,
                                                           Parse parse) {
  std::error_code failure;
  if (!std::filesystem::exists(file, failure) && !failure) return std::nullopt;
  const auto text = read_text(file);
  if (!text) return std::unexpected(text.error());
  auto parsed = parse(std::string_view(*text));
  if (!parsed) return wrong(file, parsed.error());
  return std::optional<T>(std::move(*parsed));
}

std::expected<void, std::string> load_ledger(const RunDirectory& directory, const RunFacts& facts,
                                             std::vector<RoundRecords>& rounds) {
  auto ledger = read_optional<Ledger>(directory.ledger(),
                                      [](std::string_view text) { return parse_ledger_csv(text); });
  if (!ledger) return std::unexpected(std::move(ledger.error()));
  if (!*ledger) {
    if (std::ranges::none_of(facts.rounds, has_ledger)) return {};
    return wrong(directory.ledger(), "missing, though run.json says that there is a ledger");
  }
  for (std::size_t round = 0; round < rounds.size(); ++round) {
    if (has_ledger(facts.rounds[round])) rounds[round].ledger.emplace();
  }
  const auto shared = share_out(std::move(**ledger), rounds, &RoundRecords::ledger);
  return shared ? shared : wrong(directory.ledger(), shared.error());
}

std::expected<void, std::string> load_bus(const RunDirectory& directory, const RunFacts& facts,
                                          std::vector<RoundRecords>& rounds) {
  auto bus = read_optional<BusLog>(directory.bus(), parse_bus_csv);
  if (!bus) return std::unexpected(std::move(bus.error()));
  if (!*bus) {
    if (std::ranges::none_of(facts.rounds, has_bus)) return {};
    return wrong(directory.bus(), "missing, though run.json says that the bus was heard");
  }
  // Of a round that was not heard an empty log would say that nothing was delivered.
  for (std::size_t round = 0; round < rounds.size(); ++round) {
    if (has_bus(facts.rounds[round])) rounds[round].bus.emplace();
  }
  const auto shared = share_out(std::move(**bus), rounds, &RoundRecords::bus);
  return shared ? shared : wrong(directory.bus(), shared.error());
}

std::expected<void, std::string> load_draws(const RunDirectory& directory, const RunFacts& facts,
                                            std::vector<RoundRecords>& rounds) {
  for (std::uint32_t round = 0; round < rounds.size(); ++round) {
    auto draw = read_optional<PublishedDraw>(directory.draw(round), parse_published_draw);
    if (!draw) return std::unexpected(std::move(draw.error()));
    if (!*draw && has_draw(facts, facts.rounds[round])) {
      return wrong(
          directory.draw(round),
          fmt::format("missing, though run.json says that round {} published a draw", round + 1));
    }
    rounds[round].draw = std::move(*draw);
  }
  return {};
}

/// Says of a run that was not brought to its end how far what there is of it goes.
void describe_open_end(RunFacts& facts, const History& history) {
  if (!is_under_way(facts)) return;
  const auto round = static_cast<std::uint32_t>(facts.rounds.size() - 1);
  std::uint64_t attempts = 0;
  std::int64_t last_ns = 0;
  for (const HistoryBlock& block : history.blocks_of(round)) {
    attempts += block.records.size();
    for (const AttemptRecord& record : block.records) {
      last_ns = std::max({last_ns, record.intended_ns, record.complete_ns});
    }
  }
  const std::string kept =
      attempts == 0
          ? "none of its attempts is there"
          : fmt::format(
                "its {} attempts up to {} after the run's start are there", format_count(attempts),
                format_duration(std::chrono::floor<std::chrono::milliseconds>(Duration(last_ns))));
  facts.ended_early = fmt::format(
      "round {} was not brought to its end, as its instrument was killed or is still at work; {}",
      round + 1, kept);
}

}  // namespace

std::filesystem::path RunDirectory::draw(std::uint32_t round) const {
  return path / (round == 0 ? "draw.json" : fmt::format("draw-{}.json", round + 1));
}

RoundEvidence RunEvidence::round(std::uint32_t number) const {
  return {.facts = facts,
          .round = facts.rounds.at(number),
          .records = rounds.at(number),
          .blocks = history.blocks_of(number),
          .number = number,
          .cut_short = may_lack_records(number)};
}

/// Whoever is killed in the middle of a round leaves the ones before it whole: their records are in
/// the file before the first of the next.
bool RunEvidence::may_lack_records(std::uint32_t number) const {
  if (facts.rounds.at(number).under_way || is_partial(facts)) return true;
  if (!history.truncation()) return false;
  const bool was_killed_later = is_under_way(facts) && !history.blocks().empty() &&
                                history.blocks().back().records.front().round > number;
  return !was_killed_later;
}

std::expected<RunEvidence, std::string> load_run(const RunDirectory& directory) {
  auto facts = read_facts(directory.run_json());
  if (!facts) return std::unexpected(std::move(facts.error()));
  return load_evidence(directory, std::move(*facts));
}

std::expected<RunEvidence, std::string> load_evidence(const RunDirectory& directory,
                                                      RunFacts facts) {
  auto history = History::open(directory.history());
  if (!history) return std::unexpected(std::move(history.error()));
  if (auto fits = check_records(facts, *history, directory.history()); !fits) {
    return std::unexpected(std::move(fits.error()));
  }
  std::vector<RoundRecords> rounds(facts.rounds.size());
  for (const auto load : {&load_ledger, &load_bus, &load_draws}) {
    if (auto loaded = load(directory, facts, rounds); !loaded) {
      return std::unexpected(std::move(loaded.error()));
    }
  }
  describe_open_end(facts, *history);
  return RunEvidence{std::move(facts), std::move(*history), std::move(rounds)};
}

}  // namespace fairrush::analysis
