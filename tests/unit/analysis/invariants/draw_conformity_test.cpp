#include <gtest/gtest.h>

#include <algorithm>

#include "base/draw/draw.hpp"
#include "tests/unit/analysis/history_builder.hpp"

namespace fairrush::analysis {
namespace {

constexpr std::uint32_t kUsers = 20;

/// A draw of four among twenty, published as it should be, and a run in which everybody claims and
/// gets the answer that the draw gives.
class DrawConformity : public testing::Test {
 protected:
  DrawConformity() {
    run_.facts.allocation = Allocation::draw;
    run_.facts.quota = {.share = Share{0.2}, .count = {}};
    run_.with_ledger();
    publish();
    for (std::uint32_t user = 0; user < kUsers; ++user) {
      run_.add(reserved(user));
      if (!drawn(user)) {
        run_.add(claim(user).loses(Reason::not_drawn));
        continue;
      }
      winners_.push_back(user);
      run_.add(claim(user).wins(coupon(user))).issued(user, coupon(user));
    }
  }

  void publish() {
    PublishedDraw& draw = run_.draw.emplace();
    draw.event = "rush-1";
    draw.secret = Bytes(32, 7);
    draw.commitment = draw_commitment(draw.event, draw.secret);
    std::vector<Digest> leaves;
    // Tickets in an order of their own: user 0 does not hold ticket 1.
    for (std::uint32_t ticket = 1; ticket <= kUsers; ++ticket) {
      draw.roster.push_back("token-" + std::to_string(kUsers - ticket));
      leaves.push_back(merkle_leaf(bytes_of(draw.roster.back())));
    }
    const MerkleTree tree(leaves);
    draw.root = tree.root();
    draw.roster_size = kUsers;
    draw.quota = 4;
    draw_again();
    for (std::uint32_t ticket : {1U, 7U, 20U}) {
      draw.proofs.push_back(
          {TicketNumber(ticket), draw.roster[ticket - 1], tree.proof(ticket - 1)});
    }
  }

  void draw_again() {
    PublishedDraw& draw = *run_.draw;
    const DrawInputs inputs{draw.event, draw.secret,      draw.beacon,
                            draw.root,  draw.roster_size, draw.quota};
    draw.winners = draw_winners(draw_seed(inputs), draw.roster_size, draw.quota);
  }

  bool drawn(std::uint32_t user) const {
    return std::ranges::count(run_.draw->winners, TicketNumber(kUsers - user)) > 0;
  }
  static std::string coupon(std::uint32_t user) { return "coupon-" + std::to_string(user); }

  std::uint32_t some_loser() const {
    std::uint32_t user = 0;
    while (drawn(user)) ++user;
    return user;
  }

  void expect_failure(std::string_view reason) const {
    const CheckResult result = run_.check("I14");
    EXPECT_EQ(result.verdict, CheckVerdict::fail);
    EXPECT_NE(result.finding.find(reason), std::string::npos) << result.finding;
    EXPECT_GE(result.violations, 1U);
  }

