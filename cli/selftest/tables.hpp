#pragma once

#include <string>

#include "loadgen/selftest/accuracy.hpp"

namespace fairrush::cli {

/// The columns' names, and one case as a row below them; µs but for the target's own time.
std::string selftest_heading();
std::string selftest_row(const loadgen::CaseAccuracy& one);

/// One line of JSON with everything: cases, errors by quantile, bars broken, the verdict.
std::string selftest_json(const loadgen::Accuracy& accuracy);

}  // namespace fairrush::cli
