#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/assessment.hpp"
#include "tests/integration/designs/disturbances.hpp"

namespace fairrush::design_matrix {

/// What a cell showed.
struct Evidence {
  std::string design;
  std::string store;
  std::string disturbance;
  std::string verdict;         ///< "PROVEN"
  std::size_t rules_held = 0;  ///< of those that apply; the instrument's own is none
  std::size_t rules_asked = 0;
  std::vector<std::string> broken;  ///< ids of checks that fail
  std::uint64_t lost = 0;           ///< coupons that were acknowledged and are not in the ledger
  std::uint64_t winners = 0;
  std::uint64_t coupons = 0;
  std::vector<double> cohort_rates = {};  ///< of winning, by those who claimed; fibre, mobile
  double p50_ms = 0;                      ///< of claims, from the click
  double p99_ms = 0;
  std::uint64_t attempts = 0;
  std::uint64_t open = 0;              ///< attempts that are indeterminate
  std::uint64_t refused_for_load = 0;  ///< told to come again
  double server_cpu_us = 0;            ///< a request, over all of the run
};

/// Ids of the rules of the server that come out as `verdict`.
std::vector<std::string> checks_that(const analysis::Assessment& assessment,
                                     analysis::CheckVerdict verdict);

/// `server_cpu_seconds` is of all processes of the server.
Evidence evidence_of(const Cell& cell, const analysis::Assessment& assessment,
                     double server_cpu_seconds);

}  // namespace fairrush::design_matrix
