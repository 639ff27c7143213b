#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "reports/reports.hpp"

namespace fairrush::cli {

/// Creates the directory that --out names, or gives back the one that is there and empty. The error
/// names the option.
std::expected<std::filesystem::path, std::string> make_out_directory(
    const std::filesystem::path& out);

/// Creates the directory of one run, or gives back the one that is there and empty: `out`, or
/// runs/NAME-TIME, with a number behind it when two runs start in one second.
std::expected<std::filesystem::path, std::string> make_run_directory(
    const std::optional<std::filesystem::path>& out, const std::string& name);

/// Writes what a run leaves behind by default; gives the file to open first.
std::expected<std::filesystem::path, std::string> write_reports(
    const reports::ReportInput& input, const std::filesystem::path& directory);

}  // namespace fairrush::cli
