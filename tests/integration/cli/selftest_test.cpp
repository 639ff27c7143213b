// The instrument's own error: on form and plausibility, since how exact it is depends on what else
// this machine does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>

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
  std::string kept() const { return read_file(directory_.path("cache/fairrush/selftest.json")); }

 private:
  WorkDirectory directory_;
};

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
  EXPECT_EQ(result.at("passed").as_bool(), end.exit_code == 0);
  EXPECT_THAT(cache.kept(), HasSubstr("\"error_p50_ns\":"));
}

TEST(SelftestCommand, RefusesWhatItDoesNotKnow) {
  const CommandEnd end = run_command({"selftest", "--fast"});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_THAT(end.err, HasSubstr("--fast"));
}

}  // namespace
}  // namespace fairrush::cli_test
