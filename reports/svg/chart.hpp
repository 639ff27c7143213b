#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reports/svg/scale.hpp"
#include "reports/text/markup.hpp"

namespace fairrush::reports {

/// Where a drawing goes; decides its size and whether it brings its own style and title.
enum class Placement : std::uint8_t {
  file,   ///< an .svg of its own, light or dark as the viewer prefers
  page,   ///< inside the HTML page, which has the style
  phone,  ///< the same, narrow
};

/// What a drawing is called and what it shows, for those who cannot see it.
struct Caption {
  std::string title;
  std::string description;
};

struct Point {
  double x = 0;
  double y = 0;
};

/// The rectangle of the marks, in pixels.
struct Frame {
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;
};

/// What a legend shows beside a name.
enum class Swatch : std::uint8_t { line, block, dot };
struct LegendEntry {
  std::string name;
  std::string style;  ///< classes of plot.css
  Swatch swatch = Swatch::line;
};

/// One plot as SVG under construction. Coordinates are pixels of its own width and height; styles
/// are classes of plot.css.
class Chart {
 public:
  /// `height` is that of the plot without title and legend.
  Chart(Placement placement, const Caption& caption, double height,
        const std::vector<LegendEntry>& legend);

  /// The room for axes, their labels and marks, below title and legend.
  Frame area() const { return area_; }
  bool narrow() const { return width_ < 500; }

  /// An axis below `frame`, with its label under it.
  void x_axis(const Frame& frame, const Scale& scale, const std::vector<Tick>& ticks,
              std::string_view label);
  /// Grid lines across `frame`, with tick labels at its left and the axis' label above.
  void y_axis(const Frame& frame, const Scale& scale, const std::vector<Tick>& ticks,
              std::string_view label);

  void polyline(const std::vector<Point>& points, std::string_view style);
  /// The area between the points and `base_y`.
  void area(const std::vector<Point>& points, double base_y, std::string_view style);
  void rectangle(const Frame& frame, std::string_view style);
  void segment(Point from, Point to, std::string_view style);
  /// A mark for one value: a circle where `style` is "inside", else a diamond. `hint` shows on
  /// hover.
  void dot(Point at, std::string_view style, std::string_view hint, double radius = kDotRadius);
  static constexpr double kDotRadius = 5.5;

  enum class Anchor : std::uint8_t { start, middle, end };
  void label(Point at, Anchor anchor, std::string_view style, std::string_view text);
  /// In the middle of the area, where there is nothing to draw.
  void nothing(std::string_view why);

  /// The finished drawing.
  Markup take();

 private:
  void title_and_legend(const Caption& caption, Placement placement,
                        const std::vector<LegendEntry>& legend);
  Point legend_entry(const LegendEntry& entry, Point at);

  Markup svg_;
  double width_;
  Frame area_;
};

/// Room that a text of 13 px takes, estimated.
double text_width(std::string_view text);

}  // namespace fairrush::reports
