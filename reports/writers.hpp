#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "reports/reports.hpp"

namespace fairrush::reports {

/// What a format gives back: the files written, the one to open first in front, or path and cause.
using Written = std::expected<std::vector<std::filesystem::path>, std::string>;

/// report.html: one self-contained page.
Written write_html(const ReportInput& input, const std::filesystem::path& directory);
/// report.md: fit for a pull request's comment.
Written write_markdown(const ReportInput& input, const std::filesystem::path& directory);
/// run.json: every figure and verdict; its facts are what `fairrush check` reads back.
Written write_run_json(const ReportInput& input, const std::filesystem::path& directory);
/// history.csv with every attempt, and timeseries.csv.
Written write_csv(const ReportInput& input, const std::filesystem::path& directory);
/// plots/NAME.csv, plots/NAME.gp and plots/NAME.svg of every plot.
Written write_plots(const ReportInput& input, const std::filesystem::path& directory);

}  // namespace fairrush::reports
