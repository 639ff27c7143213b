#pragma once

#include "reports/reports.hpp"
#include "reports/text/markup.hpp"

namespace fairrush::reports {

/// Reserved, claimed, won and win rates of each cohort, with the band.
void add_cohort_table(Markup& page, const ReportInput& input);
/// Each group's difference from all, and the rounds it takes to show that it is small.
void add_equivalence_table(Markup& page, const ReportInput& input);
/// Every test in plain words, those that decide first.
void add_test_tables(Markup& page, const ReportInput& input);

}  // namespace fairrush::reports
