#include "analysis/draw/judgement.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/draw/draw.hpp"

namespace fairrush::analysis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string token(std::uint32_t ticket) {
  return fmt::format("user-{}", ticket);
}

ScannedRoster roster_of(std::uint32_t size, std::optional<std::string> wanted = {}) {
  RosterScan scan({.ticket = {}, .token = std::move(wanted)});
  for (std::uint32_t ticket = 1; ticket <= size; ++ticket) {
    EXPECT_TRUE(scan.add(token(ticket)));
  }
  return *scan.finish();
}

struct Terms {
  std::uint32_t size = 300;
  std::uint32_t quota = 60;
  Bytes beacon = {0xbe, 0xac};
  Bytes secret = Bytes(32, 0x5e);
};

/// A draw as an honest operator publishes it.
DrawDocument published(const Terms& terms = {}) {
  DrawDocument draw{.event = "2024-05-01",
                    .commitment = draw_commitment("2024-05-01", terms.secret),
                    .beacon = terms.beacon,
                    .root = roster_of(terms.size).root,
                    .roster_size = terms.size,
                    .quota = terms.quota,
                    .secret = terms.secret,
                    .winners = {},
                    .roster = {}};
  draw.winners = draw_winners(
      draw_seed({draw.event, terms.secret, terms.beacon, *draw.root, terms.size, terms.quota}),
      terms.size, terms.quota);
  return draw;
}

/// All that a participant can have, and all of it right.
DrawEvidence everything(const Terms& terms = {}) {
  DrawEvidence evidence;
  evidence.draw = published(terms);
  evidence.commitment = DrawCommitment{evidence.draw.event, evidence.draw.commitment,
                                       terms.beacon.empty() ? "" : "round 17", "20%"};
  evidence.token = token(17);
  evidence.roster = roster_of(terms.size, evidence.token);
  evidence.beacon = terms.beacon;
  evidence.proof = evidence.roster->proof;
  return evidence;
}

DrawCause cause_of(const DrawEvidence& evidence) {
  const DrawJudgement judgement = judge(evidence);
  EXPECT_EQ(judgement.answer == DrawAnswer::no, judgement.cause != DrawCause::none);
  EXPECT_FALSE(judgement.reason.empty());
  return judgement.cause;
}

TEST(DrawJudgement, SaysYesAndTheWinnersPlace) {
  DrawEvidence evidence = everything();
  const TicketNumber third = evidence.draw.winners->at(2);
  evidence.token = token(third.value());
  evidence.roster = roster_of(300, evidence.token);
  evidence.proof = evidence.roster->proof;
  const DrawJudgement judgement = judge(evidence);
  EXPECT_EQ(judgement.answer, DrawAnswer::yes);
  EXPECT_EQ(
      judgement.reason,
      fmt::format("ticket {} is on the roster and was drawn as the 3rd of 60", third.value()));
  EXPECT_EQ(judgement.ticket, third);
  EXPECT_EQ(judgement.place, 3U);
  EXPECT_THAT(judgement.unchecked, IsEmpty());
}

TEST(DrawJudgement, SaysYesToALoserOfARightDraw) {
  DrawEvidence evidence = everything();
  std::uint32_t loser = 1;
  while (std::ranges::count(*evidence.draw.winners, TicketNumber(loser)) > 0) ++loser;
  evidence.token = token(loser);
  evidence.roster = roster_of(300, evidence.token);
  evidence.proof.reset();
  const DrawJudgement judgement = judge(evidence);
  EXPECT_EQ(judgement.answer, DrawAnswer::yes);
  EXPECT_EQ(judgement.reason, fmt::format("ticket {} is on the roster and was not among the 60 of "
                                          "300 drawn",
                                          loser));
  EXPECT_EQ(judgement.place, std::nullopt);
}

TEST(DrawJudgement, SaysWhatItCouldNotCheck) {
  DrawEvidence bare;
  bare.draw = published();
  const DrawJudgement judgement = judge(bare);
  EXPECT_EQ(judgement.answer, DrawAnswer::yes);
  EXPECT_THAT(judgement.unchecked, ElementsAre(HasSubstr("commitment"), HasSubstr("quota"),
                                               HasSubstr("root"), HasSubstr("beacon")));
  bare.draw = published({.beacon = {}});
  EXPECT_THAT(judge(bare).unchecked.back(), HasSubstr("the draw has no beacon"));
}

