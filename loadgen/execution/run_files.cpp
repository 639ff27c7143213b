#include "loadgen/execution/run_files.hpp"

#include <algorithm>

#include "analysis/run/facts_json.hpp"

namespace fairrush::loadgen {

std::expected<void, std::string> RunFiles::create(const std::string& scenario) {
  if (auto written = write_file(directory_.scenario(), scenario); !written) return written;
  auto history = analysis::HistoryFile::create(directory_.history());
  if (!history) return std::unexpected(std::move(history.error()));
  history_ = std::move(*history);
  return {};
}

std::expected<void, std::string> RunFiles::keep(analysis::RunFacts so_far, const Issued& issued) {
  std::expected<void, std::string> written;
  if (!so_far.rounds.back().under_way) written = write_evidence(so_far, issued);
  so_far.interrupted = true;
  if (!so_far.ended_early) so_far.ended_early = "the run was not brought to its end";
  if (written) written = replace_file(directory_.run_json(), analysis::run_json_of_facts(so_far));
  return written;
}

std::expected<void, std::string> RunFiles::write_evidence(const analysis::RunFacts& facts,
                                                          const Issued& issued) {
  auto written = history_->seal();
  const bool any_ledger = std::ranges::any_of(
      facts.rounds, [](const analysis::RoundFacts& round) { return !round.ledger_missing; });
  if (written && any_ledger) {
    written = replace_file(directory_.ledger(), analysis::format_ledger_csv(issued.ledger));
  }
  if (written && issued.bus) {
    written = replace_file(directory_.bus(), analysis::format_bus_csv(*issued.bus));
  }
  return written;
}

std::expected<void, std::string> RunFiles::finish(const analysis::RunFacts& facts) {
  if (auto closed = history_->close(); !closed) return closed;
  return replace_file(directory_.run_json(), analysis::run_json_of_facts(facts));
}

}  // namespace fairrush::loadgen
