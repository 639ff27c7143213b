#pragma once

#include <cstdint>

#include "analysis/run/ledger.hpp"

namespace fairrush::loadgen {

/// The rows of `now` that are of `round` (0-based), in their order: a ledger of the target's own is
/// not emptied when its event is reset. Where any row says a round beyond the first, the rows' own
/// rounds decide; else those whose user and coupon stand in `earlier` are left out. Pure.
/// O((earlier + now) log earlier).
analysis::Ledger rows_gained(const analysis::Ledger& earlier, analysis::Ledger now,
                             std::uint32_t round);

}  // namespace fairrush::loadgen
