#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "analysis/assessment.hpp"
#include "cli/arguments.hpp"
#include "cli/run_files.hpp"
#include "cli/subcommand.hpp"
#include "reports/reports.hpp"

namespace fairrush::cli {
namespace {

namespace fs = std::filesystem;

std::vector<std::string_view> format_names() {
  std::vector<std::string_view> names;
  for (const reports::Format& format : reports::formats()) names.push_back(format.name);
  return names;
}

/// Splits "html,md"; the error names the first word that is no format.
std::expected<std::vector<reports::Format>, std::string> formats_named(std::string_view list) {
  std::vector<reports::Format> chosen;
  if (list.empty()) return std::unexpected("--format: '' is not accepted: expected a format");
  while (!list.empty()) {
    const std::string_view name = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), name.size() + 1));
    const auto known = std::ranges::find(reports::formats(), name, &reports::Format::name);
    if (known == reports::formats().end()) {
      return std::unexpected(fmt::format("--format: '{}' is not accepted: expected some of {}",
                                         name, fmt::join(format_names(), ",")));
    }
    chosen.push_back(*known);
  }
  return chosen;
}

ExitCode write_formats(const std::vector<reports::Format>& chosen,
                       const analysis::RunEvidence& evidence, const fs::path& directory) {
  const analysis::Assessment assessment = analysis::assess(evidence);
  for (const reports::Format& format : chosen) {
    const auto written = format.write({evidence.facts, assessment, evidence.history}, directory);
    if (!written) return refuse(written.error());
    for (const fs::path& path : *written) fmt::print("{}\n", path.string());
  }
  return ExitCode::pass;
}

}  // namespace

ExitCode report_main(std::vector<std::string> arguments) {
  std::string format_list = fmt::format("{}", fmt::join(format_names(), ","));
  std::optional<std::string> out;
  OptionTable table;
  table.add({"format", "LIST", "Formats, separated by commas"}, format_list);
  table.add(
      {"out", "DIR", "New or empty directory to write into (the run's own, over its reports)"},
      out);
  const auto positionals = read_arguments({.name = "fairrush report",
                                           .purpose = "Render a run again from its directory.",
                                           .positionals_hint = "RUN",
                                           .positionals_min = 1,
                                           .positionals_max = 1},
                                          table, std::move(arguments));
  if (!positionals) return positionals.error();
  const auto chosen = formats_named(format_list);
  if (!chosen) return refuse(chosen.error());
  const fs::path run = positionals->front();
  const auto evidence = analysis::load_run({run});
  if (!evidence) return refuse(evidence.error());
  if (!out) return write_formats(*chosen, *evidence, run);
  const auto directory = make_out_directory(*out);
  if (!directory) return refuse(directory.error());
  return write_formats(*chosen, *evidence, *directory);
}

}  // namespace fairrush::cli
