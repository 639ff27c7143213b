#include "cli/verdict_output.hpp"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>

#include "reports/reports.hpp"

namespace fairrush::cli {
namespace {

/// mpirun gives every process a terminal of its own, whatever it does with what comes out there.
bool is_under_mpirun() {
  return std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr;
}

reports::ConsoleStyle console_style() {
  reports::ConsoleStyle style;
  const bool terminal = isatty(STDOUT_FILENO) == 1 && !is_under_mpirun();
  style.color = terminal && std::getenv("NO_COLOR") == nullptr;
  winsize size{};
  if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    style.width = std::clamp<unsigned>(size.ws_col, 80, 120);
  }
  return style;
}

}  // namespace

ExitCode exit_code_of(const analysis::RunFacts& facts, const analysis::Assessment& assessment) {
  if (facts.interrupted) return ExitCode::interrupted;
  if (assessment.failed) return ExitCode::check_failed;
  return assessment.passed ? ExitCode::pass : ExitCode::not_known;
}

ExitCode worse_of(ExitCode one, ExitCode other) {
  static constexpr std::array kWorstFirst{ExitCode::target_unreachable, ExitCode::usage,
                                          ExitCode::check_failed,       ExitCode::interrupted,
                                          ExitCode::not_known,          ExitCode::pass};
  const auto rank = [](ExitCode code) { return std::ranges::find(kWorstFirst, code); };
  return rank(one) < rank(other) ? one : other;
}

void print_verdict(const reports::ReportInput& input, const std::filesystem::path& opened_first,
                   OutputOptions options) {
  if (options.json) {
    const boost::json::object line{
        {"scenario", input.facts.scenario},
        {"verdict", analysis::name_of(input.assessment.verdict)},
        {"reason", input.assessment.verdict_reason},
        {"exit_code", static_cast<int>(exit_code_of(input.facts, input.assessment))},
        {"report", opened_first.string()}};
    fmt::print("{}\n", boost::json::serialize(line));
    return;
  }
  if (options.quiet) return;
  fmt::print("{}", reports::console_summary(input, console_style()));
  if (!opened_first.empty()) fmt::print("\nreport: {}\n", opened_first.string());
}

}  // namespace fairrush::cli
