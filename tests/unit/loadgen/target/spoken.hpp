#pragma once

#include <gtest/gtest.h>

#include "loadgen/scenario/dialect_reader.hpp"
#include "loadgen/target/requests.hpp"

namespace fairrush::loadgen {

/// The dialect of a scenario that says this about its target; the reference server's by default.
inline Dialect spoken(const TargetOrder& target = {}, const TokenOrder& tokens = {}) {
  Scenario scenario;
  scenario.target = target;
  scenario.tokens = tokens;
  std::vector<Problem> problems;
  Dialect dialect = read_dialect(scenario, problems);
  EXPECT_TRUE(problems.empty()) << format_problems(problems);
  return dialect;
}

inline RequestOrder& order_of(TargetOrder& target, analysis::Op op) {
  return target.requests[static_cast<std::size_t>(op)];
}

}  // namespace fairrush::loadgen
