// Draws that compute again, of targets that leave users without an answer.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/draw/draw.hpp"
#include "tests/unit/analysis/history_builder.hpp"

namespace fairrush::analysis {
namespace {

/// A published draw, and how many of either kind are left without an answer.
struct SilentDraw {
  std::uint32_t users = 40;
  std::uint32_t quota = 20;
  std::uint32_t drawn_silent = 0;
  std::uint32_t others_silent = 0;
  bool put_off = false;            ///< refused for load instead
  bool silent_are_issued = false;  ///< drawn ones have their coupon all the same
};

PublishedDraw publish(const SilentDraw& silent) {
  PublishedDraw draw;
  draw.event = "rush-1";
  draw.secret = Bytes(32, 5);
  draw.commitment = draw_commitment(draw.event, draw.secret);
  std::vector<Digest> leaves;
  for (std::uint32_t user = 0; user < silent.users; ++user) {
    draw.roster.push_back("token-" + std::to_string(user));
    leaves.push_back(merkle_leaf(bytes_of(draw.roster.back())));
  }
  draw.root = MerkleTree(leaves).root();
  draw.roster_size = silent.users;
  draw.quota = silent.quota;
  draw.winners = draw_winners(
      draw_seed({draw.event, draw.secret, draw.beacon, draw.root, draw.roster_size, draw.quota}),
      draw.roster_size, draw.quota);
  return draw;
}

/// Everybody reserves and claims once; the first ones of either kind are left in silence.
RunBuilder run_of(SilentDraw silent) {
  RunBuilder run;
  run.facts.allocation = Allocation::draw;
  run.facts.quota = {.share = {}, .count = silent.quota};
  run.with_ledger();
  run.draw = publish(silent);
  std::vector<bool> drawn(silent.users);
  for (TicketNumber ticket : run.draw->winners) drawn[ticket.value() - 1] = true;
  for (std::uint32_t user = 0; user < silent.users; ++user) {
    Attempt attempt = claim(user).at(milliseconds(user));
    const std::string coupon = "C" + std::to_string(user);
    std::uint32_t& left = drawn[user] ? silent.drawn_silent : silent.others_silent;
    run.add(reserved(user));
    if (left > 0) {
      --left;
      run.add(silent.put_off ? attempt.refused(Reason::overloaded) : attempt.unanswered());
      if (drawn[user] && silent.silent_are_issued) run.issued(user, coupon);
    } else if (drawn[user]) {
      run.add(attempt.wins(coupon)).issued(user, coupon);
    } else {
      run.add(attempt.loses(Reason::not_drawn));
    }
  }
  return run;
}

CheckVerdict verdict_of(const SilentDraw& silent) {
  return run_of(silent).verdict("I14");
}

TEST(SilentDraw, IsUnknownWhenNearlyAllDrawnUsersAreDropped) {
  const RunBuilder run = run_of({.users = 1000, .quota = 50, .drawn_silent = 40});
  const CheckResult result = run.check("I14");
  EXPECT_EQ(result.verdict, CheckVerdict::unknown);
  EXPECT_EQ(
      result.finding,
      "40 of 50 drawn claimants got neither a coupon nor any decision, and 0 of 950 others no "
      "decision: being drawn may be the reason");
  EXPECT_EQ(result.open_attempts, 40U);
  EXPECT_EQ(result.examples.size(), kExamplesMax);
  EXPECT_NE(assess(run.build()->evidence).verdict, RunVerdict::proven);
}

TEST(SilentDraw, IsUnknownWhenFewAreDroppedButNearlyOnlyDrawnOnes) {
  EXPECT_EQ(verdict_of({.users = 1000, .quota = 500, .drawn_silent = 40, .others_silent = 1}),
            CheckVerdict::unknown);
  EXPECT_EQ(verdict_of({.users = 1000, .quota = 500, .drawn_silent = 40, .others_silent = 30}),
            CheckVerdict::pass);
}

TEST(SilentDraw, IsUnknownWhenChanceFallsSilentLikeThatLessThanOnceInAThousandRuns) {
  // Of 200 users 100 are drawn: all of nine silent ones with probability 1.6e-3, of ten 7.7e-4.
  EXPECT_EQ(verdict_of({.users = 200, .quota = 100, .drawn_silent = 9}), CheckVerdict::pass);
  EXPECT_EQ(verdict_of({.users = 200, .quota = 100, .drawn_silent = 10}), CheckVerdict::unknown);
}

TEST(SilentDraw, IsUnknownWhenMoreThanATenthOfTheDrawnClaimantsAreWithoutAnAnswer) {
  EXPECT_EQ(verdict_of({.drawn_silent = 2, .others_silent = 2}), CheckVerdict::pass);
  const CheckResult result = run_of({.drawn_silent = 3, .others_silent = 3}).check("I14");
  EXPECT_EQ(result.verdict, CheckVerdict::unknown);
  EXPECT_EQ(result.finding,
            "3 of 20 drawn claimants got neither a coupon nor any answer, and 3 of 20 others no "
            "answer: too many to know that the draw was kept");
}

TEST(SilentDraw, DoesNotMindSilenceTowardsThoseWhoHaveTheirCoupon) {
  EXPECT_EQ(verdict_of({.drawn_silent = 15, .silent_are_issued = true}), CheckVerdict::pass);
}

TEST(SilentDraw, TakesDrawnUsersWhoAreOnlyPutOffForSilencedOnes) {
  EXPECT_EQ(verdict_of({.drawn_silent = 15, .put_off = true}), CheckVerdict::unknown);
  EXPECT_EQ(verdict_of({.drawn_silent = 15, .others_silent = 15, .put_off = true}),
            CheckVerdict::pass);
}

TEST(SilentDraw, TakesAnUnansweredClaimWithoutARowForOneThatNeverTookEffect) {
  RunBuilder run = run_of({.drawn_silent = 1});
  const CheckResult result = run.check("I14");
  EXPECT_EQ(result.verdict, CheckVerdict::pass);
  EXPECT_NE(result.finding.find("; 1 drawn users hold no coupon after an unanswered claim"),
            std::string::npos)
      << result.finding;
  run.ledger.reset();
  EXPECT_EQ(run.verdict("I14"), CheckVerdict::unknown);
}

}  // namespace
}  // namespace fairrush::analysis
