#pragma once

#include <filesystem>
#include <string>

#include "analysis/assessment.hpp"
#include "cli/subcommand.hpp"
#include "reports/reports.hpp"

namespace fairrush::cli {

/// How a subcommand talks, from options that all of them share.
struct OutputOptions {
  bool quiet = false;  ///< no progress, no summary: the exit code alone
  bool json = false;   ///< one JSON object a run on standard output instead of text
};

/// The exit code an assessment stands for.
ExitCode exit_code_of(const analysis::RunFacts& facts, const analysis::Assessment& assessment);

/// The one that matters more when several runs end differently: a run that could not be made, then
/// a failed check, then an interruption, then an unknown verdict.
ExitCode worse_of(ExitCode one, ExitCode other);

/// Prints summary or JSON as the options ask. `opened_first` is the file a person would open next;
/// empty when nothing was written.
void print_verdict(const reports::ReportInput& input, const std::filesystem::path& opened_first,
                   OutputOptions options);

}  // namespace fairrush::cli
