#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "analysis/history/reader.hpp"
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
  std::filesystem::path draw() const { return path / "draw.json"; }
  std::filesystem::path scenario() const { return path / "scenario.toml"; }
};

/// A run as the verifier takes it in. Owns everything; movable.
struct RunEvidence {
  RunFacts facts;
  History history;
  std::optional<Ledger> ledger;       ///< unset when the target has none to show
  std::optional<PublishedDraw> draw;  ///< unset when nothing was published
};

/// Reads a run directory. The error names the file and what is wrong with it.
std::expected<RunEvidence, std::string> load_run(const RunDirectory& directory);

/// The same for a run whose facts are at hand and not written yet.
std::expected<RunEvidence, std::string> load_evidence(const RunDirectory& directory,
                                                      RunFacts facts);

}  // namespace fairrush::analysis
