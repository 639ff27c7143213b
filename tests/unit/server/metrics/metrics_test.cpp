#include "server/metrics/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "server/metrics/process_metrics.hpp"
#include "tests/unit/server/api/world.hpp"

namespace fairrush::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(HistogramTest, CountsEachObservationInTheFirstBucketThatHoldsIt) {
  const std::vector<double> bounds{1, 2, 5};
  Histogram histogram(bounds);
  for (const double value : {0.0, 1.0, 1.5, 5.0, 5.1, 100.0}) histogram.observe(value);
  EXPECT_THAT(histogram.counts(), ElementsAre(2, 1, 1, 2));
  EXPECT_DOUBLE_EQ(histogram.sum(), 112.6);
}

TEST(HistogramTest, HasLatencyBucketsFrom100MicrosecondsTo10Seconds) {
  Histogram histogram(latency_bounds());
  EXPECT_DOUBLE_EQ(latency_bounds().front(), 0.0001);
  EXPECT_DOUBLE_EQ(latency_bounds().back(), 10);
  histogram.observe(Duration(std::chrono::microseconds(100)));
  EXPECT_EQ(histogram.counts().front(), 1U);
}

TEST(MetricsTest, WriteWhatPrometheusReads) {
  Metrics metrics;
  metrics.counter({"fairrush_x_total", "X."}, {{"route", "a\"b\\c\nd"}}).add(3);
  metrics.histogram({"fairrush_y_seconds", "Y."}, std::vector<double>{0.5}).observe(0.25);
  metrics.gauge({"fairrush_z", "Z."}, {}, [] { return 1.5; });
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("# TYPE fairrush_x_total counter\n"
                              "fairrush_x_total{route=\"a\\\"b\\\\c\\nd\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE fairrush_y_seconds histogram"));
  EXPECT_THAT(text, HasSubstr("fairrush_y_seconds_count 1\n"));
  EXPECT_THAT(text, HasSubstr("fairrush_y_seconds_bucket{le=\"0.5\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("fairrush_y_seconds_bucket{le=\"+Inf\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE fairrush_z gauge\nfairrush_z 1.5\n"));
}

TEST(MetricsTest, YieldTheSameMemberForTheSameLabels) {
  Metrics metrics;
  metrics.counter({"fairrush_x_total", "X."}, {{"a", "1"}}).add();
  metrics.counter({"fairrush_x_total", "X."}, {{"a", "1"}}).add();
  metrics.counter({"fairrush_x_total", "X."}, {{"a", "2"}}).add();
  EXPECT_THAT(metrics.text(), HasSubstr("{a=\"1\"} 2\n"));
  EXPECT_THAT(metrics.names(), ElementsAre("fairrush_x_total"));
}

TEST(ProcessMetricsTest, TellWhatTheKernelKnows) {
  Metrics metrics;
  add_process_metrics(metrics);
  const std::ifstream one_more("/proc/self/status");
  const std::string text = metrics.text();
  for (const char* name : {"process_cpu_seconds_total", "process_resident_memory_bytes",
                           "process_open_fds", "process_max_fds", "process_start_time_seconds"}) {
    EXPECT_THAT(text, HasSubstr(std::string("\n") + name + " ")) << name;
    EXPECT_THAT(text, Not(HasSubstr(std::string("\n") + name + " 0\n"))) << name;
  }
}

/// What the server of a world counts.
class ServerMetricsTest : public testing::Test {
 protected:
  std::string metrics() { return world_.get("/metrics")->body(); }

  World world_;
};

TEST_F(ServerMetricsTest, CountClaimsByDesignOutcomeAndReason) {
  world_.create_event("ticket-list");
  world_.fill(10);
  for (std::uint32_t user = 0; user < 10; ++user) world_.post(kClaims, {.user = user});
  world_.post(kClaims, {.user = 4});
  world_.post(kClaims, {.user = 77});
  const std::string text = metrics();
  EXPECT_THAT(text, HasSubstr("fairrush_claims_total{design=\"ticket-list\",outcome=\"won\","
                              "reason=\"\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("design=\"ticket-list\",outcome=\"lost\",reason=\"SOLD_OUT\"}"));
  EXPECT_THAT(text, HasSubstr("outcome=\"refused\",reason=\"NOT_RESERVATION\"} 1\n"));
}

