#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "reports/plots/gnuplot.hpp"
#include "reports/plots/plot.hpp"
#include "reports/text/figures.hpp"
#include "reports/text/words.hpp"

namespace fairrush::reports {
namespace {

constexpr int kSamplesPerDecade = 24;
constexpr double kNanosecondsPerMillisecond = 1e6;
/// A logarithmic axis has no place for zero.
constexpr double kLatencyMinMs = 0.001;

/// Latency at one percentile. `depth` is log10(1 / (1 − quantile)): 1 at 90 %, 2 at 99 % …
struct Sample {
  double depth;
  double quantile;
  double click_ms;
  double wire_ms;
};

double milliseconds(std::uint64_t value_ns) {
  return std::max(kLatencyMinMs, static_cast<double>(value_ns) / kNanosecondsPerMillisecond);
}

/// Samples as deep as the number of answers allows; the last one is the maximum.
std::vector<Sample> sample(const analysis::LatencyFigures& latency) {
  const auto count = static_cast<double>(latency.from_intended.count());
  std::vector<Sample> samples;
  if (count < 1) return samples;
  const double deepest = std::log10(count);
  const int steps = static_cast<int>(std::ceil(deepest * kSamplesPerDecade));
  for (int i = 0; i < steps; ++i) {
    const double depth = static_cast<double>(i) / kSamplesPerDecade;
    const double quantile = 1 - std::pow(10.0, -depth);
    samples.push_back({depth, quantile, milliseconds(latency.from_intended.value_at(quantile)),
                       milliseconds(latency.service.value_at(quantile))});
  }
  samples.push_back({deepest, 1 - 1 / count, milliseconds(latency.from_intended.max()),
                     milliseconds(latency.service.max())});
  return samples;
}

std::vector<Tick> percentile_ticks(double deepest) {
  std::vector<Tick> ticks{{0, "0 %"}, {std::log10(2.0), "50 %"}};
  std::string label = "90";
  for (int depth = 1; depth <= static_cast<int>(deepest + 1e-9); ++depth) {
    ticks.push_back({static_cast<double>(depth), fmt::format("{} %", label)});
    if (depth == 1) {
      label = "99";
    } else {
      label += depth == 2 ? ".9" : "9";
    }
  }
  return ticks;
}

/// The same ticks for a script, where a per cent sign is a format character.
std::string gnuplot_ticks(const std::vector<Sample>& samples) {
  std::string list;
  for (const Tick& tick : percentile_ticks(samples.empty() ? 0 : samples.back().depth)) {
    list += fmt::format("{}\"{}%\" {:.5f}", list.empty() ? "" : ", ", tick.label, tick.value);
  }
  return list;
}

std::string csv_of(const std::vector<Sample>& samples) {
  std::string csv = "percentile,depth_log10,from_click_ms,on_wire_ms\n";
  for (const Sample& one : samples) {
    csv += fmt::format("{:.6g},{:.4f},{:.6g},{:.6g}\n", one.quantile * 100, one.depth, one.click_ms,
                       one.wire_ms);
  }
  return csv;
}

Extent latency_extent(const std::vector<Sample>& samples) {
  double lowest = samples.front().wire_ms;
  double highest = samples.front().click_ms;
  for (const Sample& one : samples) {
    lowest = std::min({lowest, one.wire_ms, one.click_ms});
    highest = std::max({highest, one.wire_ms, one.click_ms});
  }
  return logarithmic_extent(lowest, highest);
}

Markup draw(const Caption& caption, const std::vector<Sample>& samples, Placement placement) {
  Chart chart(placement, caption, 330,
              {{"from the click", "line claims"}, {"on the wire", "line wins dashed"}});
  if (samples.empty()) {
    chart.nothing("No claim was answered.");
    return chart.take();
  }
  const Frame area = chart.area();
  const Frame frame{area.left + 52, area.top + 32, area.right - 22, area.bottom - 44};
  const double deepest = std::max(1.0, samples.back().depth);
  const Scale x = Scale::linear({0, deepest}, {frame.left, frame.right});
  const Extent latencies = latency_extent(samples);
  const Scale y = Scale::logarithmic(latencies, {frame.bottom, frame.top});
  chart.y_axis(frame, y, logarithmic_ticks(latencies), "latency, ms (logarithmic)");
  chart.x_axis(frame, x, percentile_ticks(deepest), "share of claims answered at least as fast");
  std::vector<Point> click;
  std::vector<Point> wire;
  for (const Sample& one : samples) {
    click.push_back({x.at(one.depth), y.at(one.click_ms)});
    wire.push_back({x.at(one.depth), y.at(one.wire_ms)});
  }
  chart.polyline(wire, "wins dashed");
  chart.polyline(click, "claims");
  return chart.take();
}

std::string description_of(const analysis::LatencyFigures* latency) {
  if (latency == nullptr) return "No claim was answered.";
  const auto text = [](const analysis::Histogram& histogram) {
    return fmt::format("median {} ms, 99 % within {} ms, slowest {} ms",
                       milliseconds_text(histogram.value_at(0.5)),
                       milliseconds_text(histogram.value_at(0.99)),
                       milliseconds_text(histogram.max()));
  };
  return fmt::format("From the click: {}. On the wire: {}.", text(latency->from_intended),
                     text(latency->service));
}

}  // namespace

Plot latency_plot(const ReportInput& input) {
  const auto* latency = latencies_of(input.assessment, analysis::Op::claim);
  std::vector<Sample> samples;
  if (latency != nullptr) samples = sample(*latency);
  const Caption caption{"Claim latency by percentile", description_of(latency)};
  Plot plot{
      .name = "latency", .caption = caption, .csv = csv_of(samples), .gnuplot = {}, .draw = {}};
  const std::string setup = fmt::format(
      "set xlabel \"percentile\"\nset ylabel \"latency, ms\"\nset logscale y\nset xtics ({})\n",
      gnuplot_ticks(samples));
  plot.gnuplot = format_gnuplot(
      {.name = "latency",
       .title = "Claim latency by percentile",
       .setup = setup,
       .plots = "\"latency.csv\" using 2:3 with lines linewidth 2 title \"from the click\", \\\n"
                "     \"latency.csv\" using 2:4 with lines linewidth 2 dashtype 2 "
                "title \"on the wire\"",
       .has_data = !samples.empty()});
  plot.draw = [caption, samples = std::move(samples)](Placement placement) {
    return draw(caption, samples, placement);
  };
  return plot;
}

}  // namespace fairrush::reports
