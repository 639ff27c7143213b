#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/analysis/history_builder.hpp"

namespace fairrush::analysis {
namespace {

using testing::Contains;
using testing::HasSubstr;

/// Users 1 and 2 win the two coupons, then user 3 is told at 310 ms that there are none.
RunBuilder sold_out_run() {
  RunBuilder run;
  run.add(claim(1).at(milliseconds(100)).wins("A")).issued(1, "A");
  run.add(claim(3).at(milliseconds(300)).loses());
  return run;
}

RunBuilder with_second_win_at(milliseconds sent) {
  RunBuilder run = sold_out_run();
  run.add(claim(2).at(sent).wins("B")).issued(2, "B");
  return run;
}

TEST(LinearizableStockCheck, PassesWhenEveryWinWasSentBeforeTheFirstLossWasAnswered) {
  EXPECT_EQ(with_second_win_at(milliseconds(200)).verdict("I12"), CheckVerdict::pass);
  EXPECT_EQ(with_second_win_at(milliseconds(310)).verdict("I12"), CheckVerdict::pass);
}

TEST(LinearizableStockCheck, FailsOnAWinSentAfterTheFirstLossWasAnswered) {
  const CheckResult result = with_second_win_at(milliseconds(311)).check("I12");
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  EXPECT_EQ(result.violations, 1U);
  EXPECT_EQ(result.finding,
            "2 claims won from a stock of 2, 1 of them sent after \"sold out\" was first answered");
  ASSERT_EQ(result.examples.size(), 1U);
  EXPECT_EQ(result.examples[0].user, UserIndex(2));
  EXPECT_THAT(
      result.examples[0].timeline,
      Contains("+0.310 s  the stock is gone: user 3 is told \"sold out\", the first of all"));
  EXPECT_THAT(result.examples[0].timeline, Contains(HasSubstr("user 3 claim")));
}

/// Two shards that know the target's clock to 2 ms and 3 ms.
RunBuilder from_two_shards(RunBuilder run) {
  for (const std::int64_t error_ms : {2, 3}) {
    ShardFacts shard;
    shard.number = static_cast<std::uint32_t>(run.facts.shards.size()) + 1;
    shard.of = 2;
    shard.instrument.clock_error_ns = error_ms * 1'000'000;
    run.facts.shards.push_back(shard);
  }
  return run;
}

TEST(LinearizableStockCheck, GrantsShardsWhatTheirClocksMayBeApart) {
  const auto verdict_at = [](milliseconds sent) {
    return from_two_shards(with_second_win_at(sent)).verdict("I12");
  };
  EXPECT_EQ(verdict_at(milliseconds(315)), CheckVerdict::pass);
  EXPECT_EQ(verdict_at(milliseconds(316)), CheckVerdict::fail);
}

TEST(LinearizableStockCheck, TakesAnOpenClaimsSendingForTheWinItBecame) {
  RunBuilder run = sold_out_run();
  run.add(claim(2).at(milliseconds(200)).unanswered());
  run.add(claim(2).retry(1).at(milliseconds(400)).wins("B")).issued(2, "B");
  EXPECT_EQ(run.verdict("I12"), CheckVerdict::pass);
  RunBuilder late = sold_out_run();
  late.add(claim(2).at(milliseconds(400)).unanswered()).issued(2, "B");
  EXPECT_EQ(late.verdict("I12"), CheckVerdict::fail);
}

TEST(LinearizableStockCheck, IsUnknownWithoutLedgerWhenAnOpenClaimMayBeTheMissingWin) {
  RunBuilder run = sold_out_run();
  run.ledger.reset();
  run.add(claim(2).at(milliseconds(200)).unanswered());
  const CheckResult result = run.check("I12");
  EXPECT_EQ(result.verdict, CheckVerdict::unknown);
  EXPECT_EQ(result.open_attempts, 1U);
  run.facts.quota.count = 3;  // one more than even the open claim explains
  EXPECT_EQ(run.verdict("I12"), CheckVerdict::fail);
}

TEST(LinearizableStockCheck, DoesNotTakeALossOfAUserWhoHoldsACouponForTheSellOut) {
  RunBuilder run = with_second_win_at(milliseconds(200));
  run.add(claim(1).retry(1).at(milliseconds(120)).loses());  // a double click answered otherwise
  EXPECT_EQ(run.verdict("I12"), CheckVerdict::pass);
}

TEST(LinearizableStockCheck, DoesNotExcuseALateWinByAUnitThatWasGivenUp) {
  RunBuilder run = with_second_win_at(milliseconds(400));
  run.facts.quota.count = 3;
  run.facts.rounds.front().stock.released = 1;
  EXPECT_EQ(run.verdict("I12"), CheckVerdict::fail);
  EXPECT_EQ(run.verdict("I13"), CheckVerdict::fail);
}

TEST(LinearizableStockCheck, IsUnknownWhenAUnitThatWasGivenUpExplainsTheLoss) {
  RunBuilder run = with_second_win_at(milliseconds(200));
  run.facts.quota.count = 3;
  EXPECT_EQ(run.verdict("I12"), CheckVerdict::fail);
  run.facts.rounds.front().stock.released = 1;
  EXPECT_EQ(run.verdict("I12"), CheckVerdict::unknown);
  EXPECT_EQ(run.verdict("I13"), CheckVerdict::pass);
}

TEST(LinearizableStockCheck, IsNotAskedOfADraw) {
  RunBuilder run = with_second_win_at(milliseconds(400));
  run.facts.allocation = Allocation::draw;
  EXPECT_EQ(run.verdict("I12"), CheckVerdict::not_applicable);
}

TEST(Order, PassesWhenNobodyWhoCameAfterALossWins) {
  EXPECT_EQ(with_second_win_at(milliseconds(310)).verdict("I13"), CheckVerdict::pass);
  RunBuilder nobody_lost;
  nobody_lost.winner(1, "A");
  EXPECT_EQ(nobody_lost.verdict("I13"), CheckVerdict::pass);
}

TEST(Order, FailsOnADefiniteOvertake) {
  RunBuilder run = with_second_win_at(milliseconds(311));
  run.winner(4, "C");  // sent at 100 ms, before the loss
  const CheckResult result = run.check("I13");
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  EXPECT_EQ(result.violations, 1U);
  ASSERT_EQ(result.examples.size(), 1U);
  EXPECT_EQ(result.examples[0].user, UserIndex(2));
}

TEST(Order, IsUnknownWithoutLedgerWhenAClaimSentAfterALossIsOpen) {
  RunBuilder run = sold_out_run();
  run.ledger.reset();
  run.add(claim(2).at(milliseconds(400)).unanswered());
  const CheckResult result = run.check("I13");
  EXPECT_EQ(result.verdict, CheckVerdict::unknown);
  EXPECT_EQ(result.open_attempts, 1U);
  run.add(status(2).at(std::chrono::seconds(20)).shows_nothing());
  EXPECT_EQ(run.verdict("I13"), CheckVerdict::pass);
}

TEST(Order, IsAskedOfFirstComeFirstServedOnly) {
  RunBuilder run = with_second_win_at(milliseconds(400));
  run.facts.allocation = Allocation::unknown;
  EXPECT_EQ(run.verdict("I13"), CheckVerdict::not_applicable);
}

}  // namespace
}  // namespace fairrush::analysis
