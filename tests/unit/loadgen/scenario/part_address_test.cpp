#include "loadgen/scenario/part_address.hpp"

#include <gtest/gtest.h>

#include <array>

namespace fairrush::loadgen {
namespace {

constexpr std::array<std::string_view, 2> kSchemes{"redis", "amqp"};

TEST(PartAddress, IsTheServersOwnWordOrAUrlOfAKnownScheme) {
  for (const char* text : {"memory", "redis://h", "amqp://u:p@h:5672/v"}) {
    EXPECT_TRUE(is_part_address(text, "memory", kSchemes)) << text;
  }
  for (const char* text : {"", "mem", "redis", "redis:h", "redis://", "http://h", "rediss://h"}) {
    EXPECT_FALSE(is_part_address(text, "memory", kSchemes)) << text;
  }
}

TEST(PartAddress, ShowsNoPassword) {
  EXPECT_EQ(without_password("redis://:secret@h:1/0"), "redis://:***@h:1/0");
  EXPECT_EQ(without_password("postgresql://u:a:b@h/db"), "postgresql://u:***@h/db");
  EXPECT_EQ(without_password("postgresql://u:a@b@h/db"), "postgresql://u:***@h/db");
  for (const char* text : {"memory", "redis://h:1/0", "amqp://u@h/v", "kafka://h:1/t:2@x"}) {
    EXPECT_EQ(without_password(text), text);
  }
}

}  // namespace
}  // namespace fairrush::loadgen
