#include "server/metrics/readiness.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/metrics/metrics.hpp"

namespace fairrush::server {
namespace {

using testing::HasSubstr;

TEST(ReadinessTest, AsksAnewEachTimeAndQuotesWhatIsMissing) {
  Metrics metrics;
  Readiness readiness(metrics);
  bool there = false;
  readiness.add("store", [&there]() -> std::optional<CouponService::Impairment> {
    if (there) return std::nullopt;
    return CouponService::Impairment{ErrorCode::store_unavailable, "no \"connection\""};
  });
  EXPECT_EQ(dependencies_json(readiness.state()),
            R"([{"name":"store","ready":false,"code":"STORE_UNAVAILABLE",)"
            R"("detail":"no \"connection\""}])");
  EXPECT_THAT(metrics.text(), HasSubstr(R"(fairrush_dependency_ready{dependency="store"} 0)"));
  there = true;
  EXPECT_EQ(dependencies_json(readiness.state()), R"([{"name":"store","ready":true}])");
  EXPECT_THAT(metrics.text(), HasSubstr(R"(fairrush_dependency_ready{dependency="store"} 1)"));
}

}  // namespace
}  // namespace fairrush::server
