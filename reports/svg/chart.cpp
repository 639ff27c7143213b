#include "reports/svg/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "reports/style/styles.hpp"
#include "reports/text/printable.hpp"

namespace fairrush::reports {
namespace {

constexpr double kWidthPage = 760;
constexpr double kWidthPhone = 350;
constexpr double kMarginFile = 20;
constexpr double kTitleHeight = 30;
constexpr double kLegendHeight = 24;
constexpr double kSwatchWidth = 24;

/// A coordinate, to a tenth of a pixel.
std::string px(double value) {
  std::string text = fmt::format("{:.1f}", value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text == "-0" ? "0" : text;
}

std::string path_of(const std::vector<Point>& points) {
  std::string path;
  for (const Point& point : points) {
    path += fmt::format("{}{} {}", path.empty() ? "M" : "L", px(point.x), px(point.y));
  }
  return path;
}

std::string classes(std::string_view first, std::string_view second) {
  return fmt::format("{} {}", first, second);
}

/// How many lines a legend takes.
double legend_lines(const std::vector<LegendEntry>& legend, double width) {
  if (legend.empty()) return 0;
  double lines = 1;
  double x = 0;
  for (const LegendEntry& entry : legend) {
    const double entry_width = kSwatchWidth + text_width(entry.name) + 28;
    if (x > 0 && x + entry_width > width) {
      ++lines;
      x = 0;
    }
    x += entry_width;
  }
  return lines;
}

}  // namespace

double text_width(std::string_view text) {
  return 7.1 * static_cast<double>(columns_of(text));
}

Chart::Chart(Placement placement, const Caption& caption, double height,
             const std::vector<LegendEntry>& legend)
    : width_(placement == Placement::phone ? kWidthPhone : kWidthPage) {
  const double margin = placement == Placement::file ? kMarginFile : 0;
  const double head = (placement == Placement::file ? kTitleHeight : 0) +
                      legend_lines(legend, width_ - 2 * margin) * kLegendHeight;
  area_ = {margin, margin + head, width_ - margin, margin + head + height};
  const double full_height = area_.bottom + margin;
  svg_.open("svg", {{"xmlns", "http://www.w3.org/2000/svg"},
                    {"class", "plot"},
                    {"viewBox", fmt::format("0 0 {} {}", px(width_), px(full_height))},
                    {"width", px(width_)},
                    {"height", px(full_height)},
                    {"role", "img"},
                    {"aria-label", caption.title + ". " + caption.description}});
  svg_.text("\n");
  if (placement == Placement::file) {
    svg_.line("title", caption.title).line("desc", caption.description);
    svg_.style(std::string(theme_css()) + std::string(plot_css()));
    svg_.empty("rect", {{"class", "backdrop"}, {"width", "100%"}, {"height", "100%"}});
  }
  title_and_legend(caption, placement, legend);
}

void Chart::title_and_legend(const Caption& caption, Placement placement,
                             const std::vector<LegendEntry>& legend) {
  Point at{area_.left, placement == Placement::file ? kMarginFile : 0};
  if (placement == Placement::file) {
    label({at.x, at.y + 16}, Anchor::start, "title", caption.title);
    at.y += kTitleHeight;
  }
  for (const LegendEntry& entry : legend) at = legend_entry(entry, at);
}

Point Chart::legend_entry(const LegendEntry& entry, Point at) {
  const double entry_width = kSwatchWidth + text_width(entry.name) + 28;
  if (at.x > area_.left && at.x + entry_width > area_.right) {
    at = {area_.left, at.y + kLegendHeight};
  }
  const double middle = at.y + 9;
  if (entry.swatch == Swatch::line) {
    segment({at.x, middle}, {at.x + kSwatchWidth, middle}, entry.style);
  } else if (entry.swatch == Swatch::block) {
    rectangle({at.x, middle - 6, at.x + kSwatchWidth, middle + 6}, entry.style);
  } else {
    dot({at.x + kSwatchWidth / 2, middle}, entry.style, "");
  }
  label({at.x + kSwatchWidth + 7, middle + 4.5}, Anchor::start, "strong", entry.name);
  return {at.x + entry_width, at.y};
}

void Chart::x_axis(const Frame& frame, const Scale& scale, const std::vector<Tick>& ticks,
                   std::string_view text) {
  segment({frame.left, frame.bottom}, {frame.right, frame.bottom}, "axis");
  for (const Tick& tick : ticks) {
    const double x = scale.at(tick.value);
    segment({x, frame.bottom}, {x, frame.bottom + 5}, "axis");
    // A long label at the end of the axis stays inside the drawing.
    const double half = text_width(tick.label) / 2;
    label({std::min(x, width_ - half), frame.bottom + 19}, Anchor::middle, "", tick.label);
  }
  label({frame.right, frame.bottom + 38}, Anchor::end, "strong", text);
}

void Chart::y_axis(const Frame& frame, const Scale& scale, const std::vector<Tick>& ticks,
                   std::string_view text) {
  for (const Tick& tick : ticks) {
    const double y = scale.at(tick.value);
    segment({frame.left, y}, {frame.right, y}, "grid");
    label({frame.left - 8, y + 4.5}, Anchor::end, "", tick.label);
  }
  label({area_.left, frame.top - 12}, Anchor::start, "strong", text);
}

void Chart::polyline(const std::vector<Point>& points, std::string_view style) {
  if (points.empty()) return;
  svg_.empty("path", {{"class", classes("line", style)}, {"d", path_of(points)}});
}

void Chart::area(const std::vector<Point>& points, double base_y, std::string_view style) {
  if (points.empty()) return;
  std::vector<Point> outline = points;
  outline.push_back({points.back().x, base_y});
  outline.push_back({points.front().x, base_y});
  svg_.empty("path", {{"class", std::string(style)}, {"d", path_of(outline) + "Z"}});
}

void Chart::rectangle(const Frame& frame, std::string_view style) {
  svg_.empty("rect", {{"class", std::string(style)},
                      {"x", px(frame.left)},
                      {"y", px(frame.top)},
                      {"width", px(std::max(0.0, frame.right - frame.left))},
                      {"height", px(std::max(0.0, frame.bottom - frame.top))}});
}

void Chart::segment(Point from, Point to, std::string_view style) {
  svg_.empty("line", {{"class", std::string(style)},
                      {"x1", px(from.x)},
                      {"y1", px(from.y)},
                      {"x2", px(to.x)},
                      {"y2", px(to.y)}});
}

void Chart::dot(Point at, std::string_view style, std::string_view hint, double radius) {
  svg_.open("g");
  if (!hint.empty()) svg_.line("title", hint);
  if (style == "inside") {
    svg_.empty(
        "circle",
        {{"class", std::string(style)}, {"cx", px(at.x)}, {"cy", px(at.y)}, {"r", px(radius)}});
  } else {
    const double r = radius * 1.3;
    svg_.empty(
        "path",
        {{"class", std::string(style)},
         {"d", path_of({{at.x, at.y - r}, {at.x + r, at.y}, {at.x, at.y + r}, {at.x - r, at.y}}) +
                   "Z"}});
  }
  svg_.close();
}

void Chart::label(Point at, Anchor anchor, std::string_view style, std::string_view text) {
  const std::string_view name = anchor == Anchor::start    ? "start"
                                : anchor == Anchor::middle ? "middle"
                                                           : "end";
  svg_.line("text",
            {{"class", std::string(style)},
             {"x", px(at.x)},
             {"y", px(at.y)},
             {"text-anchor", std::string(name)}},
            text);
}

void Chart::nothing(std::string_view why) {
  label({(area_.left + area_.right) / 2, (area_.top + area_.bottom) / 2}, Anchor::middle, "strong",
        why);
}

Markup Chart::take() {
  svg_.close();
  return std::move(svg_);
}

}  // namespace fairrush::reports
