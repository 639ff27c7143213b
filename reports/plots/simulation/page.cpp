#include <fmt/format.h>

#include <system_error>

#include "reports/html/parts.hpp"
#include "reports/plots/simulation/designs.hpp"
#include "reports/plots/simulation/points.hpp"
#include "reports/style/styles.hpp"
#include "reports/text/file.hpp"

namespace fairrush::reports {
namespace {

std::string percent(double share) {
  return fmt::format("{:.2f} %", share * 100);
}

std::string expected_text(const DesignCurve& design) {
  return design.expected_pp_per_10ms ? slope_text(*design.expected_pp_per_10ms) : "–";
}

void add_head(Markup& page, const DesignComparison& comparison) {
  page.open("head");
  page.empty("meta", {{"charset", "utf-8"}});
  page.empty("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  page.empty("meta", {{"http-equiv", "Content-Security-Policy"},
                      {"content", "default-src 'none'; style-src 'unsafe-inline'; img-src data:"}});
  page.empty("link", {{"rel", "icon"}, {"href", "data:,"}});
  page.line("title", fmt::format("{} designs, simulated – fairrush", comparison.designs.size()));
  page.style(theme_css()).style(plot_css()).style(page_css());
  page.close();
}

void add_designs(Markup& page, const DesignComparison& comparison) {
  std::vector<Row> rows;
  for (const DesignCurve& design : comparison.designs) {
    const TenthRates rates = tenth_rates(design);
    rows.push_back({{.text = design.name},
                    {.text = percent(rates.fastest)},
                    {.text = percent(rates.slowest)},
                    {.text = slope_text(design.pp_per_10ms)},
                    {.text = expected_text(design)},
                    {.text = design.verdict}});
  }
  add_table(page, "Designs",
            {{"design"},
             {"fastest tenth", ColumnKind::number},
             {"slowest tenth", ColumnKind::number},
             {"simulated", ColumnKind::number},
             {"closed form", ColumnKind::number},
             {"verdict"}},
            rows);
}

void add_reports(Markup& page, const DesignComparison& comparison) {
  page.open("p").text("Every run with its checks: ");
  bool first = true;
  for (const DesignCurve& design : comparison.designs) {
    if (design.report.empty()) continue;
    if (!first) page.text(", ");
    first = false;
    page.leaf("a", {{"href", design.report}}, design.name);
  }
  page.text(".").close();
}

std::string page_of(const DesignComparison& comparison) {
  Markup page;
  page.open("html", {{"lang", "en"}});
  add_head(page, comparison);
  page.open("body").open("main");
  page.open("header").line("h1", "What does a slow network cost under each design?");
  page.line("p", fmt::format("Simulated: {}. The scenario asks: {}", comparison.setting,
                             comparison.question));
  page.close();
  open_section(page, "delay", "Chances by network");
  page.line(
      "p",
      "The same users with the same clicks under each design. A flat line gives every network "
      "the same chance; the slope is that of a straight line through all claims.");
  add_plot(page, designs_plot(comparison));
  add_designs(page, comparison);
  add_reports(page, comparison);
  close_section(page);
  page.open("footer").line(
      "p", fmt::format("Simulated in virtual time. Written by {}.", comparison.version));
  page.close().close().close().close();
  return "<!DOCTYPE html>\n" + page.str();
}

}  // namespace

Written write_designs(const DesignComparison& comparison, const std::filesystem::path& directory) {
  const auto folder = directory / "plots";
  std::error_code error;
  std::filesystem::create_directory(folder, error);
  if (error) {
    return std::unexpected(fmt::format("cannot create {}: {}", folder.string(), error.message()));
  }
  const Plot plot = designs_plot(comparison);
  return write_files({{directory / "designs.html", page_of(comparison)},
                      {folder / "designs.svg", plot.draw(Placement::file).str()},
                      {folder / "designs.csv", plot.csv},
                      {folder / "designs.gp", plot.gnuplot}});
}

std::string designs_table(const DesignComparison& comparison) {
  std::size_t widest = 6;
  for (const DesignCurve& design : comparison.designs) {
    widest = std::max(widest, design.name.size());
  }
  std::string text =
      fmt::format("\n{:<{}}  {:>13}  {:>13}  {:>15}  {:>15}  {}\n", "design", widest,
                  "fastest tenth", "slowest tenth", "simulated", "closed form", "verdict");
  for (const DesignCurve& design : comparison.designs) {
    const TenthRates rates = tenth_rates(design);
    text += fmt::format("{:<{}}  {:>13}  {:>13}  {:>15}  {:>15}  {}\n", design.name, widest,
                        percent(rates.fastest), percent(rates.slowest),
                        slope_text(design.pp_per_10ms), expected_text(design), design.verdict);
  }
  return text;
}

}  // namespace fairrush::reports
