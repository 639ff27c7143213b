// One run as several processes: each its shard, by the clock, with an address of its own.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>
#include <tuple>

#include "analysis/assessment.hpp"
#include "analysis/run/directory.hpp"
#include "tests/integration/cli/command.hpp"
#include "tests/integration/support/child_process.hpp"

namespace fairrush::cli_test {
namespace {

using integration::ChildProcess;
using testing::HasSubstr;

constexpr const char* kRush = R"(
question = "Does a rush from several machines hold?"
[event]
reserve = "600ms"
pause   = "300ms"
rush    = "900ms"
[population]
users    = 200
cohorts  = [ { name = "near", share = 0.5 }, { name = "far", share = 0.5, one_way_delay = "20ms" } ]
personas = { honest = 0.5, double_clicker = 0.2, intruder = 0.1, replayer = 0.1, bot = 0.1 }
[arrivals]
shape = "poisson"
[connections]
timeout = "500ms"
[winners]
read_status = 0.0
[target]
admin_token = "secret"
[checks]
fairness = "report"   # one fair draw in a thousand looks biased, and a test must not
)";

/// A server that all shards reach, and what they begin at: a moment that lies ahead.
class ShardsOfARun : public testing::Test {
 protected:
  ShardsOfARun() {
    EXPECT_TRUE(server_.wait_for(fmt::format("127.0.0.1:{}", port_)));
    using namespace std::chrono;
    start_ = fmt::format(
        "{}", duration_cast<seconds>((system_clock::now() + 4s).time_since_epoch()).count());
  }

  std::vector<std::string> shard_arguments(unsigned number, unsigned of,
                                           const std::string& out) const {
    return {"run",        scenario_,
            "--target",   fmt::format("http://127.0.0.1:{}", port_),
            "--set",      fmt::format("connections.sources=[\"127.0.0.{}\"]", number + 1),
            "--set",      fmt::format("connections.threads={}", number),
            "--shard",    fmt::format("{}/{}", number, of),
            "--start-at", start_,
            "--out",      work_.path(out),
            "--quiet"};
  }

  std::unique_ptr<Command> start(unsigned number, unsigned of = 3) const {
    return std::make_unique<Command>(shard_arguments(number, of, fmt::format("s{}", number)));
  }

  CommandEnd merge(std::vector<std::string> names, const std::string& out,
                   std::vector<std::string> more = {"--quiet"}) const {
    std::vector<std::string> arguments{"merge"};
    for (const std::string& name : names) arguments.push_back(work_.path(name));
    arguments.insert(arguments.end(), {"--out", work_.path(out)});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_command(arguments);
  }

  /// How many attempts of a run under way can be read.
  std::uint64_t plan_size(const std::string& name) const {
    const auto run = analysis::load_run({work_.path(name)});
    return run ? run->history.records() : 0;
  }

