#include "cli/side_by_side.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fairrush::cli {
namespace {

constexpr std::size_t kColumn = 12;

std::string rate_of(const FinishedRun& run, const std::string& cohort) {
  const auto found = std::ranges::find(run.fairness.cohorts, cohort, &analysis::GroupRate::label);
  if (found == run.fairness.cohorts.end()) return {};
  return fmt::format("{:.2f} %", found->rate_of_claimed * 100);
}

/// Ends a line without the blanks of empty columns.
void end_line(std::string& text) {
  while (text.back() == ' ') text.pop_back();
  text += '\n';
}

}  // namespace

std::string side_by_side(std::span<const FinishedRun> runs) {
  if (runs.empty()) return {};
  std::size_t name = 0;
  for (const FinishedRun& run : runs) name = std::max(name, run.scenario.size());
  std::string text = fmt::format("\nSide by side, win rate of those who claimed\n  {:<{}}  {:<{}}",
                                 "", name, "verdict", kColumn + 2);
  for (const auto& cohort : runs.front().fairness.cohorts) {
    text += fmt::format("{:>{}}", cohort.label, kColumn);
  }
  text += fmt::format("{:>{}}", "arrival AUC", kColumn + 2);
  end_line(text);
  for (const FinishedRun& run : runs) {
    text += fmt::format("  {:<{}}  {:<{}}", run.scenario, name, analysis::name_of(run.verdict),
                        kColumn + 2);
    for (const auto& cohort : runs.front().fairness.cohorts) {
      text += fmt::format("{:>{}}", rate_of(run, cohort.label), kColumn);
    }
    const auto* arrival = run.fairness.test("arrival");
    const bool known = arrival != nullptr && arrival->computed;
    text += fmt::format("{:>{}}", known ? fmt::format("{:.3f}", arrival->effect) : "", kColumn + 2);
    end_line(text);
  }
  return text;
}

}  // namespace fairrush::cli
