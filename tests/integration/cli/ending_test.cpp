// Runs that come to no good end: a target that stops answering or dies, a user who has waited long
// enough, an instrument that is killed. Whatever happens, what there is can be judged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include "analysis/assessment.hpp"
#include "analysis/run/directory.hpp"
#include "tests/integration/cli/command.hpp"

namespace fairrush::cli_test {
namespace {

using analysis::CheckVerdict;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kScenario = R"(
question = "What is left of a rush?"
[event]
reserve = "600ms"
pause   = "300ms"
rush    = "1s"
[population]
users    = 60
[arrivals]
shape = "uniform"
[connections]
timeout = "200ms"
[winners]
read_status = 0
[checks]
fairness = "report"
)";

class Ending : public testing::Test {
 protected:
  /// Starts a run and waits until its progress says `phase`.
  void start(const std::string& phase, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"run", work_.write("ending.toml", kScenario), "--out",
                                       out()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    command_.emplace(std::move(arguments));
    ASSERT_TRUE(command_->wait_for(phase));
  }

  std::string out() const { return work_.path("run"); }

  /// The built-in server's process.
  pid_t server() const {
    const auto children = command_->children();
    EXPECT_EQ(children.size(), 1U);
    return children.empty() ? getpid() : children.front();
  }

  /// What `fairrush check` and `fairrush report` make of what is left.
  void expect_readable(int check_exit_code, const std::string& report_says) const {
    const auto checked = run_command({"check", out()});
    EXPECT_EQ(checked.exit_code, check_exit_code) << checked.out << checked.err;
    const auto reported =
        run_command({"report", out(), "--format", "md", "--out", work_.path("md")});
    EXPECT_EQ(reported.exit_code, 0) << reported.err;
    EXPECT_THAT(read_file(work_.path("md/report.md")), HasSubstr(report_says));
  }

  analysis::RunEvidence run() const {
    auto run = analysis::load_run({out()});
    EXPECT_TRUE(run) << run.error();
    if (!run) throw std::runtime_error("no run");
    return std::move(*run);
  }

  /// Of one round every check has an answer.
  static void expect_judged(const analysis::RunEvidence& run, std::uint32_t round) {
    for (const auto& check : analysis::assess_round(run.round(round)).invariants) {
      const bool is_of_the_whole_run = check.id == "I20";
      if (is_of_the_whole_run) continue;
      EXPECT_TRUE(check.verdict == CheckVerdict::pass ||
                  check.verdict == CheckVerdict::not_applicable)
          << check.id << ": " << check.finding;
    }
  }

