#pragma once

#include <ostream>
#include <span>
#include <string_view>

namespace fairrush::kill_matrix {

/// What in an assessment has to see a fault.
enum class KillerKind {
  invariant,  ///< the check of that id fails
  test,       ///< the statistical test of that id rejects, with an effect beyond the margin
  sighting,   ///< nothing fails, and the run is not known for want of what it should have seen
};

/// A fault and the check that has to kill it.
struct Trial {
  std::string_view fault;
  KillerKind kind;
  std::string_view killer;  ///< id of the check or test; the name of a sighting
};

/// A rush that provokes its faults. The sound server passes it.
struct Stage {
  std::string_view name;
  std::string_view provokes;  ///< how, in one sentence
  std::string_view scenario;  ///< TOML
  std::span<const Trial> trials;
};

/// For test reports.
void PrintTo(const Stage& stage, std::ostream* out);

/// Every fault of the server is in one of them.
std::span<const Stage> stages();

}  // namespace fairrush::kill_matrix
