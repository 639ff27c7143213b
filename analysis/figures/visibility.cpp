#include <algorithm>
#include <span>

#include "analysis/figures/figures.hpp"

namespace fairrush::analysis {

VisibilityFigures visibility_figures(const RunIndex& index) {
  VisibilityFigures figures;
  if (index.totals().status_reads == 0) return figures;
  index.stories().for_each(index.all_attempts(), [&](Slot slot, std::span<const StoryStep> steps) {
    const auto acknowledged = acknowledged_ns(steps);
    if (!acknowledged) return;
    const StoryStep* stable = nullptr;
    bool any_read = false;
    for (const StoryStep& step : steps) {
      if (!is_status_read(step)) continue;
      any_read = true;
      if (!index.shows_own_coupon(slot, step)) {
        stable = nullptr;
      } else if (stable == nullptr) {
        stable = &step;
      }
    }
    if (!any_read) return;
    if (stable == nullptr) {
      ++figures.never_stable;
      return;
    }
    const std::int64_t waited = stable->record->answered_ns() - *acknowledged;
    figures.from_acknowledgement.record(
        static_cast<std::uint64_t>(std::max<std::int64_t>(0, waited)));
  });
  return figures;
}

void add_round(VisibilityFigures& visibility, const VisibilityFigures& round) {
  visibility.from_acknowledgement.merge(round.from_acknowledgement);
  visibility.never_stable += round.never_stable;
}

}  // namespace fairrush::analysis
