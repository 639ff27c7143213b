// The command from end to end: real processes, real sockets, a rush of a second.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "analysis/assessment.hpp"
#include "analysis/run/directory.hpp"
#include "tests/integration/cli/command.hpp"

namespace fairrush::cli_test {
namespace {

using testing::HasSubstr;

constexpr const char* kSmallRush = R"(
question = "Does a small rush hold?"
[event]
reserve = "600ms"
pause   = "300ms"
rush    = "700ms"
[population]
users    = 60
cohorts  = [ { name = "near", share = 0.5 }, { name = "far", share = 0.5, one_way_delay = "20ms" } ]
personas = { honest = 0.6, double_clicker = 0.2, retrier = 0.1, intruder = 0.1 }
[arrivals]
shape = "poisson"
[checks]
fairness = "report"   # one fair draw in a thousand looks biased, and a test must not
)";

std::string small_rush(const WorkDirectory& work, const std::string& more = {}) {
  return work.write("small.toml", kSmallRush + more);
}

TEST(RushCommand, ProvesASealedDrawAndLeavesAWholeRunDirectory) {
  const WorkDirectory work;
  const auto end = run_command({"run", small_rush(work), "--out", work.path("run")});
  EXPECT_EQ(end.exit_code, 0) << end.out << end.err;
  const auto run = analysis::load_run({work.path("run")});
  ASSERT_TRUE(run) << run.error();
  const auto checks = analysis::assess(*run).invariants;
  const auto conformity = std::ranges::find(checks, "I14", &analysis::CheckResult::id);
  ASSERT_NE(conformity, checks.end());
  EXPECT_EQ(conformity->verdict, analysis::CheckVerdict::pass) << conformity->finding;
  EXPECT_THAT(end.out, HasSubstr("report: " + work.path("run/report.html")));
  for (const char* file : {"run.json", "history.bin", "ledger.csv", "draw.json", "scenario.toml",
                           "report.html", "report.md", "plots/latency.svg", "plots/latency.gp"}) {
    EXPECT_FALSE(read_file(work.path("run/") + file).empty()) << file;
  }
}

TEST(RushCommand, ChecksAndRendersARunAgainWithTheSameAnswer) {
  const WorkDirectory work;
  ASSERT_EQ(run_command({"run", small_rush(work), "--out", work.path("run"), "--quiet"}).exit_code,
            0);
  const auto checked = run_command({"check", work.path("run"), "--json"});
  EXPECT_EQ(checked.exit_code, 0) << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("\"exit_code\":0"));
  const std::string before = read_file(work.path("run/report.html"));
  const auto rendered = run_command({"report", work.path("run"), "--format", "html"});
  EXPECT_EQ(rendered.exit_code, 0) << rendered.err;
  EXPECT_EQ(read_file(work.path("run/report.html")), before);
}

TEST(RushCommand, RepeatsItselfFromItsOwnScenarioFile) {
  const WorkDirectory work;
  ASSERT_EQ(run_command({"run", small_rush(work), "--out", work.path("a"), "--quiet"}).exit_code,
            0);
  const auto end =
      run_command({"run", work.path("a/scenario.toml"), "--out", work.path("b"), "--quiet"});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_EQ(read_file(work.path("a/scenario.toml")), read_file(work.path("b/scenario.toml")));
}

TEST(RushCommand, HandsOutEveryCouponFirstComeFirstServed) {
  const WorkDirectory work;
  const auto end =
      run_command({"run", small_rush(work), "--out", work.path("run"), "--set",
                   "target.builtin.design=ticket-list", "--set", "checks.fairness=report"});
  EXPECT_EQ(end.exit_code, 0) << end.out << end.err;
  const auto run = analysis::load_run({work.path("run")});
  ASSERT_TRUE(run) << run.error();
  ASSERT_TRUE(run->rounds.front().ledger);
  EXPECT_EQ(run->rounds.front().ledger->size(), run->facts.rounds.front().announced_coupons);
}

