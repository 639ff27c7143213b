#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <system_error>

#include "reports/html/parts.hpp"
#include "reports/plots/simulation/designs.hpp"
#include "reports/plots/simulation/points.hpp"
#include "reports/style/styles.hpp"
#include "reports/text/figures.hpp"
#include "reports/text/file.hpp"

namespace fairrush::reports {
namespace {

std::string expected_text(const DesignCurve& design) {
  return design.expected_pp_per_10ms ? slope_text(*design.expected_pp_per_10ms)
                                     : std::string(kNoFigure);
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

Cell group_cell(const DelayPoint& point) {
  return {rate_text(point), Tone::neutral, group_text(point)};
}

void add_designs(Markup& page, const DesignComparison& comparison) {
  std::vector<Row> rows;
  for (const DesignCurve& design : comparison.designs) {
    const std::vector<DelayPoint> groups = design.claimed();
    const Cell none{std::string(kNoFigure)};
    rows.push_back({{design.name},
                    groups.empty() ? none : group_cell(groups.front()),
                    groups.empty() ? none : group_cell(groups.back()),
                    {slope_text(design.pp_per_10ms)},
                    {expected_text(design)},
                    {design.words.word, design.words.tone}});
  }
  add_table(page, "Designs",
            {{"Design"},
             {"Win rate, shortest delays", ColumnKind::number},
             {"longest delays", ColumnKind::number},
             {"Slope, simulated", ColumnKind::number},
             {"closed form", ColumnKind::number},
             {"Verdict"}},
            rows);
}

void add_curves(Markup& page, const DesignComparison& comparison) {
  open_section(page, "delay", "Chances by network");
  page.line("p",
            "The same users with the same clicks under each design, in groups of about the same "
            "network delay. A flat line gives every network the same chance.");
  add_plot(page, designs_plot(comparison));
  page.line("p",
            "A mark is a group; the line through it is the 95 % interval of its win rate. The "
            "slope is that of a straight line through all claims, in percentage points (pp) of the "
            "chance to win for 10 ms more of one-way delay; the closed form is what theory gives "
            "for it, where there is one. The table shows the first and the last group of the "
            "plot.");
  if (const std::string text = coinciding_text(comparison); !text.empty()) page.line("p", text);
  add_designs(page, comparison);
  close_section(page);
}

/// Every verdict that occurs on the page, once, strongest first.
void add_meanings(Markup& page, const DesignComparison& comparison) {
  using enum analysis::RunVerdict;
  page.line("h3", "What the words mean");
  for (const analysis::RunVerdict verdict : {violation, biased, inconclusive, fair, proven}) {
    const auto found = std::ranges::find(comparison.designs, verdict, &DesignCurve::verdict);
    if (found == comparison.designs.end()) continue;
    page.open("p").leaf("b", found->words.word).text(": " + sentence(meaning_of(verdict))).close();
  }
}

void add_verdict(Markup& page, const DesignCurve& design) {
  page.open("h3")
      .text(design.name + ": ")
      .leaf("span", {{"class", std::string(tone_class(design.words.tone))}},
            fmt::format("{} {}", mark_of(design.words.tone), design.words.word))
      .close();
  page.line("p", sentence(design.words.headline));
  page.open("p", {{"class", "aside"}}).text(sentence(design.reason));
  if (!design.report.empty()) {
    page.text(" ").leaf("a", {{"href", design.report}}, "Report with all checks").text(".");
  }
  page.close();
}

void add_verdicts(Markup& page, const DesignComparison& comparison) {
  open_section(page, "verdicts", "Verdicts");
  page.line("p",
            "A verdict is about all rounds of a run and about everything that must not matter, not "
            "about the network alone: a design with a flat line is still biased where those who "
            "come first win, or where a winner can be foretold.");
  for (const DesignCurve& design : comparison.designs) add_verdict(page, design);
  add_meanings(page, comparison);
  close_section(page);
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
  add_curves(page, comparison);
  add_verdicts(page, comparison);
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
  constexpr std::string_view kRow = "{:<{}}  {:>18}  {:>18}  {:>15}  {:>15}  {}\n";
  std::string text = "\n" + fmt::format(kRow, "design", widest, "shortest delays", "longest delays",
                                        "simulated", "closed form", "verdict");
  for (const DesignCurve& design : comparison.designs) {
    const std::vector<DelayPoint> groups = design.claimed();
    const auto cell = [](const DelayPoint& group) {
      return fmt::format("{} at {:.0f} ms", rate_text(group), group.delay_ms);
    };
    text += fmt::format(kRow, design.name, widest,
                        groups.empty() ? std::string(kNoFigure) : cell(groups.front()),
                        groups.empty() ? std::string(kNoFigure) : cell(groups.back()),
                        slope_text(design.pp_per_10ms), expected_text(design), design.words.word);
  }
  return text;
}

}  // namespace fairrush::reports
