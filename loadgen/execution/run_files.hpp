#pragma once

#include <expected>
#include <memory>
#include <string>

#include "analysis/history/writer.hpp"
#include "analysis/run/directory.hpp"
#include "loadgen/execution/evidence.hpp"

namespace fairrush::loadgen {

/// What a run leaves in its directory while it is under way and in the end. Errors name path and
/// cause. One thread.
class RunFiles {
 public:
  explicit RunFiles(std::filesystem::path directory) : directory_{std::move(directory)} {}

  /// The scenario and an empty history.
  std::expected<void, std::string> create(const std::string& scenario);

  const analysis::RunDirectory& directory() const { return directory_; }
  analysis::HistoryFile& history() { return *history_; }

  /// Leaves a directory that can be judged should this process go no further: the rounds before
  /// this one in full, of this one what is in the history by then.
  std::expected<void, std::string> keep(analysis::RunFacts so_far, const Issued& issued);

  /// Closes the history and writes the facts of a run that is over.
  std::expected<void, std::string> finish(const analysis::RunFacts& facts);

 private:
  std::expected<void, std::string> write_evidence(const analysis::RunFacts& facts,
                                                  const Issued& issued);

  analysis::RunDirectory directory_;
  std::unique_ptr<analysis::HistoryFile> history_;
};

}  // namespace fairrush::loadgen
