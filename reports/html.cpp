#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

#include "reports/html/sections.hpp"
#include "reports/style/styles.hpp"
#include "reports/text/file.hpp"
#include "reports/text/markup.hpp"
#include "reports/text/words.hpp"
#include "reports/writers.hpp"

namespace fairrush::reports {
namespace {

struct SectionLink {
  std::string_view id;
  std::string_view name;
};
constexpr std::array kSections{
    SectionLink{"correctness", "Correctness"},
    SectionLink{"seen", "Did we see it?"},
    SectionLink{"fairness", "Fairness"},
    SectionLink{"latency", "Latency"},
    SectionLink{"load", "Load"},
    SectionLink{"behaviour", "Who tried what"},
    SectionLink{"instrument", "Instrument"},
    SectionLink{"scenario", "Scenario"},
    SectionLink{"environment", "Environment"},
};

void add_head(Markup& page, const ReportInput& input) {
  page.open("head");
  page.empty("meta", {{"charset", "utf-8"}});
  page.empty("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  // Whatever the data holds, the page loads nothing and runs nothing.
  page.empty("meta", {{"http-equiv", "Content-Security-Policy"},
                      {"content", "default-src 'none'; style-src 'unsafe-inline'; img-src data:"}});
  page.empty("link", {{"rel", "icon"}, {"href", "data:,"}});
  page.line("title",
            fmt::format("{}: {} – fairrush", describe_verdict(input).word, input.facts.scenario));
  page.style(theme_css()).style(plot_css()).style(page_css());
  page.close();
}

void add_navigation(Markup& page) {
  page.open("nav", {{"aria-label", "Sections"}}).open("ul");
  for (const SectionLink& section : kSections) {
    page.open("li").leaf("a", {{"href", fmt::format("#{}", section.id)}}, section.name).close();
  }
  page.close().close();
}

void add_footer(Markup& page, const ReportInput& input) {
  page.open("footer").open("p");
  page.text("Everything here can be verified again, offline, from the files of this run: ")
      .leaf("code", "fairrush check RUN")
      .text(fmt::format(". Written by {}.", input.facts.version));
  page.close().close();
}

std::string html_page(const ReportInput& input) {
  Markup page;
  page.open("html", {{"lang", "en"}});
  add_head(page, input);
  page.open("body").open("main");
  add_opening(page, input);
  add_navigation(page);
  add_correctness(page, input);
  add_sightings(page, input);
  add_fairness(page, input);
  add_latency(page, input);
  add_load(page, input);
  add_behaviour(page, input);
  add_instrument(page, input);
  add_scenario(page, input);
  add_environment(page, input);
  add_footer(page, input);
  page.close().close().close();
  return "<!DOCTYPE html>\n" + page.str();
}

}  // namespace

Written write_html(const ReportInput& input, const std::filesystem::path& directory) {
  return write_files({{directory / "report.html", html_page(input)}});
}

}  // namespace fairrush::reports
