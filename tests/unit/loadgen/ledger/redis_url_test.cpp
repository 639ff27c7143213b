#include <gtest/gtest.h>

#include "loadgen/ledger/redis_connection.hpp"

namespace fairrush::loadgen {
namespace {

TEST(RedisUrl, HasPortAndDatabaseOrTheUsualOnes) {
  const auto full = parse_redis_url("redis://10.0.0.7:7000/3");
  ASSERT_TRUE(full) << full.error();
  EXPECT_EQ(full->host, "10.0.0.7");
  EXPECT_EQ(full->port, 7000);
  EXPECT_EQ(full->database, 3U);
  const auto bare = parse_redis_url("redis://cache");
  ASSERT_TRUE(bare) << bare.error();
  EXPECT_EQ(bare->port, 6379);
  EXPECT_EQ(bare->database, 0U);
  EXPECT_EQ(parse_redis_url("redis://[::1]:7000")->host, "::1");
}

TEST(RedisUrl, RefusesWhatItDoesNotUnderstand) {
  for (const std::string_view text :
       {"redis://", "redis://h:0", "redis://h:99999", "redis://h/x", "redis://h/1/2",
        "redis://h/-1", "http://h", "redis://h?x=1"}) {
    EXPECT_FALSE(parse_redis_url(text)) << text;
  }
}

}  // namespace
}  // namespace fairrush::loadgen
