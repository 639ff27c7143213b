#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/assessment.hpp"
#include "analysis/run/directory.hpp"

namespace fairrush::reports {

/// One run as every format shows it. Views: valid as long as what they point to.
struct ReportInput {
  const analysis::RunFacts& facts;
  const analysis::Assessment& assessment;
  const analysis::History& history;  ///< for the attempts as CSV
};

/// A way to write a run down. `write` puts one or more files into `directory` and returns their
/// paths, the one to open first in front; the error names path and cause.
struct Format {
  std::string_view name;  ///< "html"
  std::string_view help;  ///< "one self-contained page"
  bool by_default;        ///< written by `fairrush run`
  std::expected<std::vector<std::filesystem::path>, std::string> (*write)(
      const ReportInput& input, const std::filesystem::path& directory);
};

/// html, md, json, csv (attempts), plots. One row a format.
std::span<const Format> formats();

struct ConsoleStyle {
  bool color = false;
  unsigned width = 100;  ///< columns
};

/// The summary printed at the end of a run: verdict first, then the figures, then every check that
/// did not pass with its evidence.
std::string console_summary(const ReportInput& input, ConsoleStyle style);

}  // namespace fairrush::reports
