#include <gtest/gtest.h>

#include "tests/unit/analysis/history_builder.hpp"

namespace fairrush::analysis {
namespace {

constexpr nanoseconds kLength{kTestRush.close_ns - kTestRush.open_ns};
constexpr nanoseconds kTolerance = milliseconds(3);  // clock error 2 ms and 1 ms of the target's

RunBuilder run_with(Attempt attempt) {
  RunBuilder run;
  run.with_ledger();
  run.facts.instrument.clock_error_ns = nanoseconds(milliseconds(2)).count();
  run.add(std::move(attempt));
  return run;
}

TEST(WindowCheck, FailsOnAWinAnsweredBeforeTheOpening) {
  // Sent 20 ms early, answered 10 ms later.
  const CheckResult result = run_with(claim(1).at(-milliseconds(20)).wins("A")).check("I8");
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  EXPECT_EQ(result.violations, 1U);
  EXPECT_EQ(result.finding,
            "1 wins before the window, 0 wins after it, 0 claims inside it refused as outside "
            "(clocks agree within 3ms)");
  ASSERT_EQ(result.examples.size(), 1U);
  EXPECT_EQ(result.examples[0].timeline.front(),
            "-0.020 s  user 1 claim (try 0, attempt 0), answered -0.010 s: win, \"A\"");
}

TEST(WindowCheck, ToleratesAWinAnsweredExactlyTheToleranceBeforeTheOpening) {
  const auto answered = [](nanoseconds before) {
    return run_with(claim(1).at(-before - milliseconds(10)).wins("A")).verdict("I8");
  };
  EXPECT_EQ(answered(kTolerance), CheckVerdict::pass);
  EXPECT_EQ(answered(kTolerance + nanoseconds(1)), CheckVerdict::fail);
}

TEST(WindowCheck, ToleratesAWinSentExactlyTheToleranceAfterTheClose) {
  const auto sent = [](nanoseconds after) {
    return run_with(claim(1).at(kLength + after).wins("A")).verdict("I8");
  };
  EXPECT_EQ(sent(kTolerance), CheckVerdict::pass);
  EXPECT_EQ(sent(kTolerance + nanoseconds(1)), CheckVerdict::fail);
}

TEST(WindowCheck, LetsAWinBeToldAgainAfterTheClose) {
  RunBuilder run = run_with(claim(1).at(kLength - milliseconds(20)).wins("A"));
  run.add(claim(1).retry(1).at(kLength + milliseconds(150)).wins("A"));
  EXPECT_EQ(run.verdict("I8"), CheckVerdict::pass);
}

TEST(WindowCheck, LetsAnUnansweredClaimOfTheWindowBeAnsweredAfterIt) {
  RunBuilder run = run_with(claim(1).at(kLength - milliseconds(20)).unanswered());
  run.add(claim(1).retry(1).at(kLength + milliseconds(150)).wins("A"));
  EXPECT_EQ(run.verdict("I8"), CheckVerdict::pass);
}

TEST(WindowCheck, FailsOnALateWinWhoseEarlierAttemptLost) {
  RunBuilder run = run_with(claim(1).at(kLength - milliseconds(20)).loses());
  run.add(claim(1).retry(1).at(kLength + milliseconds(150)).wins("A"));
  EXPECT_EQ(run.verdict("I8"), CheckVerdict::fail);
}

TEST(WindowCheck, FailsOnAnOutsideRefusalOfAClaimWhollyInside) {
  const auto sent = [](nanoseconds after_opening) {
    return run_with(claim(1).at(after_opening).refused(Reason::outside_window)).verdict("I8");
  };
  EXPECT_EQ(sent(kTolerance), CheckVerdict::fail);
  EXPECT_EQ(sent(kTolerance - nanoseconds(1)), CheckVerdict::pass);
  EXPECT_EQ(sent(kLength - kTolerance - milliseconds(10)), CheckVerdict::fail);
  EXPECT_EQ(sent(kLength - kTolerance - milliseconds(10) + nanoseconds(1)), CheckVerdict::pass);
}

TEST(WindowCheck, LooksAtTheWireNotAtTheUsersEyes) {
  // Answered on the wire 40 ms before the opening, seen by the user 60 ms after it.
  RunBuilder run = run_with(claim(1).at(-milliseconds(50)).delayed(milliseconds(100)).wins("A"));
  EXPECT_EQ(run.verdict("I8"), CheckVerdict::fail);
}

TEST(WindowCheck, HoldsTheLedgerAgainstUnansweredClaimsAfterTheClose) {
  RunBuilder run = run_with(claim(1).at(kLength + milliseconds(50)).unanswered());
  EXPECT_EQ(run.verdict("I8"), CheckVerdict::pass);
  run.issued(1, "A");
  EXPECT_EQ(run.verdict("I8"), CheckVerdict::fail);
}

TEST(WindowCheck, DoesNotBlameALateClaimWhenAnEarlierOneMayHaveWon) {
  RunBuilder run = run_with(claim(1).at(kLength + milliseconds(50)).unanswered());
  run.add(claim(1).retry(1).at(milliseconds(5)).unanswered()).issued(1, "A");
  EXPECT_EQ(run.verdict("I8"), CheckVerdict::pass);
}

TEST(WindowCheck, WithoutLedgerIsUnknownForAnUnansweredClaimAfterTheClose) {
  RunBuilder run = run_with(claim(1).at(kLength + milliseconds(50)).unanswered());
  run.ledger.reset();
  EXPECT_EQ(run.verdict("I8"), CheckVerdict::unknown);
}

TEST(WindowCheck, PassesForEarlyAndLateRefusals) {
  RunBuilder run = run_with(claim(1).at(-milliseconds(500)).refused(Reason::outside_window));
  run.add(claim(2).at(kLength + milliseconds(500)).refused(Reason::outside_window));
  EXPECT_EQ(run.verdict("I8"), CheckVerdict::pass);
}

TEST(WindowCheck, IsUnknownInACutHistoryForTheFirstTellingOfALateWinMayBeLost) {
  RunBuilder run = run_with(claim(1).retry(1).at(kLength + milliseconds(150)).wins("A"));
  EXPECT_EQ(run.verdict("I8"), CheckVerdict::fail);
  run.cut_short = true;
  EXPECT_EQ(run.verdict("I8"), CheckVerdict::unknown);
}

TEST(WindowCheck, AllowsForTheStepThatTheWallClockMadeDuringTheRun) {
  const nanoseconds step = milliseconds(7);
  for (std::int64_t direction : {-1, 1}) {
    const auto sent = [&](nanoseconds after) {
      RunBuilder run = run_with(claim(1).at(kLength + after).wins("A"));
      run.facts.instrument.clock_step_ns = direction * step.count();
      return run.verdict("I8");
    };
    EXPECT_EQ(sent(kTolerance + step), CheckVerdict::pass);
    EXPECT_EQ(sent(kTolerance + step + nanoseconds(1)), CheckVerdict::fail);
  }
}

TEST(WindowCheck, AccusesNobodyWhenTheClocksAreUnknown) {
  RunBuilder run = run_with(claim(1).at(kLength + milliseconds(150)).wins("A"));
  run.facts.instrument.clock_step_ns = INT64_MIN;
  run.facts.instrument.clock_error_ns = INT64_MAX;
  EXPECT_EQ(run.verdict("I8"), CheckVerdict::pass);
}

TEST(WindowCheck, LetsADoubleClickAcrossTheCloseBeAnsweredWithTheSameCoupon) {
  // Sent before the close, answered after the second click was.
  RunBuilder run =
      run_with(claim(1).at(kLength - milliseconds(20)).answered_after(milliseconds(200)).wins("A"));
  run.add(claim(1).retry(1).at(kLength + milliseconds(50)).wins("A"));
  EXPECT_EQ(run.verdict("I8"), CheckVerdict::pass);
}

TEST(WindowCheck, FailsOnADoubleClickThatWonWhollyAfterTheClose) {
  RunBuilder run =
      run_with(claim(1).at(kLength + milliseconds(20)).answered_after(milliseconds(200)).wins("A"));
  run.add(claim(1).retry(1).at(kLength + milliseconds(50)).wins("A"));
  EXPECT_EQ(run.check("I8").violations, 2U);
}

TEST(Window, ShowsWhenTheRushOpenedAndClosedAmongTheAttempts) {
  RunBuilder run;
  run.add(claim(1).at(std::chrono::seconds(11)).wins("A")).issued(1, "A");
  const CheckResult result = run.check("I8");
  ASSERT_EQ(result.examples.size(), 1U);
  const auto& lines = result.examples[0].timeline;
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0], "+0.000 s  the rush opens");
  EXPECT_EQ(lines[1], "+10.000 s  the rush closes");
  EXPECT_EQ(lines[3], "ledger     user 1 holds \"A\" (row 1 of 1)");
}

}  // namespace
}  // namespace fairrush::analysis
