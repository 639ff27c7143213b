#include <array>

#include "reports/reports.hpp"
#include "reports/writers.hpp"

namespace fairrush::reports {
namespace {

constexpr std::array kFormats{
    Format{"html", "one self-contained page", true, write_html},
    Format{"md", "Markdown, fit for a pull request's comment", true, write_markdown},
    Format{"json", "every figure and verdict, for programs", true, write_run_json},
    Format{"csv", "every attempt, and what happened in each step of time", false, write_csv},
    Format{"plots", "each plot as CSV, gnuplot script and SVG", true, write_plots},
};

}  // namespace

std::span<const Format> formats() {
  return kFormats;
}

}  // namespace fairrush::reports
