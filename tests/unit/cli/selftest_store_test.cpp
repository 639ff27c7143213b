#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/selftest/store.hpp"

namespace fairrush::cli {
namespace {

using testing::HasSubstr;

KeptSelfTest kept(std::string machine, std::uint64_t error_p50_ns) {
  return {.key = {std::move(machine), "0.1.0 (abc)", "Release"},
          .result = {.measured_at = "2026-11-21T11:00:00Z",
                     .error_p50_ns = error_p50_ns,
                     .error_p99_ns = 2,
                     .click_error_p99_ns = 3,
                     .passed = true}};
}

TEST(SelftestStore, GivesBackWhatWasKept) {
  const auto read = parse_selftests(format_selftests({kept("one", 7), kept("\"two\"", 8)}));
  ASSERT_TRUE(read) << read.error();
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ(read->back().key, kept("\"two\"", 8).key);
  EXPECT_EQ(read->back().result.error_p50_ns, 8U);
  EXPECT_EQ(read->back().result.click_error_p99_ns, 3U);
  EXPECT_EQ(read->back().result.measured_at, "2026-11-21T11:00:00Z");
  EXPECT_TRUE(read->back().result.passed);
}

TEST(SelftestStore, KeepsTheLastResultOfAMachineAndVersion) {
  std::vector<KeptSelfTest> all{kept("one", 1), kept("two", 2)};
  keep_selftest(all, kept("one", 3));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all.back().key.machine, "one");
  EXPECT_EQ(all.back().result.error_p50_ns, 3U);
  KeptSelfTest other = kept("one", 4);
  other.key.version = "0.1.0 (def)";
  keep_selftest(all, other);
  EXPECT_EQ(all.size(), 3U);
}

TEST(SelftestStore, ForgetsTheOldestBeyondItsBound) {
  std::vector<KeptSelfTest> all;
  for (std::size_t place = 0; place <= kSelfTestsKept; ++place) {
    keep_selftest(all, kept(std::to_string(place), place));
  }
  EXPECT_EQ(all.size(), kSelfTestsKept);
  EXPECT_EQ(all.front().key.machine, "1");
}

TEST(SelftestStore, SaysWhatIsWrongWithAFile) {
  for (const char* text : {"", "[]", "{}", R"({"version":1})", R"({"version":1,"selftests":[{}]})",
                           R"({"version":1,"selftests":[{"machine":7}]})"}) {
    EXPECT_FALSE(parse_selftests(text)) << text;
  }
  const auto newer = parse_selftests(R"({"version":2,"selftests":[]})");
  ASSERT_FALSE(newer);
  EXPECT_THAT(newer.error(), HasSubstr("another version"));
}

}  // namespace
}  // namespace fairrush::cli