TEST(RushCommand, PlaysSeveralRoundsWithTheSameUsersAndADrawOfItsOwnForEach) {
  const WorkDirectory work;
  const auto end =
      run_command({"run", small_rush(work), "--out", work.path("run"), "--rounds", "2"});
  EXPECT_EQ(end.exit_code, 0) << end.out << end.err;
  const auto run = analysis::load_run({work.path("run")});
  ASSERT_TRUE(run) << run.error();
  ASSERT_EQ(run->rounds.size(), 2U);
  EXPECT_GT(run->facts.rounds[1].reservation.open_ns, run->facts.rounds[0].rush.close_ns);
  std::vector<std::set<std::pair<std::uint32_t, std::uint8_t>>> users;
  for (std::uint32_t round = 0; round < 2; ++round) {
    ASSERT_TRUE(run->rounds[round].draw);
    ASSERT_TRUE(run->rounds[round].ledger);
    auto& of_round = users.emplace_back();
    for (const analysis::HistoryBlock& block : run->round(round).blocks) {
      for (const analysis::AttemptRecord& record : block.records) {
        of_round.insert({record.user, record.persona});
      }
    }
  }
  EXPECT_EQ(users[0], users[1]);
  EXPECT_NE(run->rounds[0].draw->commitment, run->rounds[1].draw->commitment);
}

TEST(RushCommand, LetsWinnersLookAndSpendTheirCouponsOnce) {
  const WorkDirectory work;
  const auto end =
      run_command({"run", small_rush(work), "--out", work.path("run"), "--set", "winners.redeem=1",
                   "--set", "winners.redeem_twice=1", "--set", "winners.read_status=1"});
  EXPECT_EQ(end.exit_code, 0) << end.out << end.err;
  const auto run = analysis::load_run({work.path("run")});
  ASSERT_TRUE(run) << run.error();
  using analysis::Op;
  using analysis::Outcome;
  using analysis::Reason;
  const auto outcomes = analysis::assess(*run).outcomes;
  const auto count = [&](Op op, Outcome outcome, Reason reason) -> std::uint64_t {
    for (const analysis::OutcomeCount& row : outcomes) {
      if (row.op == op && row.outcome == outcome && row.reason == reason) return row.count;
    }
    return 0;
  };
  const std::uint64_t winners = run->rounds.front().ledger->size();
  EXPECT_GT(winners, 0U);
  EXPECT_EQ(count(Op::status, Outcome::accepted, Reason::none), winners);
  EXPECT_EQ(count(Op::redeem, Outcome::accepted, Reason::none), winners);
  EXPECT_EQ(count(Op::redeem, Outcome::refusal, Reason::already_used), winners);
}

TEST(RushCommand, WorksOverConnectionsOfEveryMode) {
  for (const char* mode : {"per_user", "per_request"}) {
    const WorkDirectory work;
    const auto end = run_command({"run", small_rush(work), "--out", work.path("run"), "--set",
                                  std::string("connections.mode=") + mode});
    EXPECT_EQ(end.exit_code, 0) << mode << end.out << end.err;
  }
}

TEST(RushCommand, LetsUsersComeWithTokens) {
  const WorkDirectory work;
  const auto end = run_command({"run", small_rush(work), "--out", work.path("run"), "--set",
                                "target.jwt_secret=0123456789abcdef0123456789abcdef"});
  EXPECT_EQ(end.exit_code, 0) << end.out << end.err;
}

TEST(RushCommand, ServesTwoUsers) {
  const WorkDirectory work;
  const auto end =
      run_command({"run", small_rush(work), "--out", work.path("run"), "--users", "2", "--set",
                   "event.coupons=1", "--set", "population.personas={ honest = 1.0 }"});
  EXPECT_EQ(end.exit_code, 0) << end.out << end.err;
}

/// What of an attempt is planned; what a user does after an answer is left out.
using Planned = std::tuple<std::uint32_t, std::uint8_t, std::int64_t, std::uint64_t, std::uint16_t,
                           std::uint8_t, std::uint32_t>;

