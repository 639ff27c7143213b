// The lock of the design that locks: it ends by itself, and whoever held it is fenced off.

#include "server/stores/redis/designs.hpp"
#include "server/stores/redis/scripts.hpp"
#include "tests/integration/redis/redis_world.hpp"

namespace fairrush::server {
namespace {

using integration::RedisServer;

class LockScripts : public RedisWorld {
 protected:
  void SetUp() override {
    RedisWorld::SetUp();
    if (IsSkipped()) return;
    redis_.emplace();
    connect(redis_->url());
    RedisCommand state("HSET");
    state.add("state_{e}").add("life").add("1").add("logged").add(0).add("issued").add(0);
    ASSERT_TRUE(ask(state.add("expires").add(std::int64_t{4'000'000'000'000})));
    ASSERT_TRUE(ask(RedisCommand("SET").add("coupon:stock:{e}").add(1)));
    ASSERT_TRUE(ask(RedisCommand("HSET").add("tickets_{e}").add(7).add("1 k").add(8).add("2 k")));
  }

  /// The number of the lock; 0 while another holds it.
  std::int64_t acquire(const std::string& token, const std::string& milliseconds = "60000") {
    const RedisResult result = call(scripts_.lock_acquire, keys_, {"1", token, milliseconds});
    return result->value()[0].integer().value_or(-1);
  }
  std::int64_t release(const std::string& token) {
    return call(scripts_.lock_release, keys_, {token})->value().integer().value_or(-1);
  }
  RedisResult claim(std::int64_t lock, const std::string& user) {
    return call(scripts_.distributed_lock_claim, keys_,
                {"1", std::to_string(lock), user, "1", "1700", ""});
  }
  /// As if the time that the lock was taken for had passed.
  void end_lock() { ASSERT_TRUE(ask(RedisCommand("DEL").add("coupon:lock:{e}"))); }

  const RedisScripts scripts_;
  const std::vector<std::string> keys_ = event_keys("e", *find_redis_design("distributed-lock"));
  std::optional<RedisServer> redis_;
};

TEST_F(LockScripts, GiveTheLockToOneAtATime) {
  EXPECT_GT(acquire("a"), 0);
  EXPECT_EQ(acquire("b"), 0);
  EXPECT_EQ(release("a"), 1);
  EXPECT_GT(acquire("b"), 0);
}

TEST_F(LockScripts, EndTheLockOfWhoeverDoesNotGiveItBack) {
  EXPECT_GT(acquire("a", "1"), 0);
  run_until([this] { return acquire("b") > 0; });
}

TEST_F(LockScripts, GiveBackOnlyTheirOwnLock) {
  acquire("a");
  end_lock();
  acquire("b");
  EXPECT_EQ(release("a"), 0);
  EXPECT_EQ(acquire("c"), 0) << "b still holds it";
}

TEST_F(LockScripts, DecideNothingForWhoeverWasOvertaken) {
  const std::int64_t slow = acquire("slow");
  end_lock();
  const std::int64_t next = acquire("next");
  EXPECT_GT(next, slow);
  const RedisResult late = claim(slow, "7");
  ASSERT_FALSE(late);
  EXPECT_TRUE(late.error().detail.starts_with("FENCED")) << late.error().detail;
  const RedisResult won = claim(next, "8");
  ASSERT_TRUE(won);
  EXPECT_EQ(won->value()[1][0].integer(), 0) << "won";
  EXPECT_EQ(ask(RedisCommand("GET").add("coupon:stock:{e}"))->value().text(), "0");
}

}  // namespace
}  // namespace fairrush::server
