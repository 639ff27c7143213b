#pragma once

#include <cstdint>
#include <span>

#include "analysis/invariants/run_index.hpp"

namespace fairrush::analysis {

/// Whether the step is a status read that was answered with the wallet.
bool is_status_read(const StoryStep& step);

/// When the user was first told a coupon by a claim; kNever before that.
std::int64_t acknowledged_ns(std::span<const StoryStep> steps);

/// Whether a status read returned a coupon with which a claim of the same user was answered.
bool shows_own_coupon(const RunIndex& index, Slot slot, const StoryStep& read);

}  // namespace fairrush::analysis
