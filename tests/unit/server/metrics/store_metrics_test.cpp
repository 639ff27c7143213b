#include "server/metrics/store_metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairrush::server {
namespace {

using testing::HasSubstr;
using testing::Not;

class StoreMetricsTest : public testing::Test {
 protected:
  ManualClock clock_;
  Metrics metrics_;
  StoreMetrics store_{metrics_, clock_, "postgres"};
  StoreWatch watch_ = store_.watch();
};

TEST_F(StoreMetricsTest, BeginAtZeroForTheFailuresOfTheirStore) {
  for (const char* kind : {"away", "clash", "refused"}) {
    EXPECT_THAT(metrics_.text(), HasSubstr("fairrush_store_errors_total{kind=\"" +
                                           std::string(kind) + "\",store=\"postgres\"} 0\n"));
  }
  EXPECT_THAT(metrics_.text(), Not(HasSubstr("not_sent")));
}

TEST_F(StoreMetricsTest, TimeACallAndCountItsRequests) {
  const StoreCallEnded ended = watch_({.name = "claim", .requests = 40});
  EXPECT_THAT(metrics_.text(), HasSubstr("fairrush_store_calls_in_flight{store=\"postgres\"} 1\n"));
  clock_.advance(std::chrono::milliseconds(3));
  ended("");
  const std::string text = metrics_.text();
  EXPECT_THAT(text, HasSubstr("fairrush_store_calls_in_flight{store=\"postgres\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("fairrush_store_call_seconds_bucket{call=\"claim\","
                              "store=\"postgres\",le=\"0.0025\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("fairrush_store_call_seconds_bucket{call=\"claim\","
                              "store=\"postgres\",le=\"0.005\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("fairrush_store_call_requests_sum{call=\"claim\","
                              "store=\"postgres\"} 40\n"));
}

TEST_F(StoreMetricsTest, CountACallThatFailsByItsKind) {
  watch_({.name = "upkeep"})("away");
  const std::string text = metrics_.text();
  EXPECT_THAT(text, HasSubstr("fairrush_store_errors_total{kind=\"away\",store=\"postgres\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("fairrush_store_call_requests_count{call=\"upkeep\"")))
      << "it answers nobody";
}

TEST(StoreWatchTest, LeavesACallAloneThatNobodyWatches) {
  bool told = false;
  watched<RedisResult>({}, {.name = "claim", .requests = 1}, [&told](const RedisResult&) {
    told = true;
  })(std::unexpected(RedisFailure{RedisFailure::Kind::unknown, "late"}));
  EXPECT_TRUE(told);
}

TEST(StoreWatchTest, TellsOfTheFailureBeforeWhoeverAsked) {
  std::vector<std::string> order;
  const StoreWatch watch = [&order](const StoreCall& call) -> StoreCallEnded {
    order.emplace_back(call.name);
    return [&order](std::string_view failure) { order.emplace_back(failure); };
  };
  watched<RedisResult>(watch, {.name = "claim", .requests = 1}, [&order](const RedisResult&) {
    order.emplace_back("asked");
  })(std::unexpected(RedisFailure{RedisFailure::Kind::unknown, "late"}));
  EXPECT_THAT(order, testing::ElementsAre("claim", "unknown", "asked"));
}

}  // namespace
}  // namespace fairrush::server
