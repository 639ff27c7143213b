#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "loadgen/scenario/scenario.hpp"

namespace fairrush::loadgen {

/// Scenario files in a folder of their own, which is gone after the test.
class ScenarioFile : public testing::Test {
 protected:
  ScenarioFile()
      : folder_(std::filesystem::temp_directory_path() /
                fmt::format("fairrush-scenario-{}", getpid())) {
    std::filesystem::create_directories(folder_);
  }
  ~ScenarioFile() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }

  std::string problems_of(const std::string& text) const {
    const auto scenario = load_scenario(write("bad.toml", text), {});
    return scenario ? std::string("accepted") : format_problems(scenario.error());
  }

  std::filesystem::path folder_;
};

}  // namespace fairrush::loadgen