TEST(DrawJudgement, DoesNotKnowBeforeTheSecretIsOut) {
  DrawEvidence evidence = everything();
  evidence.draw.secret.reset();
  evidence.draw.winners.reset();
  const DrawJudgement judgement = judge(evidence);
  EXPECT_EQ(judgement.answer, DrawAnswer::not_known);
  EXPECT_EQ(judgement.reason, "the secret is not published yet; ticket 17 is on the roster");
  evidence.draw.root.reset();
  EXPECT_THAT(judge(evidence).reason, HasSubstr("reservations have not closed"));
}

TEST(DrawJudgement, SeesAForeignTicketEvenBeforeTheSecretIsOut) {
  DrawEvidence evidence = everything();
  evidence.draw.secret.reset();
  evidence.draw.winners.reset();
  evidence.proof->ticket = TicketNumber(18);
  EXPECT_EQ(cause_of(evidence), DrawCause::proof);
}

TEST(DrawJudgement, TellsEveryChangeFromEveryOther) {
  DrawEvidence other = everything();
  other.commitment->commitment.at(0) ^= 1;
  EXPECT_EQ(cause_of(other), DrawCause::commitment);

  other = everything();
  other.commitment->event = "2024-05-02";
  EXPECT_EQ(cause_of(other), DrawCause::commitment);

  other = everything();
  other.draw.secret->back() ^= 1;
  EXPECT_EQ(cause_of(other), DrawCause::secret);

  other = everything();
  other.draw.beacon.back() ^= 1;
  EXPECT_EQ(cause_of(other), DrawCause::beacon);

  other = everything();
  other.roster = roster_of(301);
  EXPECT_EQ(cause_of(other), DrawCause::roster);
  EXPECT_THAT(judge(other).reason, HasSubstr("301 tokens, the draw was published for 300"));

  other = everything();
  other.roster->root.at(31) ^= 1;
  EXPECT_EQ(cause_of(other), DrawCause::roster);

  other = everything();
  other.repetition = "line 7 has the same token as line 3";
  EXPECT_EQ(cause_of(other), DrawCause::repeated_token);

  other = everything();
  other.draw.quota = 61;
  EXPECT_EQ(cause_of(other), DrawCause::quota);

  other = everything();
  std::swap(other.draw.winners->at(0), other.draw.winners->at(59));
  EXPECT_EQ(cause_of(other), DrawCause::winners);

  other = everything();
  other.draw.winners->pop_back();
  EXPECT_EQ(cause_of(other), DrawCause::winners);

  other = everything();
  other.proof->path.at(3).at(0) ^= 1;
  EXPECT_EQ(cause_of(other), DrawCause::proof);

  other = everything();
  other.token = token(18);
  EXPECT_EQ(cause_of(other), DrawCause::token);

  other = everything();
  other.roster->proof.reset();
  EXPECT_EQ(cause_of(other), DrawCause::token);
}

TEST(DrawJudgement, TellsAQuotaThatWasDrawnFromAQuotaThatWasAnnounced) {
  DrawEvidence evidence;
  evidence.draw = published({.quota = 60});
  evidence.draw.quota = 61;  // written over, the list left alone
  EXPECT_EQ(cause_of(evidence), DrawCause::quota);
  evidence.draw = published({.quota = 61});  // drawn consistently, but against the rule
  EXPECT_EQ(cause_of(evidence), DrawCause::none);
  evidence.coupons = "20%";
  EXPECT_EQ(cause_of(evidence), DrawCause::quota);
  EXPECT_THAT(judge(evidence).reason, HasSubstr("the announced 20% gives 60 of 300"));
}

TEST(DrawJudgement, DoesNotTakeAnEmptyListForADrawOfNobody) {
  DrawEvidence evidence;
  evidence.draw = published({.quota = 60});
  evidence.draw.winners->clear();
  EXPECT_EQ(cause_of(evidence), DrawCause::winners);
  EXPECT_EQ(judge(evidence).reason,
            "draw.winners is an empty list, expected the 60 tickets of the quota, or null while "
            "they are not published");
  evidence.draw = published({.quota = 0});
  EXPECT_EQ(cause_of(evidence), DrawCause::none);
}

TEST(DrawJudgement, DrawsNoMoreThanThereAre) {
  DrawEvidence evidence;
  evidence.draw = published();
  evidence.draw.quota = 301;
  evidence.draw.winners->resize(301, TicketNumber(1));
  EXPECT_EQ(cause_of(evidence), DrawCause::quota);
  EXPECT_THAT(judge(evidence).reason, HasSubstr("the quota is 301 of a roster of 300"));
}

