#include "reports/plots/rates/groups.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/units.hpp"
#include "reports/text/csv_field.hpp"
#include "reports/text/fairness_words.hpp"
#include "reports/text/figures.hpp"

namespace fairrush::reports {
namespace {

std::string percent_field(double share) {
  return std::isfinite(share) ? fmt::format("{:.4f}", share * 100) : "";
}

}  // namespace

bool GroupRates::empty() const {
  return std::ranges::none_of(groups, [](const auto& group) { return group.claimed > 0; });
}

std::string group_csv(const GroupRates& rates, std::string_view label_column,
                      std::span<const double> edges) {
  std::string csv = fmt::format(
      "{},reserved,claimed,won,win_rate_percent,band_low_percent,band_high_percent,"
      "intended_percent,rate_low_percent,rate_high_percent{}\n",
      label_column, edges.empty() ? "" : ",from,to");
  for (std::size_t place = 0; place < rates.groups.size(); ++place) {
    const analysis::GroupRate& group = rates.groups[place];
    const auto known = [&group](double share) {
      return group.claimed > 0 ? percent_field(share) : "";
    };
    csv += fmt::format(
        "{},{},{},{},{},{},{},{},{},{}", csv_field(group.label), group.reserved, group.claimed,
        group.wins, known(group.rate_of_claimed), known(group.band_low), known(group.band_high),
        percent_field(rates.intended_rate), known(group.rate_low), known(group.rate_high));
    if (!edges.empty()) csv += fmt::format(",{:g},{:g}", edges[place], edges[place + 1]);
    csv += "\n";
  }
  return csv;
}

std::vector<LegendEntry> group_legend(const GroupRates& rates) {
  std::vector<LegendEntry> legend{
      {"win rate", "inside", Swatch::dot},
      {"where fair draws lie, 99.9 %", "band", Swatch::block},
      {fmt::format("intended, {}", percent_text(rates.intended_rate)), "reference", Swatch::line}};
  if (std::ranges::any_of(rates.groups, outside_band)) {
    legend.insert(legend.begin() + 1, {"outside the band", "outside", Swatch::dot});
  }
  return legend;
}

std::string group_figures(const analysis::GroupRate& group) {
  if (group.claimed == 0) return "nobody claimed";
  return fmt::format("{}, {} of {}", percent_text(group.rate_of_claimed), format_count(group.wins),
                     format_count(group.claimed));
}

std::string group_words(const analysis::GroupRate& group) {
  if (group.claimed == 0) return group_figures(group);
  return fmt::format("{}, {} the band", group_figures(group), band_position(group));
}

Extent rate_extent(const GroupRates& rates) {
  double highest = rates.intended_rate;
  for (const analysis::GroupRate& group : rates.groups) {
    if (group.claimed > 0) highest = std::max({highest, group.rate_of_claimed, group.band_high});
  }
  const Extent percent = extent_from_zero(highest * 100);
  return {percent.low, std::min(percent.high, 100.0)};
}

std::string_view mark_style(const analysis::GroupRate& group) {
  return outside_band(group) ? "outside" : "inside";
}

std::string describe_groups(const GroupRates& rates) {
  if (rates.empty()) return "Nobody claimed.";
  std::string text;
  for (const analysis::GroupRate& group : rates.groups) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", group.label, group_words(group));
  }
  return text + ".";
}

}  // namespace fairrush::reports
