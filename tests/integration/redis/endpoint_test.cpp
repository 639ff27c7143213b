#include "server/redis/endpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairrush::server {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(RedisUrl, NamesHostPortAndDatabase) {
  const RedisEndpoint expected{
      .host = "cache.example", .port = 6380, .user = {}, .password = {}, .database = 3};
  EXPECT_EQ(parse_redis_url("redis://cache.example:6380/3"), expected);
}

TEST(RedisUrl, LeavesOutWhatIsUsual) {
  const auto endpoint = parse_redis_url("redis://127.0.0.1");
  ASSERT_TRUE(endpoint) << endpoint.error();
  EXPECT_EQ(endpoint->port, 6379);
  EXPECT_EQ(endpoint->database, 0U);
}

TEST(RedisUrl, CarriesAUserAndAPasswordOfAnyBytes) {
  const auto endpoint = parse_redis_url("redis://shop:p%40ss%2Fword@[::1]:1");
  ASSERT_TRUE(endpoint) << endpoint.error();
  EXPECT_EQ(endpoint->user, "shop");
  EXPECT_EQ(endpoint->password, "p@ss/word");
  EXPECT_EQ(endpoint->host, "::1");
  EXPECT_EQ(parse_redis_url("redis://:secret@h")->password, "secret");
}

TEST(RedisUrl, IsRefusedWithWhatIsAcceptedAndWithoutThePassword) {
  for (const char* const text :
       {"", "127.0.0.1:6379", "http://h", "redis://", "redis://:s3cret@h:0", "redis://h:70000",
        "redis://:s3cret@h/one", "redis://h/-1", "redis://h/10000", "redis://h/1/2",
        "redis://h?ssl=1", "redis://h:1 ", "redis://:s3cret@ h"}) {
    const auto endpoint = parse_redis_url(text);
    ASSERT_FALSE(endpoint) << text;
    EXPECT_THAT(endpoint.error(), AllOf(HasSubstr("redis://[[USER]:PASSWORD@]HOST[:PORT]"),
                                        Not(HasSubstr("s3cret"))));
  }
}

}  // namespace
}  // namespace fairrush::server
