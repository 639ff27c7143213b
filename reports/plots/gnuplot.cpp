#include "reports/plots/gnuplot.hpp"

#include <fmt/format.h>

namespace fairrush::reports {

std::string format_gnuplot(const GnuplotScript& script) {
  std::string text = fmt::format(
      "# Draws {0}.csv. Run it in this directory: gnuplot {0}.gp\n"
      "set terminal svg size 900,500 noenhanced background rgb \"white\"\n"
      "set output \"{0}-gnuplot.svg\"\n"
      "set datafile separator comma\n"
      "set datafile columnheaders\n"
      "set title \"{1}\"\n"
      "set grid\n"
      "set key outside top center horizontal\n",
      script.name, script.title);
  if (!script.has_data) {
    return text +
           "set label \"no data\" at graph 0.5, graph 0.5 center\nplot [0:1] [0:1] 2 notitle\n";
  }
  text += script.setup;
  return text + fmt::format("plot {}\n", script.plots);
}

}  // namespace fairrush::reports
