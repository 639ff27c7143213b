#pragma once

#include <string_view>

#include "cli/subcommand.hpp"

namespace fairrush::cli {

/// To be called first: a write beyond the limit of file sizes fails as on a full disk from then on,
/// and no file is opened in the place of a standard stream that was closed.
void prepare_streams();

/// Writes to standard error. That nobody can read it there is no reason to end.
void tell(std::string_view text);

/// To be called last: whether everything printed has reached standard output. If not, says so on
/// standard error and gives the exit code of output that cannot be written.
ExitCode flush_output();

}  // namespace fairrush::cli
