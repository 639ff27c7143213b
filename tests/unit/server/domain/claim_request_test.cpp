#include "server/domain/claim_request.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace fairrush::server {
namespace {

const Bytes kKey(32, 7);

TEST(RequestMint, GivesEveryPlaceAnIdOfItsOwn) {
  const RequestMint mint(kKey);
  std::set<std::string> ids;
  for (std::uint64_t place = 0; place < 10; ++place) {
    for (std::uint32_t number = 1; number <= 1000; ++number) {
      ids.emplace(mint.id({place, number}).view());
    }
  }
  EXPECT_EQ(ids.size(), 10'000U);
}

TEST(RequestMint, KnowsItsIdsAgainInAnotherProcess) {
  const RequestId told = RequestMint(kKey).id({3, 4'294'967'295U});
  const auto read = parse_request_id(told.view());
  ASSERT_TRUE(read);
  ASSERT_EQ(place_of(*read), (RequestPlace{3, 4'294'967'295U}));
  EXPECT_TRUE(RequestMint(kKey).is_of(*read, *place_of(*read)));
}

TEST(RequestMint, CannotBeFollowedWithoutTheKey) {
  const RequestMint mint(kKey);
  const RequestMint guesser(Bytes(32, 8));
  EXPECT_FALSE(mint.is_of(guesser.id({1, 1}), {1, 1}));
  // Whoever has one id knows nothing of the next: their checksums differ all over.
  const std::string first(mint.id({1, 1}).view().substr(15));
  const std::string second(mint.id({1, 2}).view().substr(15));
  int same = 0;
  for (std::size_t index = 0; index < first.size(); ++index) {
    same += first[index] == second[index] ? 1 : 0;
  }
  EXPECT_LT(same, 8);
}

TEST(RequestMint, RefusesAnIdWithAnyCharacterChanged) {
  const RequestMint mint(kKey);
  const RequestId right = mint.id({5, 17});
  for (std::size_t index = 0; index < right.text.size(); ++index) {
    RequestId wrong = right;
    wrong.text.at(index) = wrong.text.at(index) == '0' ? '1' : '0';
    const auto place = place_of(wrong);
    EXPECT_FALSE(place && mint.is_of(wrong, *place)) << wrong.view();
  }
}

TEST(RequestId, IsReadOnlyFromTextOfItsForm) {
  EXPECT_FALSE(parse_request_id(""));
  EXPECT_FALSE(parse_request_id(std::string(34, '0')));
  EXPECT_FALSE(parse_request_id(std::string(36, '0')));
  EXPECT_FALSE(place_of(*parse_request_id(std::string(35, 'u')))) << "no character of ours";
  EXPECT_FALSE(place_of(*parse_request_id("0000001ZZZZZZZ-00000000000000000000")))
      << "a number beyond 32 bits";
}

}  // namespace
}  // namespace fairrush::server
