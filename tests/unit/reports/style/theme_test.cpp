#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <map>
#include <regex>
#include <string>
#include <string_view>

#include "reports/style/styles.hpp"

namespace fairrush::reports {
namespace {

using Theme = std::map<std::string, std::string>;

/// The variables of a block of the theme: name → "#rrggbb".
Theme colours_in(const std::string& block) {
  Theme theme;
  const std::regex variable("--([a-z-]+): (#[0-9a-f]{6});");
  for (std::sregex_iterator match(block.begin(), block.end(), variable), end; match != end;
       ++match) {
    theme[(*match)[1]] = (*match)[2];
  }
  return theme;
}

Theme light() {
  const std::string css(theme_css());
  return colours_in(css.substr(0, css.find("@media")));
}

Theme dark() {
  const std::string css(theme_css());
  return colours_in(css.substr(css.find("@media")));
}

/// Relative luminance and contrast ratio after WCAG 2.1.
double luminance(const std::string& colour) {
  constexpr std::array kWeights{0.2126, 0.7152, 0.0722};
  double sum = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const double channel = std::stoi(colour.substr(1 + 2 * i, 2), nullptr, 16) / 255.0;
    sum += kWeights[i] *
           (channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4));
  }
  return sum;
}

double contrast(const std::string& one, const std::string& other) {
  const double a = luminance(one);
  const double b = luminance(other);
  return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

void expect_readable(const Theme& theme) {
  for (const char* text : {"ink", "ink-soft", "good", "bad", "open"}) {
    for (const char* background : {"paper", "raised", "good-fill", "bad-fill", "open-fill"}) {
      EXPECT_GE(contrast(theme.at(text), theme.at(background)), 4.5) << text << " " << background;
    }
  }
  for (const char* mark : {"claims", "wins", "bad"}) {
    EXPECT_GE(contrast(theme.at(mark), theme.at("paper")), 3) << mark;
    EXPECT_GE(contrast(theme.at(mark), theme.at("soft-fill")), 3) << mark;
  }
}

TEST(Contrast, IsThatOfTheStandard) {
  EXPECT_NEAR(contrast("#000000", "#ffffff"), 21, 1e-9);
  EXPECT_NEAR(contrast("#777777", "#ffffff"), 4.48, 0.01);
}

TEST(Theme, IsReadableInLight) {
  expect_readable(light());
}

TEST(Theme, IsReadableInDark) {
  expect_readable(dark());
}

TEST(Theme, HasEveryColourInBoth) {
  for (const auto& [name, colour] : light()) EXPECT_TRUE(dark().contains(name)) << name;
  EXPECT_EQ(light().size(), dark().size());
}

TEST(Styles, NameColoursOnlyInTheTheme) {
  const std::regex colour("#[0-9a-fA-F]{3,8}\\b|rgb\\(|hsl\\(");
  for (const std::string_view css : {plot_css(), page_css()}) {
    EXPECT_FALSE(std::regex_search(std::string(css), colour));
  }
}

TEST(Styles, UseOnlyVariablesTheThemeHas) {
  const Theme theme = light();
  const std::regex use("var\\(--([a-z-]+)\\)");
  for (const std::string_view sheet : {plot_css(), page_css()}) {
    const std::string css(sheet);
    for (std::sregex_iterator match(css.begin(), css.end(), use), end; match != end; ++match) {
      EXPECT_TRUE(theme.contains((*match)[1])) << (*match)[1];
    }
  }
}

}  // namespace
}  // namespace fairrush::reports
