#include "server/metrics/overload_metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/server/api/world.hpp"

namespace fairrush::server {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

/// A rush of thirty users for ten coupons, over a ledger that writes when the test says so.
class OverloadMetricsTest : public testing::Test {
 protected:
  void open(const OverloadLimits& limits) {
    world_.emplace(":memory:", Acknowledge::durable, "", limits);
    world_->create_event("ticket-list", "10");
    world_->fill(30);
    metrics_.emplace();
    add_overload_metrics(*metrics_, world_->guarded());
  }
  void claim(std::uint32_t user) {
    calls_.push_back(world_->send(Method::post, kClaims, {.user = user, .key = "k"}));
  }
  /// Time in which the ledger writes nothing.
  void stall(Duration time) {
    for (Duration passed{}; passed < time; passed += milliseconds(10)) {
      world_->advance(milliseconds(10));
      world_->app().tick();
    }
  }
  std::string text() const { return metrics_->text(); }

  std::vector<std::unique_ptr<Call>> calls_;
  std::optional<World> world_;
  std::optional<Metrics> metrics_;
};

TEST_F(OverloadMetricsTest, AreQuietForAServerThatKeepsUp) {
  open({});
  claim(1);
  world_->settle();
  EXPECT_THAT(text(), HasSubstr("fairrush_breaker_state{state=\"closed\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("fairrush_breaker_state{state=\"open\"} 0\n"));
  EXPECT_THAT(text(), HasSubstr("fairrush_breaker_trips_total 0\n"));
  EXPECT_THAT(text(), HasSubstr("fairrush_decisions_in_flight 0\n"));
  EXPECT_THAT(text(), HasSubstr("fairrush_waiting_line_claims 0\n"));
  for (const Shed reason : kSheds) {
    const std::string line =
        "fairrush_shed_total{reason=\"" + std::string(name_of(reason)) + "\"} 0\n";
    EXPECT_THAT(text(), HasSubstr(line));
  }
}

TEST_F(OverloadMetricsTest, CountWhoCameTooOften) {
  open({.rates = {.total = {}, .per_user = {1}}});
  for (int time = 0; time < 3; ++time) claim(1);
  EXPECT_THAT(text(), HasSubstr("fairrush_shed_total{reason=\"rate_limited\"} 2\n"));
}

TEST_F(OverloadMetricsTest, ShowTheLineAndWhoDidNotFitIt) {
  open({.in_flight_max = 1, .line = {.places_max = 2, .deadline = milliseconds(50)}});
  for (std::uint32_t user = 0; user < 4; ++user) claim(user);
  EXPECT_THAT(text(), HasSubstr("fairrush_waiting_line_places 2\n"));
  EXPECT_THAT(text(), HasSubstr("fairrush_waiting_line_claims 2\n"));
  EXPECT_THAT(text(), HasSubstr("fairrush_shed_total{reason=\"line_full\"} 1\n"));
  stall(milliseconds(60));
  EXPECT_THAT(text(), HasSubstr("fairrush_waiting_line_claims 0\n"));
  EXPECT_THAT(text(), HasSubstr("fairrush_shed_total{reason=\"waited_too_long\"} 2\n"));
}

TEST_F(OverloadMetricsTest, ShowTheBreakerThatTrips) {
  open({.breaker = {.latency_max = milliseconds(50)}});
  claim(0);
  stall(milliseconds(70));
  EXPECT_THAT(text(), HasSubstr("fairrush_breaker_state{state=\"open\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("fairrush_breaker_state{state=\"closed\"} 0\n"));
  EXPECT_THAT(text(), HasSubstr("fairrush_breaker_trips_total 1\n"));
  calls_.push_back(world_->send(Method::post, "/api/v1/coupons",
                                {.user = 1, .key = "k", .body = R"({"event":"rush"})"}));
  EXPECT_THAT(text(), HasSubstr("fairrush_shed_total{reason=\"breaker_open\"} 1\n"));
}

}  // namespace
}  // namespace fairrush::server
