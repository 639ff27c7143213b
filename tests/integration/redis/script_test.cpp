#include "server/redis/script.hpp"

#include "tests/integration/redis/redis_world.hpp"

namespace fairrush::server {
namespace {

using integration::RedisServer;

class RedisScriptTest : public RedisWorld {
 protected:
  RedisResult call(const RedisScript& script, const std::vector<std::string>& keys,
                   const std::vector<std::string>& arguments) {
    std::optional<RedisResult> result;
    script.call(*connection_, keys, arguments,
                [&result](RedisResult answer) { result = std::move(answer); });
    run_until([&result] { return result.has_value(); });
    return std::move(*result);
  }
};

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