  WorkDirectory work_;
  std::optional<Command> command_;
};

TEST_F(Ending, KeepsAPartialRunThatSaysSoWhenInterrupted) {
  start("rushing", {"--set", "event.rush=60s"});
  command_->send(SIGINT);
  const auto end = command_->wait();
  EXPECT_EQ(end.exit_code, 4) << end.out << end.err;
  EXPECT_THAT(end.out, HasSubstr("INCONCLUSIVE — the run was interrupted"));
  EXPECT_THAT(end.out, HasSubstr("s into the rush; until then"));
  expect_readable(4, "interrupted");
  const auto left = run();
  EXPECT_GE(left.history.records(), 120U);  // every planned click has its record, sent or not
  EXPECT_FALSE(left.history.truncation());
  EXPECT_TRUE(left.rounds.front().ledger) << "the target was there to give it";
}

TEST_F(Ending, SaysWhatItWaitsForAndWaitsForNothingMoreAfterAnInterrupt) {
  start("rushing");
  kill(server(), SIGSTOP);
  ASSERT_TRUE(command_->wait_for("settling   waiting for the time of day from 127.0.0.1:"));
  ASSERT_TRUE(command_->wait_for("longer at most"));
  command_->send(SIGINT);
  const auto end = command_->wait();
  EXPECT_EQ(end.exit_code, 4) << end.out << end.err;
  EXPECT_THAT(end.err.substr(end.err.find("stopping;")), Not(HasSubstr("waiting for")));
  EXPECT_THAT(end.out, HasSubstr("the run was interrupted after the rush"));
  expect_readable(4, "was broken off");
  EXPECT_THAT(run().facts.rounds.front().ledger_missing.value_or(""), HasSubstr("was broken off"));
}

TEST_F(Ending, LeavesWhatWasRecordedWhenInterruptedTwice) {
  start("rushing", {"--set", "connections.timeout=1m"});
  kill(server(), SIGSTOP);  // so that the first interrupt takes a while
  command_->send(SIGINT);
  ASSERT_TRUE(command_->wait_for("stopping;"));
  command_->send(SIGINT);
  const auto end = command_->wait();
  EXPECT_EQ(end.exit_code, 4) << end.err;
  EXPECT_THAT(end.err, HasSubstr("left at once"));
  EXPECT_THAT(end.out, Not(HasSubstr("report:")));
  expect_readable(4, "round 1 was not brought to its end");
  EXPECT_GE(run().history.records(), 60U) << "the reservations";
}

TEST_F(Ending, LeavesTheRoundsBeforeAKilledOneFullyJudged) {
  start("round 2/3 rushing", {"--rounds", "3"});
  command_->send(SIGKILL);
  command_->wait();
  expect_readable(4, "round 2 was not brought to its end");
  const auto left = run();
  ASSERT_EQ(left.facts.rounds.size(), 2U);
  expect_judged(left, 0);
  EXPECT_TRUE(left.round(1).cut_short);
  EXPECT_TRUE(left.rounds.front().draw);
}

TEST_F(Ending, LeavesARoundFullyJudgedWhenKilledBeforeTheNextHasAnAttempt) {
  start("round 2/2 preparing", {"--rounds", "2", "--set", "event.lead=2s"});
  command_->send(SIGKILL);
  command_->wait();
  expect_readable(4, "none of its attempts is there");
  expect_judged(run(), 0);
}

TEST_F(Ending, LeavesNoServerBehindWhenKilled) {
  start("reserving");
  // The server dies with its parent; reading its entry fails as soon as it is gone or a zombie.
  const std::string state_file = "/proc/" + std::to_string(server()) + "/stat";
  command_->send(SIGKILL);
  command_->wait();
  for (std::string state = read_file(state_file);
       !state.empty() && state.find(") Z") == std::string::npos; state = read_file(state_file)) {
  }
}

TEST_F(Ending, NamesABuiltInServerThatWasKilled) {
  start("reserving");
  kill(server(), SIGKILL);
  const auto end = command_->wait();
  EXPECT_EQ(end.exit_code, 3) << end.out << end.err;
  const std::size_t told = end.err.find("! the built-in server was killed by SIGKILL");
  ASSERT_NE(told, std::string::npos) << end.err;
  EXPECT_LT(told, end.err.find("rushing")) << "as soon as it happens";
  EXPECT_THAT(end.err, HasSubstr("its last words are in " + out() + "/server.log"));
  expect_readable(3, "not known: the built-in server was killed by SIGKILL");
  const auto left = run();
  EXPECT_FALSE(left.rounds.front().ledger);
  EXPECT_THAT(left.facts.rounds.front().ledger_missing.value_or(""), HasSubstr("SIGKILL"));
  EXPECT_GE(left.history.records(), 120U) << "the rest of the round is recorded all the same";
}

TEST_F(Ending, LeavesTheRoundsBeforeTheDeathOfTheServerFullyJudged) {
  start("round 2/3 rushing", {"--rounds", "3"});
  kill(server(), SIGABRT);  // as a failed assertion does
  const auto end = command_->wait();
  EXPECT_EQ(end.exit_code, 3) << end.out << end.err;
  EXPECT_THAT(end.err, HasSubstr("! the built-in server was killed by SIGABRT"));
  expect_readable(3, "round 3 was not begun");
  const auto left = run();
  ASSERT_EQ(left.facts.rounds.size(), 2U);
  expect_judged(left, 0);
  EXPECT_FALSE(left.rounds.back().ledger);
}

}  // namespace
}  // namespace fairrush::cli_test
