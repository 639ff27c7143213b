#include "base/ids.hpp"

#include <gtest/gtest.h>

#include <type_traits>
#include <unordered_set>

namespace fairrush {
namespace {

TEST(StrongId, DoesNotMixWithOtherIdsOrIntegers) {
  static_assert(!std::is_convertible_v<std::uint32_t, UserIndex>);
  static_assert(!std::is_convertible_v<UserIndex, std::uint32_t>);
  static_assert(!std::is_constructible_v<UserIndex, TicketNumber>);
  static_assert(!std::is_same_v<UserIndex, RoundId>);
  EXPECT_EQ(UserIndex(7).value(), 7U);
}

TEST(StrongId, IsOrderedAndHashedByItsValue) {
  EXPECT_LT(UserIndex(1), UserIndex(2));
  EXPECT_EQ(UserIndex(), UserIndex(0));
  const std::unordered_set<UserIndex> users{UserIndex(1), UserIndex(1), UserIndex(2)};
  EXPECT_EQ(users.size(), 2U);
}

TEST(StrongId, CostsNoMoreThanItsInteger) {
  static_assert(sizeof(UserIndex) == sizeof(std::uint32_t));
  static_assert(std::is_trivially_copyable_v<AttemptId>);
  EXPECT_EQ(sizeof(CohortId), sizeof(std::uint16_t));
}

}  // namespace
}  // namespace fairrush
