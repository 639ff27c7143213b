#include "cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "cli/output/streams.hpp"

namespace fairrush::cli {
namespace {

using loadgen::Progress;

constexpr Duration kLineEvery = std::chrono::seconds(5);
constexpr std::size_t kBarWidth = 24;

double part_done(const Progress& progress) {
  if (progress.phase_length <= Duration::zero()) return 0;
  return std::clamp(std::chrono::duration<double>(progress.phase_elapsed) /
                        std::chrono::duration<double>(progress.phase_length),
                    0.0, 1.0);
}

std::string bar(double part) {
  const auto filled = static_cast<std::size_t>(part * kBarWidth);
  std::string text;
  for (std::size_t place = 0; place < kBarWidth; ++place) text += place < filled ? "█" : "░";
  return text;
}

std::string rounded(Duration duration) {
  const double milliseconds = std::chrono::duration<double, std::milli>(duration).count();
  return milliseconds < 1000 ? fmt::format("{:.1f}ms", milliseconds)
                             : fmt::format("{:.1f}s", milliseconds / 1000);
}

}  // namespace

ProgressStyle progress_style(bool quiet) {
  if (quiet) return ProgressStyle::none;
  return isatty(STDERR_FILENO) == 1 ? ProgressStyle::bar : ProgressStyle::line;
}

std::string describe(const Progress& progress, ProgressStyle style) {
  std::string text = fmt::format("{:<11}", loadgen::name_of(progress.phase));
  if (progress.rounds > 1) {
    text = fmt::format("round {}/{} ", progress.round + 1, progress.rounds) + text;
  }
  if (style == ProgressStyle::bar) text += bar(part_done(progress)) + " ";
  if (progress.users_total > 0) {
    text += fmt::format("{}/{} users  {}/s  {} in flight  p99 {}",
                        format_count(progress.users_done), format_count(progress.users_total),
                        format_count(static_cast<std::uint64_t>(progress.rate.per_second)),
                        format_count(progress.in_flight), rounded(progress.latency_p99));
    text += fmt::format("  {} wins  {} errors", format_count(progress.wins),
                        format_count(progress.errors));
  }
  if (!progress.awaited.empty()) {
    text += fmt::format("{}waiting for {}", progress.users_total > 0 ? "  " : "", progress.awaited);
  }
  if (progress.phase_length > progress.phase_elapsed) {
    const std::string left = rounded(progress.phase_length - progress.phase_elapsed);
    text += progress.awaited.empty() ? fmt::format("  {} left", left)
                                     : fmt::format(", {} longer at most", left);
  }
  return text;
}

ProgressDisplay::~ProgressDisplay() {
  if (bar_drawn_) tell("\r\033[K");
  if (withheld_) tell(fmt::format("{}\n", describe(*withheld_, style_)));
}

void ProgressDisplay::progress(const Progress& progress) {
  if (style_ == ProgressStyle::none) return;
  const SteadyTime now = clock_.steady_now();
  if (style_ == ProgressStyle::bar) {
    // Cut at the terminal's edge, so that redrawing never scrolls.
    tell(fmt::format("\r\033[K\033[?7l{}\033[?7h", describe(progress, style_)));
    std::fflush(stderr);
    bar_drawn_ = true;
    return;
  }
  const bool new_wait = !progress.awaited.empty() && progress.awaited != last_awaited_;
  const bool due = now - last_drawn_ >= kLineEvery || progress.phase != last_phase_ || new_wait;
  if (!due) {
    // How far a wait was is no news once it is over.
    if (progress.awaited.empty()) withheld_ = progress;
    return;
  }
  withheld_.reset();
  tell(fmt::format("{}\n", describe(progress, style_)));
  last_drawn_ = now;
  last_phase_ = progress.phase;
  last_awaited_ = progress.awaited;
}

void ProgressDisplay::notice(const std::string& what) {
  if (style_ == ProgressStyle::none) return;
  tell(fmt::format("{}! {}\n", bar_drawn_ ? "\r\033[K" : "", what));
}

}  // namespace fairrush::cli
