#include "server/stores/redis/wish.hpp"

#include <gmock/gmock.h>

namespace fairrush::server {
namespace {

using testing::ElementsAre;

constexpr SteadyTime kSoon{std::chrono::seconds(1)};
constexpr SteadyTime kLater{std::chrono::seconds(2)};

class LaneTest : public testing::Test {
 protected:
  Wish wish_of(std::uint32_t user, SteadyTime give_up, bool doubtful = false) {
    const auto note = [this, user](const ClaimAnswer& answer) {
      heard_.push_back(std::to_string(user) + " " + std::string(name_of(answer.refusal)));
    };
    return {.by = {.user = UserIndex(user), .idempotency_key = {}, .at = {}},
            .key = {},
            .give_up = give_up,
            .doubtful = doubtful,
            .what = ClaimWish{note}};
  }
  std::vector<std::uint32_t> gathered() const {
    std::vector<std::uint32_t> users;
    for (const Wish& wish : lane_.gathered) users.push_back(wish.by.user.value());
    return users;
  }

  Lane lane_;
  std::vector<std::string> heard_;
};

TEST_F(LaneTest, GivesWishesBackBeforeThoseThatCameSince) {
  for (const std::uint32_t user : {1U, 2U, 3U}) lane_.gathered.push_back(wish_of(user, kSoon));
  std::vector<Wish> taken = take(lane_, 2);
  EXPECT_THAT(gathered(), ElementsAre(3));
  lane_.gathered.push_back(wish_of(4, kSoon));
  give_back(lane_, std::move(taken));
  EXPECT_THAT(gathered(), ElementsAre(1, 2, 3, 4));
}

TEST_F(LaneTest, SaysOfAWishWhoseTimeIsUpWhetherItMayHaveHappened) {
  lane_.gathered.push_back(wish_of(1, kSoon, true));
  lane_.gathered.push_back(wish_of(2, kSoon));
  lane_.gathered.push_back(wish_of(3, kLater));
  expire(lane_, kSoon - Duration(1));
  EXPECT_TRUE(heard_.empty());
  expire(lane_, kSoon);
  EXPECT_THAT(heard_, ElementsAre("1 OUTCOME_UNKNOWN", "2 STORE_UNAVAILABLE"));
  EXPECT_THAT(gathered(), ElementsAre(3));
}

TEST_F(LaneTest, KeepsWhatIsInDoubtWhenTheStoreGoes) {
  lane_.gathered.push_back(wish_of(1, kSoon, true));
  lane_.gathered.push_back(wish_of(2, kSoon));
  refuse_certain(lane_, ErrorCode::store_unavailable);
  EXPECT_THAT(heard_, ElementsAre("2 STORE_UNAVAILABLE"));
  EXPECT_THAT(gathered(), ElementsAre(1));
}

TEST(StoreKey, TellsAUsersOwnKeyFromANumber) {
  EXPECT_EQ(users_key(store_key("abc", 7)), "abc");
  EXPECT_EQ(users_key(store_key("n7", 7)), "n7");
  EXPECT_NE(store_key("7", 7), store_key({}, 7));
  EXPECT_EQ(users_key(store_key({}, 7)), "");
  EXPECT_NE(store_key({}, 7), store_key({}, 8));
}

}  // namespace
}  // namespace fairrush::server
