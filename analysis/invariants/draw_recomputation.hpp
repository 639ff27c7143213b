#pragma once

#include <string>
#include <vector>

#include "analysis/run/facts.hpp"
#include "analysis/run/published_draw.hpp"

namespace fairrush::analysis {

/// What a published draw gives when it is computed again.
struct RecomputedDraw {
  std::vector<std::string> problems;  ///< clauses for people; empty = the draw is sound
  /// By ticket, from 1: whether it is drawn. Empty when the published numbers allow no draw, which
  /// is one of the problems.
  std::vector<bool> drawn;
};

/// Computes `draw` again from what was published of it alone (docs/draw.md): commitment, root,
/// quota, proofs and winners. Of `facts` only the event and its quota rule count. The beacon is
/// taken as it is: whether it is the one of a round announced before, no run can tell. O(roster +
/// proofs).
RecomputedDraw recompute(const PublishedDraw& draw, const RunFacts& facts);

}  // namespace fairrush::analysis
