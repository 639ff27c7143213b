#include <fmt/format.h>

#include <system_error>
#include <vector>

#include "reports/plots/plot.hpp"
#include "reports/text/file.hpp"
#include "reports/writers.hpp"

namespace fairrush::reports {

std::vector<Plot> make_plots(const ReportInput& input) {
  return {latency_plot(input),      arrivals_plot(input), in_flight_plot(input),
          cohorts_plot(input),      deciles_plot(input),  tickets_plot(input),
          spans_plot(input),        rounds_plot(input),   equivalence_plot(input),
          wins_per_user_plot(input)};
}

Written write_plots(const ReportInput& input, const std::filesystem::path& directory) {
  const auto folder = directory / "plots";
  std::error_code error;
  std::filesystem::create_directory(folder, error);
  if (error) {
    return std::unexpected(fmt::format("cannot create {}: {}", folder.string(), error.message()));
  }
  std::vector<FileText> files;
  for (const Plot& plot : make_plots(input)) {
    files.push_back({folder / (plot.name + ".svg"), plot.draw(Placement::file).str()});
    files.push_back({folder / (plot.name + ".csv"), plot.csv});
    files.push_back({folder / (plot.name + ".gp"), plot.gnuplot});
  }
  return write_files(files);
}

}  // namespace fairrush::reports
