#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "cli/selftest/store.hpp"

namespace fairrush::cli {
namespace {

using testing::HasSubstr;

analysis::SelfTestFacts result(std::string transport, std::uint64_t error_p50_ns) {
  return {.measured_at = "2026-11-21T11:00:00Z",
          .wiring = {.transport = std::move(transport), .pacing = "precise"},
          .error_p50_ns = error_p50_ns,
          .error_p99_ns = 2,
          .click_error_p99_ns = 3,
          .passed = true};
}

KeptSelfTest kept(std::string machine, std::uint64_t error_p50_ns) {
  return {.key = {std::move(machine), "0.1.0 (abc)", "Release"},
          .results = {result("asio", error_p50_ns), result("io_uring", error_p50_ns + 1)}};
}

/// A cache directory of the test's own, for this process.
class OwnCache {
 public:
  OwnCache() {
    std::string name = (std::filesystem::temp_directory_path() / "fairrush-cache-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no directory like " + name);
    directory_ = name;
    setenv("XDG_CACHE_HOME", name.c_str(), 1);
  }
  OwnCache(const OwnCache&) = delete;
  OwnCache& operator=(const OwnCache&) = delete;
  ~OwnCache() {
    unsetenv("XDG_CACHE_HOME");
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  void hold(std::string_view text) const {
    std::filesystem::create_directories(directory_ / "fairrush");
    std::ofstream(directory_ / "fairrush" / "selftest.json") << text;
  }

 private:
  std::filesystem::path directory_;
};

TEST(SelftestStore, GivesBackWhatWasKept) {
  const auto read = parse_selftests(format_selftests({kept("one", 7), kept("\"two\"", 8)}));
  ASSERT_TRUE(read) << read.error();
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ(read->back().key, kept("\"two\"", 8).key);
  ASSERT_EQ(read->back().results.size(), 2U);
  const analysis::SelfTestFacts& last = read->back().results.back();
  EXPECT_EQ(last.wiring, (analysis::WiringFacts{"io_uring", "precise"}));
  EXPECT_EQ(last.error_p50_ns, 9U);
  EXPECT_EQ(last.click_error_p99_ns, 3U);
  EXPECT_EQ(last.measured_at, "2026-11-21T11:00:00Z");
  EXPECT_TRUE(last.passed);
}

TEST(SelftestStore, KeepsTheLastResultOfAMachineAndVersion) {
  std::vector<KeptSelfTest> all{kept("one", 1), kept("two", 2)};
  keep_selftest(all, kept("one", 3));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all.back().key.machine, "one");
  EXPECT_EQ(all.back().results.front().error_p50_ns, 3U);
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
  for (const char* text : {"", "[]", "{}", R"({"version":2})", R"({"version":2,"selftests":[{}]})",
                           R"({"version":2,"selftests":[{"machine":7}]})"}) {
    EXPECT_FALSE(parse_selftests(text)) << text;
  }
  for (const char* text : {R"({"version":1,"selftests":[]})", R"({"version":3,"selftests":[]})"}) {
    const auto other = parse_selftests(text);
    ASSERT_FALSE(other);
    EXPECT_THAT(other.error(), HasSubstr("another version"));
  }
}

TEST(SelftestStore, KnowsWhatWasStoredOfThisMachineAlone) {
  const OwnCache cache;
  const auto none = known_selftests();
  ASSERT_TRUE(none) << none.error();
  EXPECT_TRUE(none->empty()) << "no file is no mistake";
  ASSERT_TRUE(store_selftests({result("asio", 5), result("io_uring", 6)}));
  const auto known = known_selftests();
  ASSERT_TRUE(known) << known.error();
  ASSERT_EQ(known->size(), 2U);
  EXPECT_EQ(known->back().error_p50_ns, 6U);
  cache.hold(format_selftests({kept("another machine", 7)}));
  EXPECT_TRUE(known_selftests().value().empty());
}

TEST(SelftestStore, NamesAFileOfAnotherVersionAndReplacesIt) {
  const OwnCache cache;
  cache.hold(R"({"version":1,"selftests":[]})");
  const auto old = known_selftests();
  ASSERT_FALSE(old);
  EXPECT_THAT(old.error(), HasSubstr("fairrush/selftest.json': another version wrote it"));
  ASSERT_TRUE(store_selftests({result("asio", 5)}));
  EXPECT_EQ(known_selftests().value().size(), 1U);
}

}  // namespace
}  // namespace fairrush::cli
