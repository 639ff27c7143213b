#include "analysis/fairness/fairness_figures.hpp"

#include <algorithm>

namespace fairrush::analysis {

const TestResult* FairnessFigures::test(std::string_view id) const {
  const auto found = std::ranges::find(tests, id, &TestResult::id);
  return found == tests.end() ? nullptr : &*found;
}

}  // namespace fairrush::analysis
