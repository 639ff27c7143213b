#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/draw/draw.hpp"
#include "base/draw/merkle.hpp"
#include "tests/unit/server/api/world.hpp"

#include <boost/json/parse.hpp>

namespace fairrush::server {
namespace {

constexpr const char* kDraw = "/api/v1/events/rush/draw";

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

Digest digest_of(const std::string& hex) {
  const Bytes bytes = *from_hex(hex);
  Digest digest{};
  std::ranges::copy(bytes, digest.begin());
  return digest;
}

class DrawTest : public testing::Test {
 protected:
  DrawTest() { world_.create_event("sealed-draw"); }
  World world_;
};

TEST_F(DrawTest, CanBeRecomputedFromWhatIsPublished) {
  const std::string commitment = world_.get(kDraw)->member("commitment");
  world_.fill(13);
  const auto roster = lines_of(world_.get("/api/v1/events/rush/draw/roster")->body());
  world_.close_rush();
  const auto draw = world_.get(kDraw);
  ASSERT_EQ(roster.size(), 13U);
  const Bytes secret = *from_hex(draw->member("secret"));
  EXPECT_EQ(to_hex(draw_commitment("rush", secret)), commitment);
  std::vector<Digest> leaves;
  for (const std::string& token : roster) leaves.push_back(merkle_leaf(bytes_of(token)));
  const DrawInputs inputs{.event = "rush",
                          .secret = secret,
                          .beacon = {},
                          .root = MerkleTree(leaves).root(),
                          .roster = 13,
                          .quota = 2};
  EXPECT_EQ(draw->member("root"), to_hex(inputs.root));
  EXPECT_EQ(draw->member("roster_size"), "13");
  EXPECT_EQ(draw->member("quota"), "2");
  std::string winners;
  for (const TicketNumber winner : draw_winners(draw_seed(inputs), 13, 2)) {
    winners += fmt::format("{}{}", winners.empty() ? "[" : ",", winner.value());
  }
  EXPECT_EQ(draw->member("winners"), winners + "]");
}

TEST_F(DrawTest, KeepsSecretAndWinnersUntilTheRushHasClosed) {
  world_.fill(10);
  EXPECT_EQ(world_.get(kDraw)->member("secret"), "null");
  EXPECT_EQ(world_.get(kDraw)->member("winners"), "null");
  EXPECT_EQ(world_.get(kDraw)->member("root").size(), 64U);
  world_.close_rush();
  EXPECT_EQ(world_.get(kDraw)->member("secret").size(), 64U);
}

TEST_F(DrawTest, ProvesEveryTicketsPlace) {
  world_.fill(7);
  const Digest root = digest_of(world_.get(kDraw)->member("root"));
  for (std::uint64_t ticket = 1; ticket <= 7; ++ticket) {
    const auto proof = world_.get(fmt::format("{}/proof?ticket={}", kDraw, ticket));
    ASSERT_EQ(proof->status(), 200U);
    InclusionClaim claim{.leaf = merkle_leaf(bytes_of(proof->member("token"))),
                         .index = ticket - 1,
                         .size = 7,
                         .path = {}};
    const auto document = boost::json::parse(proof->body());
    for (const auto& sibling : document.at("path").as_array()) {
      claim.path.push_back(digest_of(std::string(sibling.as_string())));
    }
    EXPECT_TRUE(verify_inclusion(claim, root)) << ticket;
  }
}

TEST_F(DrawTest, RefusesAProofForATicketThatIsNone) {
  world_.fill(7);
  for (const char* query : {"", "?ticket=", "?ticket=0", "?ticket=8", "?ticket=x", "?t=1"}) {
    EXPECT_EQ(world_.get(fmt::format("{}/proof{}", kDraw, query))->code(), "BAD_REQUEST") << query;
  }
}

TEST_F(DrawTest, PublishesNothingBeforeItIsRecorded) {
  world_.enter_reservations();
  EXPECT_EQ(world_.get("/api/v1/events/rush/draw/roster")->code(), "NOT_YET_PUBLISHED");
  EXPECT_EQ(world_.get("/api/v1/events/rush/draw/proof?ticket=1")->code(), "NOT_YET_PUBLISHED");
  world_.hold_draws();
  world_.enter_rush();
  EXPECT_EQ(world_.get("/api/v1/events/rush/draw/roster")->code(), "NOT_YET_PUBLISHED");
  world_.run_draws();
  const auto early = world_.send(Method::get, kDraw);
  world_.settle();
  EXPECT_EQ(early->member("root"), "null") << "it was not durable when it was asked";
  EXPECT_EQ(world_.get("/api/v1/events/rush/draw/roster")->status(), 200U);
}

TEST(DrawOfATicketList, IsNotThere) {
  World world;
  world.create_event("ticket-list");
  world.fill(5);
  EXPECT_EQ(world.get(kDraw)->code(), "NO_DRAW");
  EXPECT_EQ(world.get("/api/v1/events/rush/draw/roster")->code(), "NO_DRAW");
}

}  // namespace
}  // namespace fairrush::server