std::vector<Planned> planned_attempts(const std::string& directory) {
  const auto run = analysis::load_run({directory});
  EXPECT_TRUE(run);
  std::vector<Planned> attempts;
  if (!run) return attempts;
  for (const auto& block : run->history.blocks()) {
    for (const analysis::AttemptRecord& record : block.records) {
      const bool is_retry =
          run->facts.personas[record.persona] == "retrier" && record.try_number > 0;
      const bool is_winners =
          record.operation() == analysis::Op::status || record.operation() == analysis::Op::redeem;
      if (is_retry || is_winners) continue;
      attempts.emplace_back(record.user, record.op, record.intended_ns, record.idempotency,
                            record.cohort, record.persona, record.delay_us);
    }
  }
  std::ranges::sort(attempts);
  return attempts;
}

TEST(RushCommand, PlaysTheSamePlanWithOneAndWithTwoThreads) {
  const WorkDirectory work;
  const std::string scenario = small_rush(work);
  for (const char* threads : {"1", "2"}) {
    const auto end = run_command({"run", scenario, "--out", work.path(threads), "--quiet", "--set",
                                  std::string("connections.threads=") + threads});
    ASSERT_EQ(end.exit_code, 0) << end.err;
  }
  const auto one = planned_attempts(work.path("1"));
  EXPECT_FALSE(one.empty());
  EXPECT_TRUE(one == planned_attempts(work.path("2")));
}

/// Of the first claims of a run.
std::vector<analysis::AttemptRecord> first_claims(const std::string& run_path) {
  const auto run = analysis::load_run({run_path});
  EXPECT_TRUE(run) << run.error();
  std::vector<analysis::AttemptRecord> claims;
  if (!run) return claims;
  for (const analysis::HistoryBlock& block : run->round(0).blocks) {
    for (const analysis::AttemptRecord& record : block.records) {
      const bool claim = record.operation() == analysis::Op::claim && record.try_number == 0;
      if (claim) claims.push_back(record);
    }
  }
  return claims;
}

TEST(RushCommand, PlaysAClosedLoopAndSaysSo) {
  const WorkDirectory work;
  const auto end = run_command({"run", small_rush(work), "--out", work.path("run"), "--set",
                                "arrivals.shape=closed", "--set", "arrivals.users=5"});
  EXPECT_EQ(end.exit_code, 0) << end.out << end.err;
  for (const std::string& page :
       {end.out, read_file(work.path("run/report.html")), read_file(work.path("run/report.md"))}) {
    EXPECT_THAT(page, HasSubstr("The load of the rush was a closed loop of 5 users"));
  }
  const auto run = analysis::load_run({work.path("run")});
  ASSERT_TRUE(run) << run.error();
  const auto fits = analysis::assess(*run).plan_fits;
  ASSERT_EQ(fits.size(), 1U) << "no plan of the rush to be off";
  EXPECT_EQ(fits.front().op, analysis::Op::reserve);
  for (const auto& claim : first_claims(work.path("run"))) EXPECT_TRUE(claim.sent());
}

TEST(RushCommand, PassesWhenTheWindowClosesOnWhoWaitsInAClosedLoop) {
  const WorkDirectory work;
  const auto end = run_command({"run", small_rush(work), "--out", work.path("run"), "--set",
                                "arrivals.shape=closed", "--set", "arrivals.users=6", "--set",
                                "arrivals.think=100ms"});
  // Whether somebody wins depends on whose turn came.
  EXPECT_TRUE(end.exit_code == 0 || end.exit_code == 3) << end.out << end.err;
  const auto claims = first_claims(work.path("run"));
  const auto left =
      std::ranges::count(claims, analysis::Reason::no_turn, &analysis::AttemptRecord::why);
  EXPECT_GT(left, 0);
  EXPECT_LT(left, std::ssize(claims));
  EXPECT_THAT(read_file(work.path("run/report.html")), HasSubstr("its turn did not come"));
  const auto run = analysis::load_run({work.path("run")});
  ASSERT_TRUE(run) << run.error();
  for (const analysis::CheckResult& check : analysis::assess(*run).invariants) {
    EXPECT_NE(check.verdict, analysis::CheckVerdict::fail) << check.id << check.finding;
  }
}

}  // namespace
}  // namespace fairrush::cli_test
