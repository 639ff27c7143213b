#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <sstream>

#include "loadgen/ledger/redis_connection.hpp"
#include "tests/integration/support/redis_server.hpp"
#include "tests/unit/loadgen/ledger/ledger_text.hpp"

namespace fairrush::integration {
namespace {

using loadgen::ledger_text;
using testing::HasSubstr;

/// One Redis for all tests of the suite, emptied before each.
class RedisLedger : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (RedisServer::is_installed()) server_ = std::make_unique<RedisServer>();
  }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override {
    if (server_ == nullptr) GTEST_SKIP() << "Redis is not installed";
    auto opened = loadgen::RedisConnection::open(*loadgen::parse_redis_url(url()));
    ASSERT_TRUE(opened) << opened.error();
    redis_ = std::make_unique<loadgen::RedisConnection>(std::move(*opened));
    run("FLUSHALL");
  }

  static std::string url() { return server_->url() + "/2"; }

  /// One command, its words apart by spaces.
  void run(const std::string& words) {
    std::istringstream stream(words);
    loadgen::RedisConnection::Command command;
    for (std::string word; stream >> word;) command.push_back(word);
    const auto answer = redis_->ask(command);
    ASSERT_TRUE(answer) << answer.error();
  }

  static std::string read(const std::string& key, const std::string& member = {}) {
    loadgen::LedgerSource source = *loadgen::parse_ledger_source(url());
    source.key = key;
    source.member = member;
    return ledger_text(source);
  }

  /// As `read`, in order, for what Redis keeps in none.
  static std::string sorted(const std::string& key, const std::string& member = {}) {
    std::istringstream stream(read(key, member));
    std::vector<std::string> rows;
    for (std::string row; stream >> row;) rows.push_back(row);
    std::ranges::sort(rows);
    std::string text;
    for (const std::string& row : rows) text += (text.empty() ? "" : " ") + row;
    return text;
  }

 private:
  static inline std::unique_ptr<RedisServer> server_;
  std::unique_ptr<loadgen::RedisConnection> redis_;
};

TEST_F(RedisLedger, IsAHashOfUsersOrOfCoupons) {
  run("HSET issued 17 A 3 B=C");
  EXPECT_EQ(sorted("issued"), "17=A 3=B=C");
  run("HSET reversed A 17 B 3");
  EXPECT_EQ(sorted("reversed", "{coupon}={user}"), "17=A 3=B");
}

TEST_F(RedisLedger, IsAListOrASetOfMembers) {
  run("RPUSH queue 17:A 3:B:C");
  EXPECT_EQ(read("queue"), "17=A 3=B:C");
  run("SADD won A/u17 B/u3");
  EXPECT_EQ(sorted("won", "{coupon}/u{user}"), "17=A 3=B");
}

TEST_F(RedisLedger, IsManyKeysNamedByUserAndCoupon) {
  run("SET coupon:17:A x");
  run("HSET coupon:3:B issued 1");
  EXPECT_EQ(sorted("coupon:{user}:{coupon}"), "17=A 3=B");
}

TEST_F(RedisLedger, IsManyKeysWhoseValuesSayTheRest) {
  run("SET code:A 17");
  run("SET wallet:17 A");
  run("SADD wallet:3 B C");
  run("RPUSH wallet:4 D");
  run("HSET claim:x1 user 5 coupon E round 2");
  run("HSET claim:x2 user 6 coupon F");
  run("SET note:1 7:G");
  EXPECT_EQ(read("code:{coupon}"), "17=A");
  EXPECT_EQ(sorted("wallet:{user}"), "17=A 3=B 3=C 4=D");
  EXPECT_EQ(sorted("claim:*"), "5=E@2 6=F");
  EXPECT_EQ(read("note:*"), "7=G");
}

TEST_F(RedisLedger, TellsWhenCouponsWereIssued) {
  run("HSET claim:x1 user 5 coupon E issued_at_ms 1795302000250");
  run("HSET claim:x2 user 6 coupon F issued_at 2026-11-21T23:00:00.25Z");
  run("HSET claim:x3 user 7 coupon G");
  EXPECT_EQ(sorted("claim:*"), "5=E~1795302000250 6=F~1795302000250 7=G");
}

TEST_F(RedisLedger, PutsTheEventsNameIntoTheKey) {
  run("HSET {spring}:won 17 A");
  run("HSET won:spring 18 B");
  EXPECT_EQ(read("{spring}:won"), "17=A");
  EXPECT_EQ(read("won:{event}"), "18=B");
}

TEST_F(RedisLedger, OfManyRowsIsReadOnceEach) {
  for (int batch = 0; batch < 20; ++batch) {
    std::string hash = "HSET many";
    std::string list = "RPUSH row";
    for (int i = 0; i < 500; ++i) {
      const std::string user = std::to_string(batch * 500 + i);
      hash += " " + user + " C" + user;
      list += " " + user + ":C" + user;
      if (batch < 5) run("SET key:" + user + " C" + user);
    }
    run(hash);
    run(list);
  }
  for (const auto& [key, rows] :
       {std::pair("many", 10'000U), {"row", 10'000U}, {"key:{user}", 2'500U}}) {
    loadgen::LedgerSource source = *loadgen::parse_ledger_source(url());
    source.key = key;
    const auto ledger = loadgen::read_ledger(source, "");
    ASSERT_TRUE(ledger) << ledger.error();
    EXPECT_EQ(ledger->size(), rows) << key;
  }
}

TEST_F(RedisLedger, ThatIsNotThereIsAnErrorAndNotAnEmptyLedger) {
  EXPECT_THAT(read("absent"), HasSubstr("no key 'absent'"));
  EXPECT_THAT(read("absent:{user}"), HasSubstr("no key fits 'absent:{user}'"));
}

TEST_F(RedisLedger, NamesWhatDoesNotFit) {
  run("SET text hello");
  run("ZADD sorted 1 17:A");
  run("RPUSH queue 17:A nobody:B");
  run("SET coupon:x:A 1");
  run("HSET claim:1 user 5");
  EXPECT_THAT(read("text"), HasSubstr("the key 'text' is a string, expected a hash"));
  EXPECT_THAT(read("sorted"), HasSubstr("is a zset"));
  EXPECT_THAT(read("queue"), HasSubstr("'nobody:B' of the key 'queue' does not fit"));
  EXPECT_THAT(read("coupon:{user}:{coupon}"), HasSubstr("'coupon:x:A' does not fit"));
  EXPECT_THAT(read("claim:*"), HasSubstr("'claim:1': an empty coupon"));
}

TEST_F(RedisLedger, SaysWhyItCannotBeReached) {
  loadgen::LedgerSource source = *loadgen::parse_ledger_source("redis://127.0.0.1:1/0");
  source.key = "k";
  EXPECT_THAT(ledger_text(source), HasSubstr("redis://127.0.0.1:1/0: Connection refused"));
}

}  // namespace
}  // namespace fairrush::integration