TEST_F(ServerMetricsTest, BeginAtZeroForEveryDesign) {
  EXPECT_THAT(metrics(), HasSubstr("design=\"sealed-draw\",outcome=\"won\",reason=\"\"} 0\n"));
}

TEST_F(ServerMetricsTest, CountAClaimForNoEventAsOfAnUnknownDesign) {
  world_.post("/api/v1/events/none/claims", {.user = 1});
  EXPECT_THAT(metrics(), HasSubstr("design=\"unknown\",outcome=\"refused\","
                                   "reason=\"UNKNOWN_EVENT\"} 1\n"));
}

TEST_F(ServerMetricsTest, CountAnswersByRouteMethodAndStatus) {
  const auto call = world_.post(kClaims, {.user = 1});
  world_.app().answered(*call, std::chrono::milliseconds(2));
  const auto none = world_.get("/nowhere/at/all/4711");
  world_.app().answered(*none, std::chrono::milliseconds(2));
  const std::string text = metrics();
  EXPECT_THAT(text, HasSubstr("fairrush_requests_total{method=\"POST\",route=\"/api/v1/events/{e}/"
                              "claims\",status=\"404\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("{method=\"GET\",route=\"none\",status=\"404\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("4711"))) << "paths of clients must not become labels";
  EXPECT_THAT(text,
              HasSubstr("fairrush_request_seconds_bucket{method=\"POST\",route=\"/api/v1/events/"
                        "{e}/claims\",le=\"0.0025\"} 1\n"));
}

TEST_F(ServerMetricsTest, WatchTheLedger) {
  world_.create_event("ticket-list");
  const std::string text = metrics();
  EXPECT_THAT(text, HasSubstr("fairrush_ledger_commits_total 1\n"));
  EXPECT_THAT(text, HasSubstr("fairrush_ledger_commit_records_count 1\n"));
  EXPECT_THAT(text, HasSubstr("fairrush_ledger_undurable_records 0\n"));
  world_.enter_reservations();
  const auto first = world_.send(Method::post, kReservations, {.user = 1});
  const auto second = world_.send(Method::post, kReservations, {.user = 2});
  const auto third = world_.send(Method::post, kReservations, {.user = 3});
  world_.advance(std::chrono::milliseconds(1500));
  const auto under_way = world_.send(Method::get, "/metrics");
  EXPECT_THAT(under_way->body(), HasSubstr("fairrush_ledger_queue_records 2\n"));
  EXPECT_THAT(under_way->body(), HasSubstr("fairrush_ledger_undurable_records 3\n"));
  EXPECT_THAT(under_way->body(), HasSubstr("fairrush_ledger_commit_age_seconds 1.5\n"));
  world_.settle();
}

TEST_F(ServerMetricsTest, WatchTheBus) {
  world_.create_event("ticket-list");
  world_.fill(10);
  EXPECT_THAT(metrics(), HasSubstr("fairrush_bus_published_total 0\n"));
  world_.post(kClaims, {.user = 1});
  world_.elapse(std::chrono::milliseconds(100));
  const std::string text = metrics();
  EXPECT_THAT(text, HasSubstr("fairrush_bus_published_total 1\n"));
  EXPECT_THAT(text, HasSubstr("fairrush_bus_returned_total 0\n"));
  EXPECT_THAT(text, HasSubstr("fairrush_bus_redelivered_total 0\n"));
  EXPECT_THAT(text, HasSubstr("fairrush_bus_dead_letters_total 0\n"));
  EXPECT_THAT(text, HasSubstr("fairrush_bus_unread 0\n"));
  EXPECT_THAT(text, HasSubstr("fairrush_outbox_pending 0\n"));
}

TEST_F(ServerMetricsTest, ShowWhichDependencyIsMissing) {
  EXPECT_THAT(metrics(), HasSubstr("fairrush_dependency_ready{dependency=\"ledger\"} 1\n"));
  world_.create_event("ticket-list");
  world_.enter_reservations();
  world_.fail_next_batch();
  world_.post(kReservations, {.user = 1});
  EXPECT_THAT(metrics(), HasSubstr("fairrush_dependency_ready{dependency=\"ledger\"} 0\n"));
  EXPECT_THAT(metrics(), HasSubstr("fairrush_ledger_failures_total 1\n"));
}

}  // namespace
}  // namespace fairrush::server
