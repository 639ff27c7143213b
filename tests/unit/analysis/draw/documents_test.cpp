#include "analysis/draw/documents.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairrush::analysis {
namespace {

using testing::HasSubstr;

constexpr std::string_view kHash =
    "146fcc698456c58b87f7cfc9544e51468b4ba4229f7ee3556831e8ff373c3158";

/// A draw document as a server writes it, with one member replaced.
std::string draw_with(std::string_view key, std::string_view value) {
  std::vector<std::pair<std::string, std::string>> members{
      {"event", "\"e\""},
      {"commitment", '"' + std::string(kHash) + '"'},
      {"beacon", "\"\""},
      {"root", '"' + std::string(kHash) + '"'},
      {"roster_size", "3"},
      {"quota", "1"},
      {"secret", '"' + std::string(kHash) + '"'},
      {"winners", "[2]"}};
  std::string text;
  for (auto& [name, standard] : members) {
    if (name == key) standard = value;
    if (!standard.empty()) text += (text.empty() ? "{\"" : ",\"") + name + "\":" + standard;
  }
  return text + "}";
}

std::string why_not(std::string_view key, std::string_view value) {
  const auto draw = parse_draw_document(draw_with(key, value));
  return draw ? "it was accepted" : draw.error();
}

TEST(DrawDocument, IsReadBackAsItWasWritten) {
  const auto draw = parse_draw_document(draw_with("beacon", "\"00ff\""));
  ASSERT_TRUE(draw) << draw.error();
  EXPECT_EQ(draw->beacon, (Bytes{0x00, 0xff}));
  EXPECT_EQ(*draw->winners, std::vector<TicketNumber>{TicketNumber(2)});
  const auto again = parse_draw_document(format_draw_document(*draw));
  ASSERT_TRUE(again) << again.error();
  EXPECT_EQ(format_draw_document(*again), format_draw_document(*draw));
}

TEST(DrawDocument, MayStillKeepWhatIsNotPublishedYet) {
  for (const std::string_view key : {"root", "secret", "winners"}) {
    EXPECT_TRUE(parse_draw_document(draw_with(key, "null"))) << key;
  }
}

TEST(DrawDocument, NamesTheMemberThatCannotBe) {
  EXPECT_EQ(why_not("event", ""), "draw.event: missing, expected a text");
  EXPECT_EQ(why_not("root", ""), "draw.root: missing, expected 64 hexadecimal digits or null");
  EXPECT_EQ(why_not("winners", ""), "draw.winners: missing, expected a list or null");
  EXPECT_EQ(why_not("winners", "{}"), "draw.winners: expected a list or null, found {}");
  EXPECT_EQ(why_not("commitment", "true"),
            "draw.commitment: expected 64 hexadecimal digits, found true");
  EXPECT_THAT(why_not("commitment", "\"12\""), HasSubstr("draw.commitment: expected 64"));
  EXPECT_THAT(why_not("beacon", "null"), HasSubstr("draw.beacon"));
  EXPECT_THAT(why_not("beacon", '"' + std::string(130, 'a') + '"'), HasSubstr("at most 64"));
  EXPECT_THAT(why_not("roster_size", "-1"), HasSubstr("draw.roster_size"));
  EXPECT_THAT(why_not("roster_size", "4294967295"), HasSubstr("expected at most 100000000"));
  EXPECT_THAT(why_not("quota", "1.5"), HasSubstr("draw.quota"));
  EXPECT_THAT(why_not("secret", "\"00\""), HasSubstr("draw.secret: 1 bytes, expected 32"));
  EXPECT_THAT(why_not("winners", "[1,\"2\"]"), HasSubstr("draw.winners[1]"));
  EXPECT_THAT(parse_draw_document("[]").error(), HasSubstr("draw: expected an object"));
  EXPECT_THAT(parse_draw_document("{\"event\":").error(), HasSubstr("not JSON"));
}

TEST(DrawCommitment, IsReadFromAnEventDocumentOfAServerToo) {
  const auto event = parse_draw_commitment(
      R"({"event":"e","design":"sealed-draw","coupons":"20%","roster":3,"commitment":")" +
      std::string(kHash) + R"(","root":null})");
  ASSERT_TRUE(event) << event.error();
  EXPECT_EQ(event->coupons, "20%");
  EXPECT_EQ(event->beacon_round, std::nullopt);
  const auto fixed = parse_draw_commitment(R"({"event":"e","coupons":60,"commitment":")" +
                                           std::string(kHash) + "\"}");
  ASSERT_TRUE(fixed) << fixed.error();
  EXPECT_EQ(fixed->coupons, "60");
}

TEST(DrawCommitment, IsReadBackAsItWasWritten) {
  const DrawCommitment commitment{"e", sha256({}), "drand 4711", "20%"};
  const auto again = parse_draw_commitment(format_draw_commitment(commitment));
  ASSERT_TRUE(again) << again.error();
  EXPECT_EQ(again->event, "e");
  EXPECT_EQ(again->commitment, sha256({}));
  EXPECT_EQ(again->beacon_round, "drand 4711");
  EXPECT_EQ(again->coupons, "20%");
}

TEST(DrawDocument, MayNotSayAThingTwice) {
  EXPECT_EQ(why_not("quota", "61,\"quota\":1"), "the key \"quota\" stands twice in one object");
}

TEST(DrawCommitment, IsNoneWhenItTellsWhatWasKnownLaterOnly) {
  const auto draw = parse_draw_commitment(draw_with("", ""));
  ASSERT_FALSE(draw);
  EXPECT_THAT(draw.error(), HasSubstr("commitment.root: known once reservations had closed"));
  const auto why_not = [](const std::string& more) {
    const auto read = parse_draw_commitment(R"({"event":"e","commitment":")" + std::string(kHash) +
                                            "\"," + more + "}");
    return read ? "it was accepted" : read.error();
  };
  EXPECT_THAT(why_not(R"("secret":"00")"), HasSubstr("commitment.secret: known once"));
  EXPECT_THAT(why_not(R"("winners":[])"), HasSubstr("commitment.winners: known once"));
  EXPECT_EQ(why_not(R"("root":null,"secret":null,"winners":null)"), "it was accepted");
}

TEST(DrawCommitment, RefusesARuleThatIsNone) {
  const auto event = parse_draw_commitment(R"({"event":"e","coupons":"many","commitment":")" +
                                           std::string(kHash) + "\"}");
  ASSERT_FALSE(event);
  EXPECT_THAT(event.error(), HasSubstr("commitment.coupons: expected a share"));
}

TEST(Coupons, AreAShareOrANumber) {
  EXPECT_EQ(parse_coupons("20%")->coupons(304), 60U);
  EXPECT_EQ(parse_coupons("60")->coupons(304), 60U);
  EXPECT_EQ(parse_coupons("0")->coupons(304), 0U);
  for (const std::string_view text : {"", "0.2", "-1", "101%", "4294967296", "20 %x"}) {
    EXPECT_FALSE(parse_coupons(text)) << text;
  }
}

TEST(Beacons, OfZerosOnlyCountAsNone) {
  EXPECT_TRUE(is_distinct_beacon({}));
  EXPECT_FALSE(is_distinct_beacon(Bytes{0}));
  EXPECT_FALSE(is_distinct_beacon(Bytes(32)));
  EXPECT_TRUE(is_distinct_beacon(Bytes{0, 1}));
}

}  // namespace
}  // namespace fairrush::analysis