TEST(DrawJudgement, SeesABeaconThatWasNotUsedOrNotAnnounced) {
  DrawEvidence evidence;
  evidence.draw = published({.beacon = {}});
  evidence.draw.beacon = {0xbe, 0xac};
  EXPECT_EQ(cause_of(evidence), DrawCause::beacon);
  evidence = everything();
  evidence.commitment->beacon_round = "";
  EXPECT_EQ(cause_of(evidence), DrawCause::beacon);
  evidence = everything({.beacon = {}});
  EXPECT_EQ(cause_of(evidence), DrawCause::none);
  evidence.commitment->beacon_round = "round 17";
  EXPECT_EQ(cause_of(evidence), DrawCause::beacon);
}

TEST(DrawJudgement, TakesABeaconOfZerosForWhatItIs) {
  DrawEvidence evidence;
  evidence.draw = published({.beacon = {}});
  evidence.draw.beacon = {0x00};
  EXPECT_EQ(cause_of(evidence), DrawCause::beacon);
  EXPECT_THAT(judge(evidence).reason, HasSubstr("the same as one without"));
}

TEST(DrawJudgement, NamesTheSuspectsWhenTheWholeListIsAnother) {
  DrawEvidence evidence;
  evidence.draw = published();
  evidence.draw.beacon.back() ^= 1;
  EXPECT_EQ(cause_of(evidence), DrawCause::inputs);
  EXPECT_THAT(judge(evidence).reason, HasSubstr("the list itself, the beacon, the quota"));
}

TEST(DrawJudgement, HoldsAtTheEdges) {
  DrawEvidence all;
  all.draw = published({.size = 1, .quota = 1});
  EXPECT_EQ(cause_of(all), DrawCause::none);
  all.draw.winners->front() = TicketNumber(2);
  EXPECT_EQ(cause_of(all), DrawCause::winners);
  all.draw = published({.size = 5, .quota = 0});
  EXPECT_EQ(cause_of(all), DrawCause::none);
  all.proof = PublishedProof{TicketNumber(0), "x", {}};
  EXPECT_EQ(cause_of(all), DrawCause::proof);
}

TEST(DrawJudgement, SaysYesToNoDocumentWithAFlippedBitThatMeansSomethingElse) {
  const std::string right = format_draw_document(published());
  int read = 0;
  for (std::size_t byte = 0; byte < right.size(); ++byte) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string flipped = right;
      flipped[byte] = static_cast<char>(flipped[byte] ^ (1 << bit));
      auto draw = parse_draw_document(flipped);
      if (!draw) continue;
      ++read;
      DrawEvidence evidence;
      evidence.draw = std::move(*draw);
      if (judge(evidence).answer == DrawAnswer::no) continue;
      // Only the spelling changed: the case of a digit, a space at the end.
      EXPECT_EQ(format_draw_document(evidence.draw), right) << flipped;
    }
  }
  EXPECT_GT(read, 1'000);
}

/// Any one change that keeps the document well-formed is a "no": with everything at hand, and, but
/// for what only the missing things could show, from the document alone.
class AnyChange : public testing::TestWithParam<unsigned> {};

TEST_P(AnyChange, IsCaught) {
  std::mt19937 random(GetParam());
  const auto below = [&random](std::size_t bound) { return random() % bound; };
  const auto size = static_cast<std::uint32_t>(2 + below(200));
  const auto quota = static_cast<std::uint32_t>(1 + below(size));
  DrawEvidence evidence;
  evidence.draw = published({.size = size, .quota = quota});
  evidence.roster = roster_of(size);
  ASSERT_EQ(cause_of(evidence), DrawCause::none);
  DrawDocument& draw = evidence.draw;
  const auto flip = [&](auto& bytes) {
    bytes.at(below(bytes.size())) ^= static_cast<std::uint8_t>(1U << below(8));
  };
  switch (below(7)) {
    case 0:
      flip(draw.commitment);
      break;
    case 1:
      flip(*draw.secret);
      break;
    case 2:
      flip(*draw.root);
      break;
    case 3:
      draw.roster_size += below(2) == 0 ? 1 : static_cast<std::uint32_t>(-1);
      break;
    case 4:
      draw.quota += below(2) == 0 ? 1 : static_cast<std::uint32_t>(-1);
      break;
    case 5:
      draw.event += "x";
      break;
    default: {
      TicketNumber& winner = draw.winners->at(below(draw.winners->size()));
      winner = TicketNumber(winner.value() + 1);
    }
  }
  EXPECT_NE(cause_of(evidence), DrawCause::none) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Seeds, AnyChange, testing::Range(0U, 400U));

}  // namespace
}  // namespace fairrush::analysis
