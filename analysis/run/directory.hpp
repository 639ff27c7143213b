#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/history/reader.hpp"
#include "analysis/run/bus.hpp"
#include "analysis/run/facts.hpp"
#include "analysis/run/ledger.hpp"
#include "analysis/run/published_draw.hpp"

namespace fairrush::analysis {

/// Names of the files in a run directory.
struct RunDirectory {
  std::filesystem::path path;

  std::filesystem::path run_json() const { return path / "run.json"; }
  std::filesystem::path history() const { return path / "history.bin"; }
  std::filesystem::path ledger() const { return path / "ledger.csv"; }
  std::filesystem::path bus() const { return path / "bus.csv"; }
  /// draw.json of the first round, draw-2.json of the second …
  std::filesystem::path draw(std::uint32_t round) const;
  std::filesystem::path scenario() const { return path / "scenario.toml"; }
};

/// What the target showed after a round.
struct RoundRecords {
  std::optional<Ledger> ledger;       ///< unset when the target has none to show
  std::optional<PublishedDraw> draw;  ///< unset when nothing was published
  std::optional<BusLog> bus;          ///< unset when no consumer of the bus could be asked
};

/// One round as the checks take it in. Views: valid as long as what they point to.
struct RoundEvidence {
  const RunFacts& facts;
  const RoundFacts& round;
  const RoundRecords& records;
  std::span<const HistoryBlock> blocks;
  std::uint32_t number = 0;  ///< 0-based
  bool cut_short = false;    ///< records of the history may be missing
};

/// A run as the verifier takes it in. Owns everything; movable.
struct RunEvidence {
  RunFacts facts;
  History history;
  std::vector<RoundRecords> rounds;  ///< as many as the facts have

  RoundEvidence round(std::uint32_t number) const;

 private:
  bool may_lack_records(std::uint32_t number) const;
};

/// Reads a run directory. Of a run that is under way, or whose instrument was killed, the facts say
/// so: it was interrupted, and `ended_early` says how far its attempts go. The error names the file
/// and what is wrong with it.
std::expected<RunEvidence, std::string> load_run(const RunDirectory& directory);

/// The same for a run whose facts are at hand and not written yet.
std::expected<RunEvidence, std::string> load_evidence(const RunDirectory& directory,
                                                      RunFacts facts);

}  // namespace fairrush::analysis
