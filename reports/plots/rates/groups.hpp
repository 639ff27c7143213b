#pragma once

#include <span>
#include <string>
#include <vector>

#include "reports/reports.hpp"
#include "reports/svg/chart.hpp"

namespace fairrush::reports {

/// Groups of users with the rate that all of them should have; what plots of win rates show.
struct GroupRates {
  std::vector<analysis::GroupRate> groups;
  double intended_rate = 0;

  bool empty() const;  ///< nobody in any group claimed
};

/// One row a group, rates in per cent; `label_column` names the first column. With the `edges` of
/// the groups on an axis, one more than there are groups, each row ends with its two.
std::string group_csv(const GroupRates& rates, std::string_view label_column,
                      std::span<const double> edges = {});

/// The legend of a plot of win rates.
std::vector<LegendEntry> group_legend(const GroupRates& rates);

/// "20.00 %, 36 of 180".
std::string group_figures(const analysis::GroupRate& group);

/// The same with its place: "20.00 %, 36 of 180, inside the band".
std::string group_words(const analysis::GroupRate& group);

/// From zero per cent to above all rates and bands.
Extent rate_extent(const GroupRates& rates);

/// How a group's mark looks: "inside" or "outside".
std::string_view mark_style(const analysis::GroupRate& group);

/// The groups that lie outside their bands, in words.
std::string describe_groups(const GroupRates& rates);

}  // namespace fairrush::reports
