#include "server/redis/script.hpp"

#include "tests/integration/redis/redis_world.hpp"

namespace fairrush::server {
namespace {

using integration::RedisServer;

using RedisScriptTest = RedisWorld;

TEST_F(RedisScriptTest, IsToldToARedisThatDoesNotKnowIt) {
  const RedisServer redis;
  connect(redis.url());
  const RedisScript script("return redis.call('INCRBY', KEYS[1], ARGV[1])");
  EXPECT_EQ(call(script, {"sum"}, {"5"})->value().integer(), 5);
  EXPECT_EQ(call(script, {"sum"}, {"6"})->value().integer(), 11);
}

TEST_F(RedisScriptTest, IsToldAgainAfterAFlush) {
  const RedisServer redis;
  connect(redis.url());
  const RedisScript script("return 'here'");
  ASSERT_TRUE(call(script, {}, {}));
  ASSERT_TRUE(ask(RedisCommand("SCRIPT").add("FLUSH")));
  EXPECT_EQ(call(script, {}, {})->value().text(), "here");
}

TEST_F(RedisScriptTest, TellsWhatIsWrongWithIt) {
  const RedisServer redis;
  connect(redis.url());
  const RedisResult result = call(RedisScript("return 1 +"), {}, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, RedisFailure::Kind::refused);
}

}  // namespace
}  // namespace fairrush::server