  WorkDirectory work_;
  std::string scenario_ = work_.write("rush.toml", kRush);
  int port_ = integration::free_port();
  ChildProcess server_{{FAIRRUSH_SERVER_BINARY, fmt::format("--listen=127.0.0.1:{}", port_),
                        "--admin-token=secret", "--ledger=sqlite:" + work_.path("ledger.db")},
                       ""};
  std::string start_;
};

using Planned = std::tuple<std::uint32_t, std::uint8_t, std::uint8_t, std::int64_t, std::uint32_t>;

std::vector<Planned> plan_of(const analysis::RunEvidence& run) {
  std::vector<Planned> attempts;
  for (const auto& block : run.history.blocks()) {
    for (const analysis::AttemptRecord& record : block.records) {
      attempts.emplace_back(record.user, record.op, record.try_number, record.intended_ns,
                            record.delay_us);
    }
  }
  std::ranges::sort(attempts);
  return attempts;
}

TEST_F(ShardsOfARun, MergedEqualTheRunOfOneProcess) {
  const auto alone = run_command({"run", scenario_, "--out", work_.path("alone"), "--quiet"});
  using namespace std::chrono;
  start_ = fmt::format(
      "{}", duration_cast<seconds>((system_clock::now() + 3s).time_since_epoch()).count());
  std::vector<std::unique_ptr<Command>> shards;
  for (const unsigned number : {1U, 2U, 3U}) shards.push_back(start(number));
  for (const auto& shard : shards) {
    const auto end = shard->wait();
    EXPECT_EQ(end.exit_code, 0) << end.err;
  }
  const auto merged = merge({"s3", "s1", "s2"}, "merged");
  EXPECT_EQ(merged.exit_code, alone.exit_code) << merged.err;
  const auto one = analysis::load_run({work_.path("alone")});
  const auto many = analysis::load_run({work_.path("merged")});
  ASSERT_TRUE(one && many);
  EXPECT_TRUE(plan_of(*one) == plan_of(*many));
  const auto expected = analysis::assess(*one);
  const auto found = analysis::assess(*many);
  EXPECT_EQ(found.verdict, expected.verdict) << found.verdict_reason;
  EXPECT_EQ(found.attempts, expected.attempts);
  EXPECT_EQ(found.fairness.winners, expected.fairness.winners);
  EXPECT_EQ(found.fairness.reserved, expected.fairness.reserved);
  ASSERT_EQ(found.invariants.size(), expected.invariants.size());
  for (std::size_t place = 0; place < found.invariants.size(); ++place) {
    EXPECT_EQ(found.invariants[place].verdict, expected.invariants[place].verdict)
        << found.invariants[place].id << ": " << found.invariants[place].finding;
  }
  EXPECT_EQ(run_command({"check", work_.path("merged"), "--quiet"}).exit_code, merged.exit_code);
}

TEST_F(ShardsOfARun, AreNotKnownWhenOneWasKilled) {
  const auto first = start(1, 2);
  const auto second = start(2, 2);
  // It writes its facts and its history every 200 ms; the kill may come at any time after.
  while (plan_size("s2") == 0) std::this_thread::yield();
  second->send(SIGKILL);
  EXPECT_EQ(first->wait().exit_code, 0);
  const auto refused = merge({"s1", "s2"}, "refused", {});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("shard 2 is not whole"));
  const auto without = merge({"s1"}, "refused", {});
  EXPECT_EQ(without.exit_code, 2);
  EXPECT_THAT(without.err, HasSubstr("shard 2 of 2 is missing"));
  for (const auto& [names, out] : {std::pair{std::vector<std::string>{"s1", "s2"}, "cut"},
                                   std::pair{std::vector<std::string>{"s1"}, "missing"}}) {
    const auto merged = merge(names, out, {"--partial", "--json"});
    EXPECT_EQ(merged.exit_code, 3) << merged.out << merged.err;
    EXPECT_THAT(merged.out, HasSubstr("INCONCLUSIVE"));
    EXPECT_EQ(run_command({"check", work_.path(out), "--quiet"}).exit_code, 3);
  }
}

TEST_F(ShardsOfARun, AreRefusedWhenTheyComeTooLateOrTwice) {
  const auto first = start(1, 2);
  ASSERT_TRUE(std::filesystem::exists(work_.path("rush.toml")));
  while (!std::filesystem::exists(work_.path("s1/run.json"))) std::this_thread::yield();
  const auto twice = run_command(shard_arguments(1, 2, "twice"));
  EXPECT_EQ(twice.exit_code, 2);
  EXPECT_THAT(twice.err, HasSubstr("1/2 of this run is being played by another process"));
  first->send(SIGINT);
  first->wait();
  const auto again = run_command(shard_arguments(1, 2, "again"));
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_THAT(again.err, HasSubstr("shard 1 of this run was started before"));
  start_ = "1000000000";
  const auto late = run_command(shard_arguments(2, 2, "late"));
  EXPECT_EQ(late.exit_code, 2);
  EXPECT_THAT(late.err, HasSubstr("--start-at: that was"));
  EXPECT_FALSE(std::filesystem::exists(work_.path("late"))) << "what never began leaves nothing";
}

TEST_F(ShardsOfARun, NeedEachOther) {
  const auto lonely = run_command(shard_arguments(2, 2, "lonely"));
  EXPECT_EQ(lonely.exit_code, 5);
  EXPECT_THAT(lonely.err, HasSubstr("shard 1 has not opened round 1"));
}

TEST(ShardOptions, AreCheckedTogether) {
  const WorkDirectory work;
  const std::string scenario = work.write("rush.toml", kRush);
  const auto end = run_command({"run", scenario, "--shard", "4/3", "--start-at", "soon"});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_THAT(end.err, HasSubstr("'4/3' is not accepted: expected i/n"));
  EXPECT_THAT(end.err,
              HasSubstr("'soon' is not accepted: expected a time with its offset from UTC"));
  const auto half = run_command({"run", scenario, "--shard", "1/3"});
  EXPECT_EQ(half.exit_code, 2);
  EXPECT_THAT(half.err, HasSubstr("expected --start-at TIME with it"));
  const auto built_in =
      run_command({"run", scenario, "--shard", "1/3", "--start-at", "4000000000"});
  EXPECT_EQ(built_in.exit_code, 2);
  EXPECT_THAT(built_in.err, HasSubstr("set target.url"));
}

}  // namespace
}  // namespace fairrush::cli_test
