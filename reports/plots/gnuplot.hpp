#pragma once

#include <string>
#include <string_view>

namespace fairrush::reports {

/// What a script draws. The texts are the program's own: no data goes into a script.
struct GnuplotScript {
  std::string_view name;  ///< of the plot
  std::string_view title;
  std::string_view setup;  ///< commands before `plot`, a line each
  std::string_view plots;  ///< what follows `plot`; reads "NAME.csv"
  bool has_data = true;    ///< false: the CSV has no row, which gnuplot would call an error
};

std::string format_gnuplot(const GnuplotScript& script);

}  // namespace fairrush::reports
