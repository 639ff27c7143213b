#include "loadgen/dialect/feeder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loadgen/dialect/user_names.hpp"

namespace fairrush::loadgen {
namespace {

using testing::HasSubstr;

std::string refusal_of(std::string_view text, std::uint32_t users) {
  const auto feeder = Feeder::parse(text, "users.csv", users);
  return feeder ? "" : feeder.error();
}

TEST(Feeder, GivesEachUserTheirRow) {
  const auto feeder = Feeder::parse("email,key\r\na@x,1\r\n\"b,c\",\r\nrest,3\r\n", "users.csv", 2);
  ASSERT_TRUE(feeder) << feeder.error();
  EXPECT_EQ(feeder->value(UserIndex(0), 0), "a@x");
  EXPECT_EQ(feeder->value(UserIndex(1), 0), "b,c");
  EXPECT_EQ(feeder->first_without(1), UserIndex(1));
  EXPECT_EQ(feeder->first_without(0), std::nullopt);
  EXPECT_EQ(feeder->column("key"), 1U);
  EXPECT_EQ(feeder->column("Key"), std::nullopt);
}

TEST(Feeder, SaysWhatIsWrongWithTheFileAndWhere) {
  EXPECT_EQ(refusal_of("email\na\nb\n", 3),
            "users.csv has 2 rows, expected one for each of the 3 users (population.users)");
  EXPECT_EQ(refusal_of("a,b,a\n1,2,3\n", 1),
            "users.csv:1: column 'a' stands twice, expected it once");
  EXPECT_EQ(refusal_of("a,b\n1,2\n1\n", 2), "users.csv:3: 1 fields, expected 2 as in the header");
  EXPECT_EQ(refusal_of("", 1), "users.csv:1: empty, expected a header with the columns' names");
  EXPECT_THAT(refusal_of("a\n\"x\ny\"\n", 1), HasSubstr("users.csv:2: 'x?y' holds a control"));
  EXPECT_EQ(refusal_of("a\n\xff\n", 1), "users.csv: expected UTF-8");
}

UserNaming naming(std::string identity) {
  auto feeder = Feeder::parse("email\na@x\nb@x\na@x\n", "users.csv", 3);
  return {.identity = std::move(identity),
          .feeder = std::make_shared<const Feeder>(std::move(*feeder)),
          .seed = 23,
          .users = 3};
}

TEST(UserNames, LeadFromALedgersNamesBackToUsers) {
  auto names = UserNames::make(naming("user-{index:03}@example.org"));
  ASSERT_TRUE(names) << names.error();
  EXPECT_EQ(names->name_of(UserIndex(2)), "user-002@example.org");
  EXPECT_EQ(names->index_of("user-002@example.org"), UserIndex(2));
}

TEST(UserNames, TakeStrangersForUsersBeyondThePopulation) {
  auto names = UserNames::make(naming("{uuid}"));
  ASSERT_TRUE(names) << names.error();
  EXPECT_EQ(names->index_of("nobody"), UserIndex(3));
  EXPECT_EQ(names->index_of("somebody else"), UserIndex(4));
  EXPECT_EQ(names->index_of("nobody"), UserIndex(3));
}

TEST(UserNames, RefuseTwoUsersOfOneName) {
  const auto names = UserNames::make(naming("{email}"));
  ASSERT_FALSE(names);
  EXPECT_EQ(names.error(), "users 0 and 2 are both called 'a@x', expected one each");
}

}  // namespace
}  // namespace fairrush::loadgen
