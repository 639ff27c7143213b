// The instrument's own error: on form and plausibility, since how exact it is depends on what else
// this machine does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>

#include "tests/integration/cli/command.hpp"

namespace fairrush::cli_test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

/// A cache of the test's own, for this process and its children.
class OwnCache {
 public:
  OwnCache() { setenv("XDG_CACHE_HOME", directory_.path("cache").c_str(), 1); }
  OwnCache(const OwnCache&) = delete;
  OwnCache& operator=(const OwnCache&) = delete;
  ~OwnCache() { unsetenv("XDG_CACHE_HOME"); }
  std::string kept() const { return read_file(directory_.path(kFile)); }
  void keep(const std::string& text) const {
    std::filesystem::create_directories(directory_.path("cache/fairrush"));
    directory_.write(kFile, text);
  }

 private:
  static constexpr const char* kFile = "cache/fairrush/selftest.json";
  WorkDirectory directory_;
};

/// The facts of a small run in this wiring, and what was told meanwhile.
struct SmallRun {
  boost::json::object facts;
  std::string told;
};

SmallRun run_over(const std::string& transport, const std::string& pacing) {
  const WorkDirectory work;
  const std::string scenario =
      work.write("tiny.toml",
                 "[event]\nlead = \"200ms\"\nreserve = \"300ms\"\npause = \"100ms\"\n"
                 "rush = \"300ms\"\n[population]\nusers = 40\n");
  const CommandEnd end =
      run_command({"run", scenario, "--out", work.path("run"), "--set",
                   "connections.transport=" + transport, "--set", "connections.pacing=" + pacing});
  const std::string document = read_file(work.path("run/run.json"));
  EXPECT_FALSE(document.empty()) << end.err;
  return {boost::json::parse(document).at("facts").as_object(), end.err};
}

boost::json::object result_in(const char* pacing, std::int64_t error_p50_ns) {
  return {{"transport", "asio"},    {"pacing", pacing},
          {"measured_at", "today"}, {"error_p50_ns", error_p50_ns},
          {"error_p99_ns", 1},      {"click_error_p99_ns", 1},
          {"passed", true}};
}

TEST(SelftestCommand, ComparesEveryCaseWithWhatTheTargetTook) {
  const OwnCache cache;
  const CommandEnd end = run_command({"selftest", "--quick", "--json"});
  EXPECT_THAT(end.exit_code, AnyOf(0, 3)) << end.err;
  const boost::json::object result = boost::json::parse(end.out).as_object();
  const boost::json::array& cases = result.at("cases").as_array();
  EXPECT_THAT(cases.size(), AnyOf(6U, 12U)) << "three targets, two pacings, one or two transports";
  for (const boost::json::value& one : cases) {
    const std::string name(one.at("target").as_string());
    EXPECT_EQ(one.at("answered"), one.at("planned")) << name;
    const auto p99_ns = one.at("click").at("p99").at("truth_ns").to_number<std::int64_t>();
    EXPECT_GE(p99_ns, 1'000'000) << name;
    if (!name.contains("frozen")) continue;
    // p99 = D − 0.01·T for D = 200 ms in T = 800 ms, and the target cannot be awake too early.
    EXPECT_GE(p99_ns, 180'000'000) << name;
    const auto median_ns = one.at("wire").at("p50").at("truth_ns").to_number<std::int64_t>();
    EXPECT_LT(median_ns, p99_ns) << name;
  }
  EXPECT_EQ(result.at("wirings").as_array().size(), cases.size() / 3) << "each with its own error";
  EXPECT_EQ(result.at("passed").as_bool(), end.exit_code == 0);
  EXPECT_THAT(cache.kept(), HasSubstr("\"error_p50_ns\":"));
}

TEST(SelftestCommand, IsQuotedByARunForItsOwnWiring) {
  const OwnCache cache;
  cache.keep(R"({"version":1,"selftests":[]})");
  const SmallRun first = run_over("asio", "precise");
  EXPECT_THAT(first.told, HasSubstr("another version wrote it; fairrush selftest makes another"));
  EXPECT_TRUE(first.facts.at("instrument").at("selftest").is_null()) << "as if nobody made one";
  const boost::json::object kept{
      {"machine", first.facts.at("machine")},
      {"version", first.facts.at("version")},
      {"build_type", first.facts.at("build_type")},
      {"wirings", {result_in("economic", 111), result_in("precise", 222)}}};
  cache.keep(boost::json::serialize(boost::json::object{{"version", 2}, {"selftests", {kept}}}));
  const SmallRun second = run_over("asio", "precise");
  const boost::json::object& quoted = second.facts.at("instrument").at("selftest").as_object();
  EXPECT_EQ(quoted.at("error_p50_ns").to_number<int>(), 222);
  EXPECT_EQ(quoted.at("wiring"), second.facts.at("instrument").at("wiring"));
}

TEST(SelftestCommand, RefusesWhatItDoesNotKnow) {
  const CommandEnd end = run_command({"selftest", "--fast"});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_THAT(end.err, HasSubstr("--fast"));
}

}  // namespace
}  // namespace fairrush::cli_test
