#include "analysis/evidence/stories.hpp"

#include <algorithm>
#include <utility>

namespace fairrush::analysis {
namespace {

/// Records of one user lie far apart in the history: the memory is asked for them this many
/// attempts ahead, which hides most of its latency.
constexpr std::size_t kLookAhead = 16;

void prefetch(const AttemptRecord& record) {
  const char* const bytes = reinterpret_cast<const char*>(&record);
  __builtin_prefetch(bytes);
  __builtin_prefetch(bytes + sizeof(AttemptRecord) - 1);
}

}  // namespace

bool is_status_read(const StoryStep& step) {
  return step.record->operation() == Op::status && step.record->result() == Outcome::accepted;
}

std::optional<std::int64_t> acknowledged_ns(std::span<const StoryStep> steps) {
  std::optional<std::int64_t> first;
  for (const StoryStep& step : steps) {
    if (step.record->operation() != Op::claim || step.receipt.empty()) continue;
    const bool names_coupon =
        step.record->result() == Outcome::win || step.record->why() == Reason::already_claimed;
    if (!names_coupon) continue;
    const std::int64_t answered = step.record->answered_ns();
    first = first ? std::min(*first, answered) : answered;
  }
  return first;
}

std::size_t Stories::gather(const RoundAttempts& attempts, std::size_t place,
                            std::vector<StoryStep>& steps) const {
  steps.clear();
  const std::uint64_t slot = entries_[place] >> kSlotShift;
  for (; place < entries_.size() && entries_[place] >> kSlotShift == slot; ++place) {
    if (place + kLookAhead < entries_.size()) {
      prefetch(attempts.record(static_cast<Position>(entries_[place + kLookAhead])));
    }
    const auto position = static_cast<Position>(entries_[place]);
    const auto [record, receipt] = attempts.at(position);
    if (record.sent()) steps.push_back({&record, receipt, position});
  }
  const auto order = [](const StoryStep& step) {
    return std::pair(step.record->first_byte_out_ns, step.position);
  };
  if (!std::ranges::is_sorted(steps, {}, order)) std::ranges::sort(steps, {}, order);
  return place;
}

std::vector<StoryStep> Stories::steps(const RoundAttempts& attempts, std::uint32_t place) const {
  std::vector<StoryStep> steps;
  gather(attempts, place, steps);
  return steps;
}

}  // namespace fairrush::analysis
