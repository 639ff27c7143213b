#include <gtest/gtest.h>

#include "tests/unit/analysis/history_builder.hpp"

namespace fairrush::analysis {
namespace {

RunBuilder ten_reservations() {
  RunBuilder run;
  run.facts.quota = {.share = Share{0.25}, .count = {}};
  for (std::uint32_t user = 0; user < 10; ++user) run.add(reserved(user));
  run.facts.rounds.front().announced_roster = 10;
  run.facts.rounds.front().announced_coupons = 2;
  return run;
}

TEST(RosterAndQuota, PassesWhenAnnouncementsFollowFromWhatWasAcknowledged) {
  EXPECT_EQ(ten_reservations().verdict("I17"), CheckVerdict::pass);
}

TEST(RosterAndQuota, SaysWhoIsOnAListedRoster) {
  RunBuilder run;
  run.listed(30'000).add(claim(1).loses());
  EXPECT_EQ(run.check("I17").finding,
            "the event takes no reservations: the roster is a list of 30,000 names, 4 of them "
            "users of this run");
}

TEST(RosterAndQuota, TakesACouponForEachListedNameAndNotForEachUserHere) {
  RunBuilder run;
  run.facts.quota = {.share = Share{0.5}, .count = {}};
  for (const std::uint32_t user : {1U, 3U, 5U}) {
    run.add(claim(user).wins("C" + std::to_string(user))).issued(user, "C" + std::to_string(user));
  }
  EXPECT_EQ(run.listed(4).verdict("I1"), CheckVerdict::fail);
  EXPECT_EQ(run.listed(6).verdict("I1"), CheckVerdict::pass);
}

TEST(RosterAndQuota, FailsOnARosterThatIsOneOff) {
  for (std::uint64_t announced : {9U, 11U}) {
    RunBuilder run = ten_reservations();
    run.facts.rounds.front().announced_roster = announced;
    run.facts.rounds.front().announced_coupons = 2;
    EXPECT_EQ(run.verdict("I17"), CheckVerdict::fail) << announced;
  }
}

TEST(RosterAndQuota, FailsOnAQuotaRoundedUp) {
  RunBuilder run = ten_reservations();
  run.facts.rounds.front().announced_coupons = 3;
  const CheckResult result = run.check("I17");
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  EXPECT_EQ(result.finding,
            "10 reservations were acknowledged, 0 more may have been; the event announced 3 "
            "coupons, the rule gives 2");
}

TEST(RosterAndQuota, LetsUnansweredReservationsBeOnTheRosterOrNot) {
  RunBuilder run = ten_reservations();
  run.add(reserve(10).unanswered()).add(reserve(11).unanswered());
  for (std::uint64_t announced : {10U, 11U, 12U}) {
    run.facts.rounds.front().announced_roster = announced;
    run.facts.rounds.front().announced_coupons = announced / 4;
    EXPECT_EQ(run.verdict("I17"), CheckVerdict::pass) << announced;
  }
  run.facts.rounds.front().announced_roster = 13;
  EXPECT_EQ(run.verdict("I17"), CheckVerdict::fail);
}

TEST(RosterAndQuota, JudgesTheQuotaAloneWhenTheRosterIsNotAnnounced) {
  RunBuilder run = ten_reservations();
  run.facts.rounds.front().announced_roster.reset();
  EXPECT_EQ(run.verdict("I17"), CheckVerdict::pass);
  run.facts.rounds.front().announced_coupons = 3;
  EXPECT_EQ(run.verdict("I17"), CheckVerdict::fail);
}

TEST(RosterAndQuota, CountsAUserWhoReservedTwiceOnce) {
  RunBuilder run = ten_reservations();
  run.add(reserve(3).retry(1).refused(Reason::duplicate_reservation, "token-3"));
  EXPECT_EQ(run.verdict("I17"), CheckVerdict::pass);
}

TEST(RosterAndQuota, HoldsTheDrawToTheSameNumbers) {
  RunBuilder run = ten_reservations();
  run.facts.allocation = Allocation::draw;
  run.draw.emplace();
  run.draw->roster_size = 9;
  run.draw->quota = 2;
  EXPECT_EQ(run.verdict("I17"), CheckVerdict::fail);
  run.draw->roster_size = 10;
  EXPECT_EQ(run.verdict("I17"), CheckVerdict::pass);
}

TEST(RosterAndQuota, AllowsADrawToCapAFixedNumberAtItsRoster) {
  RunBuilder run = ten_reservations();
  run.facts.quota = {.share = {}, .count = 60};
  run.facts.rounds.front().announced_coupons = 10;
  EXPECT_EQ(run.verdict("I17"), CheckVerdict::fail);
  run.facts.allocation = Allocation::draw;
  EXPECT_EQ(run.verdict("I17"), CheckVerdict::pass);
}

TEST(RosterAndQuota, IsNotApplicableToATargetThatAnnouncesNothing) {
  RunBuilder run;
  run.facts.allocation = Allocation::unknown;
  run.add(reserved(1));
  EXPECT_EQ(run.verdict("I17"), CheckVerdict::not_applicable);
}

TEST(RosterAndQuota, IsUnknownInACutHistory) {
  RunBuilder run = ten_reservations();
  run.facts.rounds.front().announced_roster = 11;
  run.cut_short = true;
  EXPECT_EQ(run.verdict("I17"), CheckVerdict::unknown);
}

TEST(RosterAndQuota, IsUnknownWhenATargetThatAnnouncesWasNotReadAtTheEnd) {
  for (Allocation allocation : {Allocation::first_come_first_served, Allocation::draw}) {
    RunBuilder run;
    run.facts.allocation = allocation;
    run.add(reserved(1));
    const CheckResult result = run.check("I17");
    EXPECT_EQ(result.verdict, CheckVerdict::unknown);
    EXPECT_EQ(result.finding, "the event's roster and coupons were not read after the run");
  }
}

}  // namespace
}  // namespace fairrush::analysis
