#include "cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "cli/output/streams.hpp"

namespace fairrush::cli {
namespace {

using loadgen::Progress;

constexpr Duration kLineEveryLeast = std::chrono::seconds(5);
constexpr Duration kLineEveryMost = std::chrono::seconds(30);
constexpr int kLinesAPhase = 12;
/// So many rounds show all their phases, however short.
constexpr std::uint32_t kRoundsInFull = 3;
constexpr std::size_t kBarWidth = 24;
constexpr std::size_t kBarWidthLeast = 8;

double part_done(const Progress& progress) {
  if (progress.phase_length <= Duration::zero()) return 0;
  return std::clamp(std::chrono::duration<double>(progress.phase_elapsed) /
                        std::chrono::duration<double>(progress.phase_length),
                    0.0, 1.0);
}

std::string bar(double part, std::size_t width) {
  const auto filled = static_cast<std::size_t>(part * static_cast<double>(width));
  std::string text;
  for (std::size_t place = 0; place < width; ++place) text += place < filled ? "█" : "░";
  return text;
}

std::string latency_text(Duration duration) {
  const double milliseconds = std::chrono::duration<double, std::milli>(duration).count();
  return milliseconds < 1000 ? fmt::format("{:.1f}ms", milliseconds)
                             : fmt::format("{:.1f}s", milliseconds / 1000);
}

/// "4.6s", "3m05s", "1h02m".
std::string time_text(Duration duration) {
  using namespace std::chrono;
  if (duration < minutes(1))
    return fmt::format("{:.1f}s", std::chrono::duration<double>(duration).count());
  const auto whole = ceil<seconds>(duration);
  const auto hours_part = floor<hours>(whole);
  const auto minutes_part = floor<minutes>(whole - hours_part);
  if (hours_part.count() > 0) {
    return fmt::format("{}h{:02}m", hours_part.count(), minutes_part.count());
  }
  return fmt::format("{}m{:02}s", minutes_part.count(), (whole - minutes_part).count());
}

std::string phase_text(const Progress& progress) {
  const std::string_view phase = loadgen::name_of(progress.phase);
  return progress.rounds > 1
             ? fmt::format("round {}/{} {:<9}", progress.round + 1, progress.rounds, phase)
             : fmt::format("{:<9}", phase);
}

std::string left_text(const Progress& progress) {
  const Duration left = progress.phase_length - progress.phase_elapsed;
  const bool known = left > Duration::zero();
  if (!progress.awaited.empty()) {
    return fmt::format("waiting for {}{}", progress.awaited,
                       known ? fmt::format(", {} longer at most", time_text(left)) : "");
  }
  return known ? fmt::format("{} left", time_text(left)) : std::string();
}

/// Until the last rush has closed, where that is more than the phase.
std::string whole_text(const Progress& progress) {
  const Duration left = std::max(progress.phase_length - progress.phase_elapsed, Duration());
  if (progress.run_left < left + std::chrono::seconds(1)) return {};
  return fmt::format("{} to the last close", time_text(progress.run_left));
}

/// A part of the line; those of a higher rank are the first to go.
struct Part {
  int rank;
  std::string text;
};
constexpr int kNeverLeftOut = 0;

std::vector<Part> figures_of(const Progress& progress) {
  if (progress.users_total == 0) return {};
  const bool any_error = progress.errors > 0;
  return {
      {3, fmt::format("{}/{} users", format_count(progress.users_done),
                      format_count(progress.users_total))},
      {6, fmt::format("{}/s", format_count(static_cast<std::uint64_t>(progress.rate.per_second)))},
      {9, fmt::format("{} in flight", format_count(progress.in_flight))},
      {7, fmt::format("p99 {}", latency_text(progress.latency_p99))},
      {5, fmt::format("{} wins", format_count(progress.wins))},
      {any_error ? 2 : 8, fmt::format("{} errors", format_count(progress.errors))}};
}

std::string joined(const std::vector<Part>& parts) {
  std::string text;
  for (const Part& part : parts) {
    if (part.text.empty()) continue;
    if (!text.empty()) text += "  ";
    text += part.text;
  }
  return text;
}

}  // namespace

ProgressStyle progress_style(bool quiet) {
  if (quiet) return ProgressStyle::none;
  const char* const terminal = std::getenv("TERM");
  const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  return isatty(STDERR_FILENO) == 1 && !dumb ? ProgressStyle::bar : ProgressStyle::line;
}

std::string describe(const Progress& progress) {
  std::vector<Part> parts{{kNeverLeftOut, phase_text(progress)}};
  for (Part& figure : figures_of(progress)) parts.push_back(std::move(figure));
  parts.push_back({kNeverLeftOut, left_text(progress)});
  parts.push_back({kNeverLeftOut, whole_text(progress)});
  return joined(parts);
}

std::string describe(const Progress& progress, std::size_t columns) {
  constexpr int kBarRank = 4;
  std::vector<Part> parts{{kNeverLeftOut, phase_text(progress)},
                          {kBarRank, bar(part_done(progress), kBarWidthLeast)}};
  for (Part& figure : figures_of(progress)) parts.push_back(std::move(figure));
  parts.push_back({1, left_text(progress)});
  parts.push_back({10, whole_text(progress)});
  for (;;) {
    const auto least = std::ranges::max_element(parts, {}, &Part::rank);
    if (columns_of(joined(parts)) <= columns || least->rank == kNeverLeftOut) break;
    parts.erase(least);
  }
  // What room there is left goes to the bar.
  const std::size_t used = columns_of(joined(parts));
  if (const auto found = std::ranges::find(parts, kBarRank, &Part::rank); found != parts.end()) {
    found->text = bar(part_done(progress), std::min(kBarWidth, kBarWidthLeast + columns - used));
  }
  return joined(parts);
}

ProgressDisplay::~ProgressDisplay() {
  terminal_.erase();
  if (withheld_) tell(describe(*withheld_) + "\n");
}

void ProgressDisplay::progress(const Progress& progress) {
  if (style_ == ProgressStyle::none) return;
  if (style_ == ProgressStyle::bar) {
    terminal_.draw(describe(progress, terminal_.columns()));
    return;
  }
  if (!is_due(progress)) {
    // How far a wait was is no news once it is over.
    if (progress.awaited.empty()) withheld_ = progress;
    return;
  }
  withheld_.reset();
  tell(describe(progress) + "\n");
  last_told_ = clock_.steady_now();
  last_ = progress;
}

bool ProgressDisplay::is_due(const Progress& progress) const {
  if (!last_told_) return true;
  const bool new_wait = !progress.awaited.empty() && progress.awaited != last_.awaited;
  const bool new_phase = progress.phase != last_.phase || progress.round != last_.round;
  const bool worth_a_line =
      progress.round < kRoundsInFull || progress.phase_length >= kLineEveryLeast;
  const Duration every =
      std::clamp(progress.phase_length / kLinesAPhase, kLineEveryLeast, kLineEveryMost);
  return new_wait || (new_phase && worth_a_line) || clock_.steady_now() - *last_told_ >= every;
}

void ProgressDisplay::notice(const std::string& what) {
  if (style_ == ProgressStyle::none) return;
  terminal_.erase();
  tell(fmt::format("! {}\n", what));
}

}  // namespace fairrush::cli
