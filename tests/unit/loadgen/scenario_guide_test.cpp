// The user guide lists every key as the table has it. FAIRRUSH_UPDATE_GOLDEN=1 writes the list
// anew.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "loadgen/scenario/keys.hpp"

namespace fairrush::loadgen {
namespace {

constexpr const char* kGuide = FAIRRUSH_SOURCE_DIR "/docs/scenarios.md";
constexpr std::string_view kMarker = "a test compares them -->\n";

std::string key_table() {
  Scenario scenario;
  scenario.cohorts = {{"everyone", Share{1}, DelaySpec{}}};
  scenario.personas = {{Persona::honest, Share{1}}};
  std::string text = "| key | default | accepted | |\n|---|---|---|---|\n";
  for (const OptionTable::Row& row : scenario_keys(scenario).rows()) {
    const std::string value = row.default_text.empty() ? "" : fmt::format("`{}`", row.default_text);
    text +=
        fmt::format("| `{}` | {} | {} | {} |\n", row.info.name, value, row.accepted, row.info.help);
  }
  return text;
}

TEST(ScenarioGuide, ListsEveryKeyWithItsDefaultAndRange) {
  std::ifstream stream(kGuide);
  std::string guide(std::istreambuf_iterator<char>(stream), {});
  const auto marker = guide.find(kMarker);
  ASSERT_NE(marker, std::string::npos);
  const std::string before = guide.substr(0, marker + kMarker.size());
  if (std::getenv("FAIRRUSH_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(kGuide) << before << key_table();
    return;
  }
  EXPECT_EQ(guide.substr(before.size()), key_table());
}

}  // namespace
}  // namespace fairrush::loadgen
