#include "server/stores/postgres/answer_cache.hpp"

#include <gtest/gtest.h>

namespace fairrush::server {
namespace {

using Kind = ClaimAnswer::Kind;

constexpr Duration kTtl = std::chrono::minutes(2);

class AnswerCacheTest : public testing::Test {
 protected:
  AnswerCacheTest() { cache_.note_life("rush", 1); }

  void win(std::uint32_t user, const std::string& key) {
    StoredVerdict verdict{.kind = StoredVerdict::Kind::won, .key = key};
    verdict.coupon.text.fill(static_cast<char>('A' + user));
    cache_.note_win("rush", {UserIndex(user), key, from_unix_ms(0)}, verdict, Discount{});
  }
  std::optional<ClaimAnswer> ask(std::uint32_t user, std::string_view key = "",
                                 Duration after = Duration::zero()) {
    return cache_.answer(
        "rush", {.user = UserIndex(user), .idempotency_key = key, .at = from_unix_ms(0) + after});
  }

  AnswerCache cache_{kTtl, 3};
};

TEST_F(AnswerCacheTest, TellsTheSameRequestTheSameAndAnotherThatItCameTooLate) {
  win(1, "key");
  EXPECT_EQ(ask(1, "key")->kind, Kind::won);
  EXPECT_EQ(ask(1, "key")->coupon.view().front(), 'B');
  EXPECT_EQ(ask(1, "other")->refusal, ErrorCode::already_claimed);
  EXPECT_EQ(ask(1, "")->refusal, ErrorCode::already_claimed);
}

TEST_F(AnswerCacheTest, MatchesNoEmptyKey) {
  win(1, "");
  EXPECT_EQ(ask(1, "")->kind, Kind::refused);
}

TEST_F(AnswerCacheTest, ForgetsAWinWhenItsTimeIsOver) {
  win(1, "key");
  EXPECT_TRUE(ask(1, "key", kTtl - std::chrono::milliseconds(1)));
  EXPECT_FALSE(ask(1, "key", kTtl));
}

TEST_F(AnswerCacheTest, ForgetsTheOldestWinsWhenThereAreTooMany) {
  for (std::uint32_t user = 1; user <= 4; ++user) win(user, "key");
  EXPECT_FALSE(ask(1, "key"));
  EXPECT_TRUE(ask(2, "key"));
  EXPECT_TRUE(ask(4, "key"));
}

TEST_F(AnswerCacheTest, KnowsNothingOfAUserWhomItHasNotSeen) {
  cache_.note_loss("rush", UserIndex(1));
  EXPECT_EQ(ask(1)->refusal, ErrorCode::sold_out);
  EXPECT_FALSE(ask(2)) << "they may have won at another server";
}

TEST_F(AnswerCacheTest, ForgetsAnEarlierLife) {
  win(1, "key");
  cache_.note_loss("rush", UserIndex(2));
  cache_.note_life("rush", 1);
  EXPECT_TRUE(ask(1, "key"));
  cache_.note_life("rush", 2);
  EXPECT_FALSE(ask(1, "key"));
  EXPECT_FALSE(ask(2));
}

TEST_F(AnswerCacheTest, KeepsEventsApart) {
  win(1, "key");
  EXPECT_FALSE(cache_.answer("other", {.user = UserIndex(1), .idempotency_key = "key", .at = {}}));
}

}  // namespace
}  // namespace fairrush::server
