#pragma once

#include <span>
#include <string>

#include "analysis/assessment.hpp"

namespace fairrush::cli {

/// What a table of several runs needs to know of one.
struct FinishedRun {
  std::string scenario;
  analysis::RunVerdict verdict{};
  analysis::FairnessFigures fairness;
};

/// A small table, one line a run: verdict, win rate of each cohort of the first run, arrival AUC. A
/// cohort that another run does not have is left blank there.
std::string side_by_side(std::span<const FinishedRun> runs);

}  // namespace fairrush::cli
