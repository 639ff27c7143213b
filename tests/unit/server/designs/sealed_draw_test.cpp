#include "server/designs/by_chance/sealed_draw.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/draw/draw.hpp"

namespace fairrush::server {
namespace {

EventSpec spec_of(const char* quota) {
  return {.name = "2024-05-01",
          .design = "sealed-draw",
          .quota = *QuotaRule::parse(quota),
          .windows = {}};
}

EventSecrets secrets() {
  Bytes counting(32);
  for (std::size_t index = 0; index < counting.size(); ++index) {
    counting[index] = static_cast<std::uint8_t>(index);
  }
  return {.salt = Bytes(32, 1), .draw = counting, .coupon_key = Bytes(32, 3)};
}

/// A roster of `size` users, and the design that knows it.
struct Frozen {
  explicit Frozen(std::uint32_t size, const char* quota) : design(spec_of(quota), secrets()) {
    Roster roster(secrets().salt);
    for (std::uint32_t user = 0; user < size; ++user)
      design.granted({roster.admit(UserIndex(user))});
    tokens.assign(roster.tokens().begin(), roster.tokens().end());
  }
  SealedDraw design;
  std::vector<Token> tokens;
};

TEST(SealedDraw, CommitsToItsSecretAsTheSpecificationSays) {
  EXPECT_EQ(to_hex(SealedDraw(spec_of("20%"), secrets()).commitment()),
            "146fcc698456c58b87f7cfc9544e51468b4ba4229f7ee3556831e8ff373c3158");
}

TEST(SealedDraw, DecidesNothingBeforeAnOutcomeIsAdopted) {
  Frozen frozen(10, "20%");
  EXPECT_EQ(frozen.design.decide(TicketNumber(1), {}).kind, Decision::Kind::pending);
  EXPECT_EQ(frozen.design.outcome(), nullptr);
}

TEST(SealedDraw, CanBeRunAgainByAnyoneWithTheSecret) {
  Frozen frozen(10, "20%");
  const DrawOutcome outcome = frozen.design.draw_job(frozen.tokens)();
  std::vector<Digest> leaves;
  for (const Token& token : frozen.tokens) leaves.push_back(merkle_leaf(bytes_of(to_hex(token))));
  const EventSecrets known = secrets();
  const DrawInputs inputs{.event = "2024-05-01",
                          .secret = known.draw,
                          .beacon = {},
                          .root = MerkleTree(leaves).root(),
                          .roster = 10,
                          .quota = 2};
  EXPECT_EQ(outcome.tree.root(), inputs.root);
  EXPECT_EQ(outcome.winners, draw_winners(draw_seed(inputs), 10, 2));
}

TEST(SealedDraw, LetsTheDrawnWinAndTheOthersLose) {
  Frozen frozen(10, "20%");
  DrawOutcome outcome = frozen.design.draw_job(frozen.tokens)();
  const std::vector<TicketNumber> winners = outcome.winners;
  frozen.design.adopt(std::move(outcome));
  std::uint32_t wins = 0;
  for (std::uint32_t ticket = 1; ticket <= 10; ++ticket) {
    const Decision decision = frozen.design.decide(TicketNumber(ticket), {});
    const bool drawn = std::ranges::find(winners, TicketNumber(ticket)) != winners.end();
    EXPECT_EQ(decision.kind, drawn ? Decision::Kind::won : Decision::Kind::lost);
    wins += drawn ? 1U : 0U;
  }
  EXPECT_EQ(wins, 2U);
  EXPECT_EQ(frozen.design.loss(), ErrorCode::not_drawn);
}

TEST(SealedDraw, NeverHasMoreWinnersThanTickets) {
  Frozen frozen(3, "60");
  const DrawOutcome outcome = frozen.design.draw_job(frozen.tokens)();
  EXPECT_EQ(outcome.quota, 3U);
  EXPECT_EQ(outcome.winners.size(), 3U);
}

TEST(SealedDraw, DrawsOverAnEmptyRosterWithoutWinners) {
  Frozen frozen(0, "20%");
  DrawOutcome outcome = frozen.design.draw_job(frozen.tokens)();
  EXPECT_EQ(outcome.roster, 0U);
  EXPECT_TRUE(outcome.winners.empty());
  frozen.design.adopt(std::move(outcome));
  EXPECT_NE(frozen.design.outcome(), nullptr);
}

TEST(SealedDraw, RecallsOnlyWhatWasDrawn) {
  Frozen frozen(10, "20%");
  DrawOutcome outcome = frozen.design.draw_job(frozen.tokens)();
  const TicketNumber winner = outcome.winners.front();
  EXPECT_FALSE(frozen.design.recall(winner, winner.value())) << "no draw yet";
  frozen.design.adopt(std::move(outcome));
  EXPECT_TRUE(frozen.design.recall(winner, winner.value()));
  EXPECT_FALSE(frozen.design.recall(winner, winner.value() + 1));
  for (std::uint32_t ticket = 1; ticket <= 10; ++ticket) {
    if (frozen.design.decide(TicketNumber(ticket), {}).kind == Decision::Kind::lost) {
      EXPECT_FALSE(frozen.design.recall(TicketNumber(ticket), ticket));
    }
  }
}

}  // namespace
}  // namespace fairrush::server
