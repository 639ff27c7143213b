#pragma once

#include <filesystem>
#include <vector>

#include "analysis/run/facts.hpp"
#include "cli/live/view.hpp"
#include "cli/side_by_side.hpp"
#include "cli/verdict_output.hpp"

namespace fairrush::cli {

/// What follows on a run that was played or merged: judges what is in `directory`, writes the
/// reports into it, prints the verdict, shows it in `view`, adds the run to `finished`, and gives
/// the exit code.
ExitCode conclude_run(const std::filesystem::path& directory, analysis::RunFacts facts,
                      OutputOptions output, std::vector<FinishedRun>& finished, LiveView& view);

}  // namespace fairrush::cli