  RunBuilder run_;
  std::vector<std::uint32_t> winners_;
};

TEST_F(DrawConformity, PassesWhenTheRecomputedDrawIsWhatWasIssued) {
  const CheckResult result = run_.check("I14");
  EXPECT_EQ(result.verdict, CheckVerdict::pass) << result.finding;
  EXPECT_EQ(result.finding.find("the draw of 4 among 20, computed again, is what was issued; 3 "
                                "proofs verify; without a public beacon"),
            0U);
}

TEST_F(DrawConformity, FailsOnASecretThatWasNotCommittedTo) {
  run_.draw->secret.back() ^= 1;
  expect_failure("the secret is not the one committed to");
}

TEST_F(DrawConformity, FailsOnADrawOfAnotherEvent) {
  run_.facts.event = "rush-2";
  expect_failure("another event");
}

TEST_F(DrawConformity, FailsOnARosterThatDoesNotLeadToTheRoot) {
  std::swap(run_.draw->roster[0], run_.draw->roster[1]);
  expect_failure("the roster does not lead to the published root");
}

TEST_F(DrawConformity, FailsOnARosterOfAnotherLengthWithoutDrawingFromIt) {
  run_.draw->roster_size = 4'000'000'000;
  expect_failure("20 tokens are published for a roster of 4,000,000,000");
}

TEST_F(DrawConformity, FailsOnAQuotaThatTheRuleDoesNotGive) {
  run_.draw->quota = 5;
  draw_again();
  expect_failure("the quota is 5, the rule gives 4");
}

TEST_F(DrawConformity, FailsOnAQuotaBeyondTheRosterWithoutDrawingIt) {
  run_.draw->quota = 21;
  expect_failure("the quota is 21");
}

TEST_F(DrawConformity, FailsOnWinnersTheSeedDoesNotDraw) {
  std::swap(run_.draw->winners[0], run_.draw->winners[1]);
  expect_failure("the published winners are not those that the seed draws");
}

TEST_F(DrawConformity, FailsOnAnInclusionProofThatDoesNotVerify) {
  run_.draw->proofs[1].path[0][0] ^= 1;
  expect_failure("1 of 3 inclusion proofs do not verify");
}

TEST_F(DrawConformity, FailsOnAProofOfATokenThatStandsElsewhere) {
  run_.draw->proofs[0].ticket = TicketNumber(0);
  expect_failure("1 of 3 inclusion proofs do not verify");
}

TEST_F(DrawConformity, FailsOnACouponForAUserWhoWasNotDrawn) {
  run_.issued(some_loser(), "extra");
  expect_failure("1 coupons went to users who were not drawn");
}

TEST_F(DrawConformity, FailsOnAnAcknowledgedWinOfAUserWhoWasNotDrawn) {
  run_.add(claim(some_loser()).retry(1).wins("extra"));
  expect_failure("1 coupons went to users who were not drawn");
}

TEST_F(DrawConformity, FailsWhenADrawnUserIsToldToHaveLost) {
  run_.add(claim(winners_.front()).retry(1).loses(Reason::not_drawn));
  expect_failure("1 drawn users were told that they lost");
}

TEST_F(DrawConformity, DoesNotBlameALossOutsideTheWindow) {
  run_.add(claim(winners_.front()).retry(1).at(std::chrono::seconds(30)).loses());
  EXPECT_EQ(run_.verdict("I14"), CheckVerdict::pass);
}

TEST_F(DrawConformity, FailsOnAReservationThatIsNotOnTheRoster) {
  run_.add(reserve(500).accepted("token-forgotten"));
  expect_failure("1 acknowledged reservations are not on the roster");
}

TEST_F(DrawConformity, FailsWhenTwoUsersAreGivenOneToken) {
  run_.add(reserve(500).accepted("token-3"));
  expect_failure("1 users share a token or have several");
}

TEST_F(DrawConformity, IsUnknownWithoutAPublishedDraw) {
  run_.draw.reset();
  EXPECT_EQ(run_.verdict("I14"), CheckVerdict::unknown);
}

TEST_F(DrawConformity, IsNotApplicableToOtherAllocations) {
  run_.facts.allocation = Allocation::first_come_first_served;
  EXPECT_EQ(run_.verdict("I14"), CheckVerdict::not_applicable);
}

TEST_F(DrawConformity, IsUnknownWhenAReservationCameWithoutItsToken) {
  // The roster then holds one token fewer that anybody knows, which the nameless one accounts for.
  RunBuilder run = run_;
  run.add(reserve(600).refused(Reason::duplicate_reservation));
  const CheckResult result = run.check("I14");
  EXPECT_EQ(result.verdict, CheckVerdict::unknown);
  EXPECT_NE(result.finding.find("came without a token"), std::string::npos);
}

TEST_F(DrawConformity, WithoutLedgerIsUnknownWhileAClaimIsUnanswered) {
  run_.ledger.reset();
  EXPECT_EQ(run_.verdict("I14"), CheckVerdict::pass);
  run_.add(claim(some_loser()).retry(1).unanswered());
  EXPECT_EQ(run_.verdict("I14"), CheckVerdict::unknown);
}

/// Users 1 and 2 are on a roster that a draw of `quota` is made from.
RunBuilder roster_of_two(std::uint32_t quota) {
  RunBuilder run;
  run.facts.allocation = Allocation::draw;
  run.facts.quota = {.share = {}, .count = quota};
  run.with_ledger().add(reserved(1));
  PublishedDraw& draw = run.draw.emplace();
  draw.event = "rush-1";
  draw.commitment = draw_commitment(draw.event, draw.secret);
  draw.roster = {"token-1", "token-2"};
  draw.roster_size = 2;
  draw.quota = quota;
  draw.root =
      MerkleTree({merkle_leaf(bytes_of(draw.roster[0])), merkle_leaf(bytes_of(draw.roster[1]))})
          .root();
  draw.winners = draw_winners(
      draw_seed({draw.event, draw.secret, draw.beacon, draw.root, 2, quota}), 2, quota);
  return run;
}

TEST(DrawConformityRoster, FailsOnTokensThatBelongToNobodyWhoReserved) {
  RunBuilder run = roster_of_two(1);
  const CheckResult result = run.check("I14");
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  EXPECT_EQ(result.finding, "1 tokens on the roster belong to nobody who reserved");
  // An unanswered reservation explains the token.
  run.add(reserve(2).unanswered());
  EXPECT_EQ(run.verdict("I14"), CheckVerdict::pass);
}

TEST(DrawConformityRoster, FailsOnACouponForADrawnUserWhoNeverClaimed) {
  RunBuilder run = roster_of_two(2);
  run.add(reserved(2)).add(claim(2).wins("B")).issued(2, "B");
  EXPECT_EQ(run.verdict("I14"), CheckVerdict::pass);
  run.issued(1, "A");
  const CheckResult result = run.check("I14");
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  EXPECT_EQ(result.finding, "1 coupons went to users who never claimed");
}

TEST(DrawConformityRoster, FailsWhenADrawnUserIsRefusedInsideTheWindow) {
  for (Reason reason : {Reason::not_reserved, Reason::bad_request, Reason::unauthorized,
                        Reason::already_claimed, Reason::unknown_event, Reason::other_refusal}) {
    RunBuilder run = roster_of_two(2);
    run.add(reserved(2)).add(claim(2).wins("B")).issued(2, "B");
    run.add(claim(1).refused(reason));
    const CheckResult result = run.check("I14");
    EXPECT_EQ(result.verdict, CheckVerdict::fail) << name_of(reason);
    EXPECT_EQ(result.violations, 1U);
    EXPECT_NE(result.finding.find("1 drawn users were refused a coupon inside the window"),
              std::string::npos)
        << result.finding;
  }
}

TEST(DrawConformityRoster, DoesNotBlameARefusalThatADrawnUserMayGet) {
  const auto with = [](Attempt attempt) {
    RunBuilder run = roster_of_two(2);
    run.add(reserved(2)).add(claim(2).wins("B")).issued(2, "B").add(std::move(attempt));
    return run.verdict("I14");
  };
  EXPECT_EQ(with(claim(1).refused(Reason::overloaded)), CheckVerdict::pass);
  EXPECT_EQ(with(claim(1).refused(Reason::outside_window)), CheckVerdict::pass);
  EXPECT_EQ(with(claim(1).at(-milliseconds(50)).refused(Reason::bad_request)), CheckVerdict::pass);
  EXPECT_EQ(with(claim(1).at(std::chrono::seconds(10)).refused(Reason::bad_request)),
            CheckVerdict::pass);
  EXPECT_EQ(with(claim(2).retry(1).refused(Reason::already_claimed, "B")), CheckVerdict::pass);
  EXPECT_EQ(with(claim(2).retry(1).refused(Reason::bad_request)), CheckVerdict::pass);
}

TEST(DrawConformityRoster, LetsARefusalPassOnlyWellInsideTheToleranceOfTheWindowsEdges) {
  const auto refused_at = [](nanoseconds after_opening) {
    RunBuilder run = roster_of_two(1);
    run.add(reserved(2));
    for (std::uint32_t user : {1U, 2U}) {
      run.add(claim(user).at(after_opening).refused(Reason::bad_request));
    }
    return run.verdict("I14");
  };
  const nanoseconds length{kTestRush.close_ns - kTestRush.open_ns};
  EXPECT_EQ(refused_at(milliseconds(1) - nanoseconds(1)), CheckVerdict::pass);
  EXPECT_EQ(refused_at(milliseconds(1)), CheckVerdict::fail);
  EXPECT_EQ(refused_at(length - milliseconds(1)), CheckVerdict::fail);
  EXPECT_EQ(refused_at(length - milliseconds(1) + nanoseconds(1)), CheckVerdict::pass);
}

TEST_F(DrawConformity, FailsWhenAnyoneOnTheRosterIsToldToHaveNoReservation) {
  run_.add(claim(some_loser()).retry(1).refused(Reason::not_reserved));
  expect_failure("1 users on the roster were told that they had not reserved");
}

TEST(DrawConformityRoster, FailsWhenATokenOnTheRosterIsLearntAfterItsUserWasToldToHaveNone) {
  RunBuilder run = roster_of_two(2);
  run.add(reserve(2).unanswered()).add(claim(2).refused(Reason::not_reserved));
  EXPECT_EQ(run.verdict("I14"), CheckVerdict::pass);
  run.add(reserve(2)
              .retry(1)
              .at(std::chrono::seconds(12))
              .refused(Reason::duplicate_reservation, "token-2"));
  EXPECT_EQ(run.verdict("I14"), CheckVerdict::fail);
}

TEST(DrawConformityRoster, DoesNotBlameARefusalForAReservationMadeLater) {
  RunBuilder run = roster_of_two(2);
  run.add(claim(2).at(-std::chrono::seconds(9)).refused(Reason::not_reserved));
  run.add(reserved(2)).add(claim(2).retry(1).wins("B")).issued(2, "B");
  EXPECT_EQ(run.verdict("I14"), CheckVerdict::pass);
}

TEST(DrawConformityRoster, SaysThatTheOriginOfABeaconWasNotChecked) {
  RunBuilder run = roster_of_two(2);
  PublishedDraw& draw = *run.draw;
  draw.beacon = {0xbe, 0xac};
  draw.winners =
      draw_winners(draw_seed({draw.event, draw.secret, draw.beacon, draw.root, 2, 2}), 2, 2);
  run.add(reserved(2)).add(claim(2).wins("B")).issued(2, "B");
  const CheckResult result = run.check("I14");
  EXPECT_EQ(result.verdict, CheckVerdict::pass);
  EXPECT_NE(result.finding.find("the beacon's origin was not checked"), std::string::npos);
  EXPECT_NE(result.finding.find("the operator could know the winners before reservations closed"),
            std::string::npos)
      << result.finding;
}

}  // namespace
}  // namespace fairrush::analysis
