#include "analysis/run/bus.hpp"

#include <gtest/gtest.h>

namespace fairrush::analysis {
namespace {

TEST(BusCsv, ReadsDeliveriesInTheirOrderRepeatedOnesToo) {
  const auto bus = parse_bus_csv("id,user,coupon\ne1,17,A\ne1,17,A\n\"e,2\",18,B\n");
  ASSERT_TRUE(bus) << bus.error();
  ASSERT_EQ(bus->size(), 3U);
  EXPECT_EQ(bus->at(1).id, "e1");
  EXPECT_EQ(bus->at(1).user, UserIndex(17));
  EXPECT_EQ(bus->at(2).id, "e,2");
  EXPECT_EQ(bus->at(2).coupon, "B");
  EXPECT_EQ(bus->at(2).round, 0U);
}

TEST(BusCsv, GivesBackWhatItWrote) {
  for (const std::uint32_t round : {0U, 3U}) {
    const BusLog log{{"e1", UserIndex(1), "A", 0}, {"e\"2", UserIndex(2), "B,\n", round}};
    const auto again = parse_bus_csv(format_bus_csv(log));
    ASSERT_TRUE(again) << again.error();
    ASSERT_EQ(again->size(), 2U);
    EXPECT_EQ(again->at(1).id, "e\"2");
    EXPECT_EQ(again->at(1).coupon, "B,\n");
    EXPECT_EQ(again->at(1).round, round);
  }
}

TEST(BusCsv, NamesLineAndExpectation) {
  EXPECT_EQ(parse_bus_csv("").error(), "line 1: empty, expected the header id,user,coupon");
  EXPECT_EQ(parse_bus_csv("user,coupon\n").error(),
            "line 1: no column id, expected id,user,coupon");
  EXPECT_EQ(parse_bus_csv("id,user,coupon\ne1,1,A\n,1,A\n").error(),
            "line 3: an empty id, expected what tells an event from others");
  EXPECT_EQ(parse_bus_csv("id,user,coupon\ne1,1\n").error(),
            "line 2: 2 fields, expected 3 as in the header");
  EXPECT_EQ(parse_bus_csv("id,user,coupon\ne1,x,A\n").error(),
            "line 2: user 'x', expected a population index of 0 to 4294967295");
  EXPECT_EQ(parse_bus_csv("id,user,coupon,id\ne1,1,A,e1\n").error(),
            "line 1: several columns id, expected id,user,coupon");
}

TEST(BusCsv, RefusesOtherEncodingsAsALedgerDoes) {
  using namespace std::string_view_literals;
  EXPECT_EQ(parse_bus_csv("\xFF\xFEi\0d\0"sv).error(), "line 1: UTF-16, expected UTF-8");
  EXPECT_EQ(parse_bus_csv("id,user,coupon\ne1,1,A\ncaf\xE9,1,A\n").error(),
            "line 3: id 'caf?', expected UTF-8");
  EXPECT_EQ(parse_bus_csv("id,user,coupon\ne1,1,caf\xE9\n").error(),
            "line 2: coupon 'caf?', expected UTF-8");
}

}  // namespace
}  // namespace fairrush::analysis
