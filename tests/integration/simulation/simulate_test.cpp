// `fairrush simulate` as its user has it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "analysis/assessment.hpp"
#include "tests/integration/cli/command.hpp"

namespace fairrush::cli_test {
namespace {

using testing::HasSubstr;

constexpr const char* kScenario = R"(
question = "What does a slow network cost?"
[event]
reserve = "2s"
rush = "10s"
[population]
users = 400
cohorts = [ { name = "fibre", share = 0.6, one_way_delay = "5ms" },
            { name = "mobile", share = 0.4, one_way_delay = { median = "60ms", p99 = "400ms" } } ]
personas = { honest = 0.9, double_clicker = 0.04, retrier = 0.02, intruder = 0.04 }
[arrivals]
mean = "500ms"
)";

class Simulate : public testing::Test {
 protected:
  std::string scenario() const { return directory_.write("slow.toml", kScenario); }
  std::string out(const std::string& name = "out") const { return directory_.path(name); }

  WorkDirectory directory_;
};

TEST_F(Simulate, LeavesARunThatCheckJudgesLikewise) {
  const CommandEnd simulated =
      run_command({"simulate", scenario(), "--rounds", "5", "--out", out(), "--json"});
  const CommandEnd checked = run_command({"check", out(), "--json"});
  EXPECT_EQ(checked.exit_code, simulated.exit_code) << simulated.err << checked.err;
  const auto evidence = analysis::load_run({out()});
  ASSERT_TRUE(evidence) << evidence.error();
  EXPECT_EQ(evidence->facts.rounds.size(), 5U);
  for (const analysis::CheckResult& check : analysis::assess(*evidence).invariants) {
    EXPECT_NE(check.verdict, analysis::CheckVerdict::fail) << check.id << ": " << check.finding;
  }
}

TEST_F(Simulate, WritesTheSameBytesWhateverTheNumberOfThreads) {
  for (const char* threads : {"1", "3"}) {
    run_command({"simulate", scenario(), "--rounds", "7", "--threads", threads, "--out",
                 out(threads), "--quiet"});
  }
  for (const char* file : {"/history.bin", "/ledger.csv", "/draw-7.json", "/plots/designs.csv"}) {
    const std::string one = read_file(out("1") + file);
    EXPECT_FALSE(one.empty()) << file;
    EXPECT_EQ(one, read_file(out("3") + file)) << file;
  }
}

TEST_F(Simulate, PutsDesignsSideBySide) {
  const CommandEnd end = run_command({"simulate", scenario(), "--rounds", "30", "--designs",
                                      "ticket-list,sealed-draw", "--out", out()});
  EXPECT_THAT(end.out, HasSubstr("pp/10 ms"));
  EXPECT_THAT(read_file(out() + "/designs.html"), HasSubstr("closed form"));
  EXPECT_THAT(read_file(out() + "/plots/designs.csv"), HasSubstr("sealed-draw,"));
  EXPECT_FALSE(read_file(out() + "/ticket-list/run.json").empty());
}

TEST_F(Simulate, SaysOfHowManyRoundsItKeptAttempts) {
  const CommandEnd end =
      run_command({"simulate", scenario(), "--rounds", "6", "--records", "first", "--out", out()});
  EXPECT_THAT(read_file(out() + "/run.json"), HasSubstr("attempts kept and checked of 1 of 6"));
  EXPECT_EQ(run_command({"check", out(), "--quiet"}).exit_code == 2, false) << end.err;
}

TEST_F(Simulate, RefusesAllBadOptionsAtOnce) {
  const CommandEnd end =
      run_command({"simulate", scenario(), "--workers", "0", "--service-time", "fast", "--designs",
                   "ticket-list,lottery", "--no-show", "shrug", "--records", "some"});
  EXPECT_EQ(end.exit_code, 2);
  for (const char* named : {"--workers", "--service-time", "--designs", "--no-show", "--records"}) {
    EXPECT_THAT(end.err, HasSubstr(named));
  }
}

TEST_F(Simulate, RefusesOptionsThatWouldChangeNothing) {
  const auto refusal = [this](std::vector<std::string> more) {
    more.insert(more.begin(), {"simulate", scenario(), "--rounds", "2", "--quiet", "--out", out()});
    const CommandEnd end = run_command(std::move(more));
    EXPECT_EQ(end.exit_code, 2);
    return end.err;
  };
  EXPECT_THAT(refusal({"--designs", "ticket-list", "--no-show", "release"}),
              HasSubstr("--no-show: changes sealed-draw alone"));
  EXPECT_THAT(refusal({"--batch", "10ms"}), HasSubstr("--batch: changes batch-draw alone"));
  EXPECT_THAT(refusal({"--designs", "ticket-list,batch-draw", "--waiting-room", "10ms"}),
              HasSubstr("--waiting-room: changes waiting-room alone"));
  EXPECT_THAT(refusal({"--release-after", "1s"}),
              HasSubstr("--release-after: expected --no-show release with it"));
  EXPECT_THAT(refusal({"--no-show", "release", "--release-after", "10s"}),
              HasSubstr("--release-after: '10s' is not accepted: expected less than the rush"));
  EXPECT_THAT(refusal({"--no-show", "second-draw", "--fault", "sticky-winners"}),
              HasSubstr("--no-show: changes nothing under --fault sticky-winners"));
  EXPECT_THAT(refusal({"--set", "event.reserve=none", "--set", "target.url=http://127.0.0.1:1",
                       "--set", "population.personas={ honest = 1 }", "--designs", "ticket-list"}),
              HasSubstr("event.reserve: the designs take reservations, and 'none' is said"));
  EXPECT_THAT(refusal({"--set", "arrivals.shape=closed", "--set", "arrivals.users=5"}),
              HasSubstr("arrivals.shape: a closed loop is not simulated"));
  EXPECT_FALSE(std::filesystem::exists(out()));
}

TEST_F(Simulate, TakesAnOptionThatOneOfItsDesignsHeeds) {
  const CommandEnd end =
      run_command({"simulate", scenario(), "--rounds", "2", "--designs", "ticket-list,batch-draw",
                   "--batch", "10ms", "--quiet", "--out", out()});
  EXPECT_NE(end.exit_code, 2) << end.err;
}

TEST_F(Simulate, KeepsWhatItHasWhenInterrupted) {
  Command command({"simulate", scenario(), "--rounds", "100000", "--records", "first", "--set",
                   "population.users=20000", "--out", out()});
  ASSERT_TRUE(command.wait_for("rounds"));
  command.send(SIGINT);
  EXPECT_EQ(command.wait().exit_code, 4);
  EXPECT_THAT(read_file(out() + "/run.json"), HasSubstr("\"interrupted\":true"));
  EXPECT_THAT(read_file(out() + "/run.json"), HasSubstr(" of 100000 rounds"));
}

TEST_F(Simulate, RefusesADesignThatRunsOnAStoreOfItsOwn) {
  const CommandEnd end = run_command({"simulate", scenario(), "--rounds", "2", "--out", out(),
                                      "--set", "target.builtin.design=distributed-lock"});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_NE(end.err.find("'distributed-lock' runs on a store of its own"), std::string::npos)
      << end.err;
}

}  // namespace
}  // namespace fairrush::cli_test
