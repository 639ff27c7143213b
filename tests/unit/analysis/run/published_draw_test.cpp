#include "analysis/run/published_draw.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace fairrush::analysis {
namespace {

PublishedDraw small_draw() {
  PublishedDraw draw;
  draw.event = "rush-1";
  draw.commitment = sha256({bytes_of("commitment")});
  draw.secret = {0, 1, 255};
  draw.beacon = {};
  draw.root = sha256({bytes_of("root")});
  draw.roster_size = 2;
  draw.quota = 1;
  draw.winners = {TicketNumber(2)};
  draw.roster = {"token-1", "token \"2\""};
  draw.proofs = {{TicketNumber(2), "token \"2\"", {sha256({bytes_of("sibling")})}}};
  return draw;
}

TEST(PublishedDraw, IsReadAsItWasWritten) {
  const PublishedDraw draw = small_draw();
  const auto read = parse_published_draw(format_published_draw(draw));
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->event, draw.event);
  EXPECT_EQ(read->commitment, draw.commitment);
  EXPECT_EQ(read->secret, draw.secret);
  EXPECT_EQ(read->beacon, draw.beacon);
  EXPECT_EQ(read->root, draw.root);
  EXPECT_EQ(read->roster_size, 2U);
  EXPECT_EQ(read->quota, 1U);
  EXPECT_EQ(read->winners, draw.winners);
  EXPECT_EQ(read->roster, draw.roster);
  ASSERT_EQ(read->proofs.size(), 1U);
  EXPECT_EQ(read->proofs[0].ticket, TicketNumber(2));
  EXPECT_EQ(read->proofs[0].token, draw.proofs[0].token);
  EXPECT_EQ(read->proofs[0].path, draw.proofs[0].path);
}

std::string error_with(std::string_view key, const boost::json::value& value) {
  boost::json::value document = boost::json::parse(format_published_draw(small_draw()));
  document.as_object()[key] = value;
  const auto read = parse_published_draw(boost::json::serialize(document));
  return read ? "no error" : read.error();
}

TEST(PublishedDraw, NamesTheKeyAndWhatWasExpected) {
  EXPECT_EQ(error_with("commitment", "abcd"),
            "draw.commitment: expected 64 hexadecimal digits, found \"abcd\"");
  EXPECT_EQ(error_with("secret", "abc"),
            "draw.secret: expected an even number of hexadecimal digits, found \"abc\"");
  EXPECT_EQ(error_with("winners", boost::json::array{1, "x"}),
            "draw.winners[1]: expected an integer of 0 to 4294967295, found \"x\"");
  EXPECT_EQ(error_with("proofs", boost::json::array{boost::json::object{}}),
            "draw.proofs[0].ticket: missing, expected an integer of 0 to 4294967295");
  EXPECT_EQ(error_with("roster", nullptr), "draw.roster: expected a list, found null");
}

TEST(PublishedDraw, ThatIsNoJsonOrNoObjectIsRefused) {
  EXPECT_EQ(parse_published_draw("<html>").error().find("not JSON: "), 0U);
  EXPECT_EQ(parse_published_draw("[]").error(), "draw: expected an object, found []");
  EXPECT_FALSE(parse_published_draw(std::string(100'000, '[')));
}

TEST(PublishedDraw, MayNotSayAThingTwice) {
  std::string text = format_published_draw(small_draw());
  text.insert(text.find("\"quota\""), "\"quota\":2,");
  EXPECT_EQ(parse_published_draw(text).error(), "the key \"quota\" stands twice in one object");
}

}  // namespace
}  // namespace fairrush::analysis
