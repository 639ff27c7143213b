#include "server/redis/connection.hpp"

#include <gmock/gmock.h>

#include "tests/integration/redis/redis_world.hpp"

namespace fairrush::server {
namespace {

using namespace std::string_literals;
using integration::RedisServer;
using Kind = RedisFailure::Kind;
using testing::HasSubstr;

class RedisConnectionTest : public RedisWorld {
 protected:
  std::string text_of(const RedisCommand& command) {
    const RedisResult result = ask(command);
    return result ? std::string(result->value().text().value_or("(no text)"))
                  : "(" + result.error().detail + ")";
  }
};

TEST_F(RedisConnectionTest, AnswersInTheOrderOfTheCommands) {
  const RedisServer redis;
  connect(redis.url());
  std::vector<std::int64_t> answers;
  for (int command = 0; command < 1'000; ++command) {
    connection_->send(RedisCommand("INCR").add("counter"), [&answers](const RedisResult& result) {
      answers.push_back(result->value().integer().value());
    });
  }
  EXPECT_EQ(connection_->pending(), 1'000U);
  run_until([&answers] { return answers.size() == 1'000; });
  for (std::size_t at = 0; at < answers.size(); ++at) EXPECT_EQ(answers[at], at + 1);
}

TEST_F(RedisConnectionTest, CarriesAnyBytesAsAnArgument) {
  const RedisServer redis;
  connect(redis.url());
  const std::string hostile = "a\r\nFLUSHALL\r\n\0$-1\xff *3 \"'"s;
  EXPECT_EQ(text_of(RedisCommand("SET").add("key").add(hostile)), "OK");
  EXPECT_EQ(text_of(RedisCommand("GET").add("key")), hostile);
}

TEST_F(RedisConnectionTest, ReadsListsNumbersAndNothing) {
  const RedisServer redis;
  connect(redis.url());
  ASSERT_TRUE(ask(RedisCommand("RPUSH").add("list").add("a").add(7)));
  const RedisResult list = ask(RedisCommand("LRANGE").add("list").add(0).add(-1));
  ASSERT_TRUE(list);
  ASSERT_EQ(list->value().size(), 2U);
  EXPECT_EQ(list->value()[1].text(), "7");
  EXPECT_TRUE(ask(RedisCommand("GET").add("none"))->value().is_null());
}

TEST_F(RedisConnectionTest, TellsWhatRedisRefuses) {
  const RedisServer redis;
  connect(redis.url());
  ask(RedisCommand("SET").add("text").add("x"));
  const RedisResult refused = ask(RedisCommand("INCR").add("text"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::refused);
  EXPECT_THAT(refused.error().detail, HasSubstr("not an integer"));
}

TEST_F(RedisConnectionTest, EntersWithAPasswordAndIntoADatabase) {
  const RedisServer redis({"--requirepass", "open sesame"});
  const std::string port = std::to_string(redis.port());
  connect("redis://:open%20sesame@127.0.0.1:" + port + "/5");
  EXPECT_EQ(text_of(RedisCommand("SET").add("key").add("value")), "OK");
  EXPECT_THAT(text_of(RedisCommand("CLIENT").add("INFO")), HasSubstr(" db=5 "));
}

TEST_F(RedisConnectionTest, SaysWhyItCannotEnter) {
  const RedisServer redis({"--requirepass", "open sesame"});
  connection_.emplace(context_.get_executor(), clock_, parse_redis_url(redis.url()).value(),
                      heard_);
  connection_->open();
  run_until([this] { return !heard_.failures.empty(); });
  EXPECT_THAT(heard_.failures.front(), HasSubstr("NOAUTH"));
  EXPECT_FALSE(connection_->is_ready());
}

TEST_F(RedisConnectionTest, RefusesAtOnceWhatItCannotSend) {
  RedisServer redis;
  connect(redis.url());
  redis.kill();
  run_until([this] { return !connection_->is_ready(); });
  const RedisResult result = ask(RedisCommand("PING"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, Kind::not_sent);
}

TEST_F(RedisConnectionTest, DoesNotKnowWhatBecameOfACommandWhenRedisDies) {
  RedisServer redis;
  connect(redis.url());
  redis.freeze();
  std::optional<RedisResult> result;
  connection_->send(RedisCommand("PING"),
                    [&result](RedisResult answer) { result = std::move(answer); });
  redis.kill();
  run_until([&result] { return result.has_value(); });
  ASSERT_FALSE(*result);
  EXPECT_EQ(result->error().kind, Kind::unknown);
}

TEST_F(RedisConnectionTest, ComesBackAndTellsThatItIsAnotherRun) {
  RedisServer redis;
  connect(redis.url());
  redis.kill();
  run_until([this] { return !connection_->is_ready(); });
  redis.restart();
  run_until([this] { return connection_->is_ready(); });
  ASSERT_EQ(heard_.run_ids.size(), 2U);
  EXPECT_NE(heard_.run_ids[0], heard_.run_ids[1]);
  EXPECT_EQ(text_of(RedisCommand("ECHO").add("back")), "back");
}

TEST_F(RedisConnectionTest, GivesUpAnAnswerThatIsLateAndKeepsTheOthersApart) {
  RedisServer redis;
  connect(redis.url(), {.connect = std::chrono::seconds(2),
                        .answer = std::chrono::milliseconds(50),
                        .retry = std::chrono::milliseconds(20)});
  redis.freeze();
  const RedisResult late = ask(RedisCommand("ECHO").add("late"));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, Kind::unknown);
  redis.thaw();
  run_until([this] { return connection_->pending() == 0; });
  EXPECT_EQ(text_of(RedisCommand("ECHO").add("next")), "next");
}

TEST_F(RedisConnectionTest, AnswersEveryCommandWhenItIsStopped) {
  RedisServer redis;
  connect(redis.url());
  redis.freeze();
  int unknown = 0;
  for (int command = 0; command < 10; ++command) {
    connection_->send(RedisCommand("PING"), [&unknown](const RedisResult& result) {
      if (!result && result.error().kind == Kind::unknown) ++unknown;
    });
  }
  TearDown();
  connection_.reset();
  EXPECT_EQ(unknown, 10);
}

}  // namespace
}  // namespace fairrush::server
