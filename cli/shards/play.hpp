#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "cli/conclusion.hpp"
#include "cli/live/view.hpp"
#include "cli/mpi/session.hpp"
#include "loadgen/run.hpp"

namespace fairrush::cli {

/// Plays the shard of a seat into a directory, with progress when `quiet` is false.
using PlayShard = std::function<std::expected<analysis::RunFacts, loadgen::RunFailure>(
    const std::filesystem::path& directory, const loadgen::ShardSeat& seat, bool quiet)>;

/// Prints why a run could not be made; gives its exit code.
ExitCode failure_exit(const loadgen::RunFailure& failure);

/// Plays one shard whose others are played elsewhere, and says what is to be done with it.
ExitCode play_alone(const PlayShard& play, const loadgen::ShardSeat& seat,
                    const std::filesystem::path& directory, OutputOptions output);

/// Plays this process's shard of a run that mpirun has started. The first one puts all of them
/// together in `directory`, judges and prints; of the others nobody hears.
ExitCode play_in_group(const PlayShard& play, MpiSession& session,
                       const std::filesystem::path& directory, OutputOptions output,
                       std::vector<FinishedRun>& finished, LiveView& view);

}  // namespace fairrush::cli
