#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/analysis/history_builder.hpp"

namespace fairrush::analysis {
namespace {

using testing::Contains;

/// Two of three coupons are issued, one is left, and the bus told of both.
RunBuilder conserved() {
  RunBuilder run;
  run.facts.quota.count = 3;
  run.winner(1, "A").winner(2, "B");
  run.facts.rounds.front().stock = {
      .issued = 2, .remaining = 1, .released = 0, .outbox_pending = 0};
  run.heard("e1", 1, "A").heard("e2", 2, "B");
  return run;
}

StockFacts& stock(RunBuilder& run) {
  return run.facts.rounds.front().stock;
}

TEST(Conservation, PassesWhenEveryUnitAndEveryEventIsAccountedFor) {
  const CheckResult result = conserved().check("I16");
  EXPECT_EQ(result.verdict, CheckVerdict::pass);
  EXPECT_EQ(result.finding,
            "2 issued + 1 left + 0 given up are the 3 there were; the outbox is empty; each of 2 "
            "coupons came over the bus once, in 2 deliveries");
}

TEST(Conservation, FailsOnALeakedUnitAndOnOneTooMany) {
  for (const std::uint64_t left : {0U, 2U}) {
    RunBuilder run = conserved();
    stock(run).remaining = left;
    const CheckResult result = run.check("I16");
    EXPECT_EQ(result.verdict, CheckVerdict::fail) << left;
    EXPECT_EQ(result.violations, 1U);
  }
  RunBuilder overflowing = conserved();
  stock(overflowing).remaining = ~std::uint64_t{0};
  EXPECT_EQ(overflowing.verdict("I16"), CheckVerdict::fail);
}

TEST(Conservation, TakesTheCouponsThatATargetCutToItsRoster) {
  RunBuilder run = conserved();  // two users for three coupons
  run.facts.allocation = Allocation::unknown;
  stock(run).remaining = 0;
  run.facts.rounds.front().announced_roster = 2;
  run.facts.rounds.front().announced_coupons = 2;
  EXPECT_EQ(run.verdict("I16"), CheckVerdict::pass);
  EXPECT_EQ(run.verdict("I17"), CheckVerdict::pass);
  run.facts.rounds.front().announced_coupons = 1;
  EXPECT_EQ(run.verdict("I16"), CheckVerdict::fail);
  EXPECT_EQ(run.verdict("I17"), CheckVerdict::fail);
}

TEST(Conservation, CountsUnitsThatWereGivenUp) {
  RunBuilder run = conserved();
  stock(run).remaining = 0;
  stock(run).released = 1;
  EXPECT_EQ(run.verdict("I16"), CheckVerdict::pass);
}

TEST(Conservation, FailsWhenStoreAndLedgerDiffer) {
  RunBuilder run = conserved();
  stock(run).issued = 3;
  stock(run).remaining = 0;
  EXPECT_EQ(run.verdict("I16"), CheckVerdict::fail);
}

TEST(Conservation, FailsWhenTheOutboxKeepsEvents) {
  RunBuilder run = conserved();
  stock(run).outbox_pending = 1;
  EXPECT_EQ(run.verdict("I16"), CheckVerdict::fail);
}

TEST(Conservation, FailsWhenTheBusMissesACoupon) {
  RunBuilder run = conserved();
  run.bus->pop_back();
  const CheckResult result = run.check("I16");
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  EXPECT_EQ(result.violations, 1U);
  ASSERT_EQ(result.examples.size(), 1U);
  EXPECT_EQ(result.examples[0].user, UserIndex(2));
}

TEST(Conservation, FailsWhenOneCouponHasTwoEventsAndShowsThem) {
  RunBuilder run = conserved();
  run.heard("e3", 2, "B");
  const CheckResult result = run.check("I16");
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  ASSERT_EQ(result.examples.size(), 1U);
  EXPECT_THAT(result.examples[0].timeline,
              Contains("bus        user 2 was given \"B\" (event e3, delivery 3 of 3)"));
}

TEST(Conservation, FailsOnAnEventOfNobodysCoupon) {
  RunBuilder invented = conserved();
  invented.heard("e3", 1, "Z");
  EXPECT_EQ(invented.verdict("I16"), CheckVerdict::fail);
  RunBuilder stranger = conserved();
  stranger.heard("e3", 4'000'000'000, "Z");
  EXPECT_EQ(stranger.verdict("I16"), CheckVerdict::fail);
}

TEST(Conservation, TakesARepeatedDeliveryForOneEventUnlessItSaysSomethingElse) {
  RunBuilder run = conserved();
  run.heard("e2", 2, "B");
  EXPECT_EQ(run.verdict("I16"), CheckVerdict::pass);
  run.heard("e2", 1, "A");
  EXPECT_EQ(run.verdict("I16"), CheckVerdict::fail);
}

TEST(Conservation, IsNotApplicableToATargetThatSaysNothing) {
  RunBuilder run;
  run.winner(1, "A");
  EXPECT_EQ(run.verdict("I16"), CheckVerdict::not_applicable);
}

TEST(Conservation, IsUnknownWhileAPartOfTheEvidenceIsMissing) {
  RunBuilder no_bus = conserved();
  no_bus.bus.reset();
  no_bus.facts.rounds.front().bus_missing = "no answer";
  EXPECT_EQ(no_bus.verdict("I16"), CheckVerdict::unknown);
  EXPECT_NE(no_bus.check("I16").finding.find("what the bus delivered was not read: no answer"),
            std::string::npos);
  RunBuilder no_rest = conserved();
  stock(no_rest).remaining.reset();
  EXPECT_EQ(no_rest.verdict("I16"), CheckVerdict::unknown);
  RunBuilder no_ledger = conserved();
  no_ledger.ledger.reset();
  EXPECT_EQ(no_ledger.verdict("I16"), CheckVerdict::unknown);
  RunBuilder only_rest;
  only_rest.add(claim(1).wins("A"));
  stock(only_rest).remaining = 1;
  EXPECT_EQ(only_rest.verdict("I16"), CheckVerdict::unknown);
}

TEST(Conservation, IsUnknownWhileAnOpenReservationDecidesTheQuota) {
  RunBuilder run = conserved();
  run.facts.quota = {.share = Share{0.5}, .count = {}};
  run.add(reserved(3)).add(reserved(4)).add(reserved(5)).add(reserve(6).unanswered());
  EXPECT_EQ(run.verdict("I16"), CheckVerdict::unknown);  // C is 2 of 5 or 3 of 6
}

}  // namespace
}  // namespace fairrush::analysis
