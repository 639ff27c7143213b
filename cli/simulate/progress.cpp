#include "cli/simulate/progress.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/output/streams.hpp"

namespace fairrush::cli {
namespace {

constexpr Duration kBarEvery = std::chrono::milliseconds(200);
constexpr Duration kLineEvery = std::chrono::seconds(5);

}  // namespace

std::string describe(const SimulationProgress& progress, const std::string& label,
                     Duration passed) {
  const double seconds = std::max(1e-9, std::chrono::duration<double>(passed).count());
  const std::uint32_t left = progress.rounds - progress.rounds_done;
  std::string text = fmt::format(
      "{}: {}/{} rounds  {} claims/s", label, format_count(progress.rounds_done),
      format_count(progress.rounds),
      format_count(static_cast<std::uint64_t>(static_cast<double>(progress.claims) / seconds)));
  if (left > 0 && progress.rounds_done > 0) {
    text += fmt::format("  {:.0f}s left", seconds * left / progress.rounds_done);
  }
  return text;
}

SimulationDisplay::SimulationDisplay(ProgressStyle style, std::string label, const Clock& clock)
    : style_(style), label_(std::move(label)), clock_(clock), start_(clock.steady_now()) {}

SimulationDisplay::~SimulationDisplay() {
  terminal_.erase();
}

void SimulationDisplay::show(const SimulationProgress& progress) {
  if (style_ == ProgressStyle::none) return;
  const SteadyTime now = clock_.steady_now();
  const bool last = progress.rounds_done == progress.rounds;
  const bool bar = style_ == ProgressStyle::bar;
  if (now - std::max(shown_, start_) < (bar ? kBarEvery : kLineEvery) && !last) return;
  shown_ = now;
  const std::string line = describe(progress, label_, now - start_);
  if (bar) {
    terminal_.draw(line);
  } else {
    tell(fmt::format("{}\n", line));
  }
}

}  // namespace fairrush::cli
