// What --live shows to programs during a real run, and that nothing they do disturbs it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <csignal>
#include <deque>

#include "tests/integration/cli/command.hpp"
#include "tests/integration/server/http_client.hpp"
#include "tests/unit/loadgen/scripted_target.hpp"

namespace fairrush::cli_test {
namespace {

using loadgen::Reaction;
using loadgen::ScriptedTarget;
using server_test::HttpClient;
using testing::HasSubstr;

constexpr const char* kRush = R"(
question = "Is it seen?"
[event]
lead    = "200ms"
reserve = "600ms"
pause   = "200ms"
rush    = "1200ms"
[population]
users    = 60
cohorts  = [ { name = "near", share = 0.5 }, { name = "far", share = 0.5, one_way_delay = "20ms" } ]
[arrivals]
shape = "uniform"
[checks]
fairness = "report"
)";

class LiveCommand : public testing::Test {
 protected:
  void start(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{
        "run", work_.write("rush.toml", kRush), "--out", work_.path("run"), "--live", ":0"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    command_.emplace(std::move(arguments));
    const std::string url = command_->told_after("live: ");
    ASSERT_THAT(url, testing::StartsWith("http://127.0.0.1:"));
    const std::size_t at = url.rfind(':') + 1;
    std::from_chars(url.data() + at, url.data() + url.size(), port_);
  }

  std::unique_ptr<HttpClient> listener() const {
    auto client = std::make_unique<HttpClient>(port_);
    client->send_raw("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return client;
  }

  CommandEnd run_with(const std::vector<std::string>& live) {
    std::vector<std::string> arguments{"run", work_.write("rush.toml", kRush), "--out",
                                       work_.path("run")};
    arguments.insert(arguments.end(), live.begin(), live.end());
    return run_command(std::move(arguments));
  }

  const WorkDirectory work_;
  std::optional<Command> command_;
  std::uint16_t port_ = 0;
};

TEST_F(LiveCommand, ShowsThePageTheEventsAndTheMetricsOfARunUntilItsVerdict) {
  start();
  const auto events = listener();
  const auto page = HttpClient(port_).get("/");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->status, 200U);
  EXPECT_THAT(page->head, HasSubstr("Content-Security-Policy: default-src 'none'"));
  EXPECT_THAT(page->body, HasSubstr("new EventSource(\"events\")"));
  ASSERT_TRUE(events->receive_until("\"phase\":\"rushing\""));
  const auto metrics = HttpClient(port_).get("/metrics");
  ASSERT_TRUE(metrics);
  EXPECT_THAT(metrics->head, HasSubstr("Content-Type: text/plain; version=0.0.4"));
  EXPECT_THAT(metrics->body, HasSubstr("fairrush_run_phase{phase=\"rushing\"} 1"));
  EXPECT_THAT(metrics->body, HasSubstr("fairrush_attempts_total{cohort=\"far\",operation="
                                       "\"reserve\",outcome=\"accepted\",reason=\"none\"} "));
  ASSERT_TRUE(events->receive_until("event: farewell"));
  const auto end = command_->wait();
  EXPECT_EQ(end.exit_code, 0) << end.out << end.err;
  EXPECT_THAT(events->received(), HasSubstr("event: interval\n"));
  EXPECT_THAT(events->received(), HasSubstr("\"verdict\":\"PROVEN\",\"tone\":\"good\""));
  EXPECT_THAT(events->received(), HasSubstr("\"report\":\"" + work_.path("run/report.html")));
}

TEST_F(LiveCommand, ShowsOneScenarioAfterTheOther) {
  start({work_.write("second.toml", kRush)});
  const auto events = listener();
  ASSERT_TRUE(events->receive_until("event: farewell"));
  EXPECT_THAT(events->received(), HasSubstr("\"scenario\":\"rush\""));
  EXPECT_THAT(events->received(), HasSubstr("\"scenario\":\"second\""));
  EXPECT_EQ(command_->wait().exit_code, 0);
}

TEST_F(LiveCommand, AnswersWhatItDoesNotServeWithTheReason) {
  start({"--set", "event.rush=60s"});
  const auto unknown = HttpClient(port_).get("/favicon.ico");
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->status, 404U);
  const auto posted = HttpClient(port_).post("/metrics", {}, "x=1");
  ASSERT_TRUE(posted);
  EXPECT_EQ(posted->status, 405U);
  EXPECT_THAT(posted->head, HasSubstr("Allow: GET"));
  const auto too_long = HttpClient(port_).get("/", {{"X", std::string(20'000, 'x')}});
  ASSERT_TRUE(too_long);
  EXPECT_EQ(too_long->status, 431U);
  HttpClient garbage(port_);
  garbage.send_raw("\x16\x03\x01\x02 this is no HTTP\r\n\r\n");
  const auto refused = garbage.read_reply();
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 400U);
  HttpClient half(port_);
  half.send_raw("GET / HTTP/1.1\r\nHost: lo");
  const auto given_up = half.read_reply();
  ASSERT_TRUE(given_up);
  EXPECT_EQ(given_up->status, 408U);
  command_->send(SIGINT);
  EXPECT_EQ(command_->wait().exit_code, 4);
}

TEST_F(LiveCommand, PlaysItsRunWhateverClientsDo) {
  start();
  std::deque<HttpClient> clients;
  for (int number = 0; number < 100; ++number) {
    HttpClient& client = clients.emplace_back(port_);
    if (number % 3 == 0) client.send_raw("GET /events HTTP/1.1\r\n\r\n");  // and never reads
    if (number % 3 == 1) client.send_raw("GET /metr");
    if (number % 7 == 0) client.close();
  }
  const auto end = command_->wait();
  EXPECT_EQ(end.exit_code, 0) << end.out << end.err;
}

TEST_F(LiveCommand, TellsOfARunThatCameToNoVerdict) {
  ScriptedTarget silent([](std::string_view) { return Reaction{"", Reaction::Then::stall}; });
  start({"--target", fmt::format("http://127.0.0.1:{}", silent.endpoint().port())});
  const auto events = listener();
  ASSERT_TRUE(events->receive_until("event: farewell"));
  EXPECT_THAT(events->received(), HasSubstr("\"verdict\":\"\""));
  EXPECT_THAT(events->received(), HasSubstr("the target cannot be reached"));
  EXPECT_THAT(events->received(), HasSubstr("\"exit_code\":5"));
  EXPECT_EQ(command_->wait().exit_code, 5);
}

TEST_F(LiveCommand, RefusesAnAddressItCannotReadOrTake) {
  const auto nonsense = run_with({"--live", "everywhere"});
  EXPECT_EQ(nonsense.exit_code, 2);
  EXPECT_THAT(nonsense.err, HasSubstr("--live: 'everywhere' is not accepted: expected :PORT or"));
  ScriptedTarget other([](std::string_view) { return Reaction{}; });
  const std::string taken = fmt::format("127.0.0.1:{}", other.endpoint().port());
  const auto in_use = run_with({"--live", taken});
  EXPECT_EQ(in_use.exit_code, 2);
  EXPECT_THAT(in_use.err,
              HasSubstr("--live: cannot listen on " + taken + ": Address already in use"));
  const auto unseen = run_with({"--live", ":0", "--quiet"});
  EXPECT_EQ(unseen.exit_code, 2);
  EXPECT_THAT(unseen.err, HasSubstr("--live: with --quiet nobody would learn which port"));
  EXPECT_FALSE(std::filesystem::exists(work_.path("run"))) << "nothing was begun";
}

}  // namespace
}  // namespace fairrush::cli_test
