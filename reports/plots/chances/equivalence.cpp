#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "reports/plots/gnuplot.hpp"
#include "reports/plots/plot.hpp"
#include "reports/text/csv_field.hpp"
#include "reports/text/fairness_words.hpp"
#include "reports/text/figures.hpp"
#include "reports/text/short_label.hpp"

namespace fairrush::reports {
namespace {

using analysis::EquivalenceResult;

constexpr std::size_t kRowsMax = 24;
constexpr std::size_t kLabelColumnsMax = 26;
constexpr double kCapHeight = 12;

struct Rows {
  std::vector<EquivalenceResult> rows;
  Share margin;

  double margin_pp() const { return margin.of_one * 100; }
  bool empty() const { return std::ranges::none_of(rows, &EquivalenceResult::computed); }
};

std::string csv_of(const Rows& data) {
  std::string csv =
      "group,difference_pp,low_pp,high_pp,margin_pp,p_value,members_per_round,rounds_needed\n";
  for (const EquivalenceResult& row : data.rows) {
    csv += csv_field(row.label);
    csv += row.computed ? fmt::format(",{:.4f},{:.4f},{:.4f},{:g},{:.4g},{:.1f},{}\n",
                                      row.difference_pp, row.low_pp, row.high_pp, data.margin_pp(),
                                      row.p_value, row.members, row.rounds_needed)
                        : fmt::format(",,,,{:g},,,\n", data.margin_pp());
  }
  return csv;
}

std::string figures_of(const EquivalenceResult& row, Share margin) {
  const EquivalenceWords words = describe_equivalence(row, margin);
  return fmt::format("{} {}", mark_of(words.tone), difference_text(row));
}

std::string description_of(const Rows& data) {
  if (data.empty()) return "There are no groups to compare.";
  std::string text;
  for (const EquivalenceResult& row : data.rows) {
    text += fmt::format("{}{}: {}, {}", text.empty() ? "" : "; ", row.label, difference_text(row),
                        describe_equivalence(row, data.margin).text);
  }
  return text + ".";
}

/// Symmetric about zero; never so wide that the margin cannot be seen.
Extent extent_of(const Rows& data) {
  double reach = data.margin_pp() * 1.5;
  for (const EquivalenceResult& row : data.rows) {
    if (row.computed) reach = std::max({reach, std::abs(row.low_pp), std::abs(row.high_pp)});
  }
  const double high = extent_from_zero(reach).high;
  return {-high, high};
}

void draw_row(Chart& chart, const Rows& data, const EquivalenceResult& row, const Frame& frame,
              const Scale& x, double middle) {
  const EquivalenceWords words = describe_equivalence(row, data.margin);
  const std::string_view style = words.tone == Tone::bad ? "outside" : "inside";
  const std::string figures = figures_of(row, data.margin);
  const std::string_view text = words.tone == Tone::bad ? "alarm" : "strong";
  if (row.computed) {
    const std::string line = words.tone == Tone::bad ? "line reach-bad" : "line claims";
    chart.segment({x.at(row.low_pp), middle}, {x.at(row.high_pp), middle}, line);
    for (const double end : {row.low_pp, row.high_pp}) {
      chart.segment({x.at(end), middle - kCapHeight / 2}, {x.at(end), middle + kCapHeight / 2},
                    line);
    }
    chart.dot({x.at(row.difference_pp), middle}, style,
              fmt::format("{}: {}, {}", row.label, difference_text(row), words.text));
  }
  const std::string label = short_label(row.label, kLabelColumnsMax);
  if (chart.narrow()) {
    chart.label({frame.left, middle - 18}, Chart::Anchor::start, "strong", label);
    chart.label({frame.right, middle - 18}, Chart::Anchor::end, text, figures);
  } else {
    chart.label({frame.left - 12, middle + 4.5}, Chart::Anchor::end, "strong", label);
    chart.label({frame.right + 14, middle + 4.5}, Chart::Anchor::start, text, figures);
  }
}

Frame frame_of(const Chart& chart, const Rows& data) {
  const Frame area = chart.area();
  if (chart.narrow()) return {area.left + 4, area.top + 12, area.right - 18, area.bottom - 48};
  double labels = 60;
  double figures = 60;
  for (const EquivalenceResult& row : data.rows) {
    labels = std::max(labels, text_width(short_label(row.label, kLabelColumnsMax)) + 16);
    figures = std::max(figures, text_width(figures_of(row, data.margin)) * 1.12 + 22);
  }
  return {area.left + labels, area.top + 12, area.right - figures, area.bottom - 48};
}

Markup draw(const Caption& caption, const Rows& data, Placement placement) {
  const bool empty = data.empty();
  const std::size_t count = std::min(data.rows.size(), kRowsMax);
  const double row_height = placement == Placement::phone ? 56 : 40;
  const double height = empty ? 120 : static_cast<double>(count) * row_height + 60;
  Chart chart(
      placement, caption, height,
      empty ? std::vector<LegendEntry>{}
            : std::vector<LegendEntry>{{"difference, 90 % interval", "line claims", Swatch::line},
                                       {fmt::format("±{:g} pp, equal enough", data.margin_pp()),
                                        "band", Swatch::block}});
  if (empty) {
    chart.nothing(caption.description);
    return chart.take();
  }
  const Frame frame = frame_of(chart, data);
  const Extent extent = extent_of(data);
  const Scale x = Scale::linear(extent, {frame.left, frame.right});
  std::vector<Tick> ticks = linear_ticks(extent, chart.narrow() ? 4 : 6);
  // Behind text where labels stand above the rows, so it must be faint.
  chart.rectangle({x.at(-data.margin_pp()), frame.top, x.at(data.margin_pp()), frame.bottom},
                  "band faint");
  chart.segment({x.at(0), frame.top}, {x.at(0), frame.bottom}, "marker");
  chart.x_axis(frame, x, ticks, "win rate above or below that of all, pp");
  for (std::size_t row = 0; row < count; ++row) {
    const double offset = chart.narrow() ? 0.68 : 0.5;
    const double middle = frame.top + (static_cast<double>(row) + offset) * row_height;
    draw_row(chart, data, data.rows[row], frame, x, middle);
  }
  return chart.take();
}

}  // namespace

Plot equivalence_plot(const ReportInput& input) {
  Rows data{input.assessment.fairness.equivalence, input.facts.fairness_margin};
  const Caption caption{"How far each group is from the win rate of all", description_of(data)};
  Plot plot{
      .name = "equivalence", .caption = caption, .csv = csv_of(data), .gnuplot = {}, .draw = {}};
  plot.gnuplot = format_gnuplot(
      {.name = "equivalence",
       .title = "Difference from the win rate of all, 90 % interval",
       .setup = "set ylabel \"percentage points\"\nset offsets 0.5, 0.5, 0, 0\n",
       .plots = "\"equivalence.csv\" using ($0):2:3:4:xtic(1) with yerrorbars pointtype 7 "
                "title \"difference\", \\\n"
                "     \"equivalence.csv\" using ($0):5 with lines dashtype 2 title \"margin\", "
                "\\\n     \"equivalence.csv\" using ($0):(-$5) with lines dashtype 2 notitle",
       .has_data = !data.empty()});
  plot.draw = [caption, data = std::move(data)](Placement placement) {
    return draw(caption, data, placement);
  };
  return plot;
}

}  // namespace fairrush::reports
