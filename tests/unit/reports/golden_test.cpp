#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "reports/reports.hpp"
#include "tests/unit/reports/sample_run.hpp"
#include "tests/unit/reports/support/reading.hpp"
#include "tests/unit/reports/support/scratch_directory.hpp"

namespace fairrush::reports::testing {
namespace {

using std::filesystem::path;

/// Names in the order of `all_samples`.
std::string test_name(const ::testing::TestParamInfo<SampleRun>& info) {
  return info.param.name;
}

/// Compares with the golden file, or rewrites it when FAIRRUSH_UPDATE_GOLDEN is set.
void expect_golden(std::string_view text, const path& name) {
  const path golden = path(FAIRRUSH_GOLDEN_DIRECTORY) / name;
  if (std::getenv("FAIRRUSH_UPDATE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(golden.parent_path());
    std::ofstream(golden, std::ios::binary) << text;
    return;
  }
  ASSERT_TRUE(std::filesystem::exists(golden)) << golden;
  EXPECT_EQ(text, read_file(golden)) << golden << " differs; see tests/golden/README.md";
}

class Golden : public ::testing::TestWithParam<SampleRun> {};

TEST_P(Golden, ConsoleSummaryIsAsItWas) {
  const SampleRun& run = GetParam();
  expect_golden(console_summary(input_of(run), {}), path(run.name) / "console.txt");
}

TEST_P(Golden, EveryFormatWritesWhatItWrote) {
  const SampleRun& run = GetParam();
  for (const Format& format : formats()) {
    const ScratchDirectory scratch;
    const auto written = format.write(input_of(run), scratch.path());
    ASSERT_TRUE(written) << format.name << ": " << written.error();
    ASSERT_FALSE(written->empty()) << format.name;
    for (const path& file : *written) {
      expect_golden(read_file(file), path(run.name) / file.lexically_relative(scratch.path()));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Samples, Golden, ::testing::ValuesIn(all_samples()), test_name);

}  // namespace
}  // namespace fairrush::reports::testing
