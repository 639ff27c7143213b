// The scripts of the ticket list beside the same design in memory.
#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <random>

#include "server/designs/rush.hpp"
#include "server/redis/script.hpp"
#include "server/stores/redis/designs.hpp"
#include "tests/integration/redis/redis_world.hpp"

namespace fairrush::server {
namespace {

using namespace std::string_literals;
using integration::RedisServer;

constexpr std::uint32_t kUsers = 200;
constexpr const char* kLife = "1";
constexpr std::int64_t kExpires = 4'000'000'000'000;
/// A fifth of a coupon a ticket.
constexpr const char* kShare = "200000000";

std::string script_of(const std::string& name) {
  std::ifstream file(std::string(FAIRRUSH_LUA_DIRECTORY) + "/" + name);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::int64_t> numbers_of(RedisValue list) {
  std::vector<std::int64_t> numbers;
  for (std::size_t at = 0; at < list.size(); ++at) numbers.push_back(*list[at].integer());
  return numbers;
}

class TicketListScripts : public RedisWorld {
 protected:
  void SetUp() override {
    RedisWorld::SetUp();
    if (IsSkipped()) return;
    redis_.emplace();
    connect(redis_->url());
    RedisCommand state("HSET");
    state.add("state_{e}").add("life").add(kLife).add("logged").add(0).add("minted").add(0);
    ASSERT_TRUE(ask(state.add("issued").add(0).add("expires").add(kExpires)));
  }

  RedisResult call_reserve(std::vector<std::string> arguments) {
    return call(reserve_, keys_, arguments);
  }
  RedisResult call_claim(std::vector<std::string> arguments) {
    return call(claim_, keys_, arguments);
  }

  /// {kind, ticket}, as reserve.lua has it.
  std::vector<std::int64_t> reserve(std::uint32_t user, const std::string& key = "") {
    return numbers_of(call_reserve(wish_of(user, key))->value()[1]);
  }
  /// {kind, …}, as ticket_list_claim.lua has it.
  std::vector<std::int64_t> claim(std::uint32_t user, bool open = true,
                                  const std::string& key = "") {
    return numbers_of(
        call_claim({kLife, std::to_string(user), open ? "1" : "0", "1700", key})->value()[1]);
  }
  static std::vector<std::string> wish_of(std::uint32_t user, const std::string& key) {
    return {kLife, kShare, "list", std::to_string(user), "1", "1600", key};
  }
  std::int64_t number_of(const RedisCommand& command) {
    return ask(command)->value().integer().value_or(-1);
  }

  const std::vector<std::string> keys_ = event_keys("e", *find_redis_design("ticket-list"));
  const RedisScript reserve_{script_of("reserve.lua")};
  const RedisScript claim_{script_of("ticket_list_claim.lua")};
  std::optional<RedisServer> redis_;
};

TEST_F(TicketListScripts, DecideAsTheDesignInMemory) {
  const EventSpec spec{.name = "e",
                       .design = "ticket-list",
                       .quota = QuotaRule::of_share(Share{0.2}),
                       .windows = {}};
  Rush rush(spec, EventSecrets::generate());
  std::mt19937 random(7);
  const auto any_user = [&random] { return static_cast<std::uint32_t>(random() % kUsers); };
  for (int wish = 0; wish < 300; ++wish) {
    const std::uint32_t user = any_user();
    const ReservationGrant expected = rush.reserve(UserIndex(user));
    const bool granted = expected.kind == ReservationGrant::Kind::granted;
    const std::vector<std::int64_t> answer{granted ? 0 : 2, expected.ticket.value()};
    ASSERT_EQ(reserve(user), answer) << "wish " << wish;
  }
  rush.close_reservations();
  int lost = 0;
  for (int click = 0; click < 400; ++click) {
    const std::uint32_t user = any_user();
    const ClaimVerdict expected = rush.claim(UserIndex(user), {});
    const std::vector<std::int64_t> answer = claim(user);
    switch (expected.kind) {
      case ClaimVerdict::Kind::won:
      case ClaimVerdict::Kind::won_before:
        ASSERT_EQ(answer.size(), 5U);
        EXPECT_EQ(answer[0], expected.kind == ClaimVerdict::Kind::won ? 0 : 2);
        EXPECT_EQ(answer[1], expected.serial);
        EXPECT_EQ(answer[3], expected.ticket.value());
        break;
      case ClaimVerdict::Kind::lost:
        EXPECT_EQ(answer, std::vector<std::int64_t>{3});
        ++lost;
        break;
      default:
        EXPECT_EQ(expected.kind, ClaimVerdict::Kind::not_reserved);
        EXPECT_EQ(answer, std::vector<std::int64_t>{4});
    }
  }
  EXPECT_GT(lost, 0);
  const std::uint32_t roster = rush.roster().size();
  EXPECT_EQ(number_of(RedisCommand("XLEN").add("log_{e}")), roster + rush.design().quota());
  EXPECT_EQ(number_of(RedisCommand("HLEN").add("issued_{e}")), rush.design().quota());
}

TEST_F(TicketListScripts, AnswerARepeatedKeyAsTheFirstTime) {
  for (std::uint32_t user = 0; user < 5; ++user) reserve(user, "r" + std::to_string(user));
  EXPECT_EQ(reserve(3, "r3"), (std::vector<std::int64_t>{1, 4}));
  EXPECT_EQ(reserve(3, "other"), (std::vector<std::int64_t>{2, 4}));
  EXPECT_EQ(claim(2, true, "c"), (std::vector<std::int64_t>{0, 1, 1, 3, 0}));
  EXPECT_EQ(claim(2, true, "c"), (std::vector<std::int64_t>{1, 1, 1, 3, 0}));
  EXPECT_EQ(claim(2, true, "d"), (std::vector<std::int64_t>{2, 1, 1, 3, 0}));
}

TEST_F(TicketListScripts, KeepTheWindowButRepeatAVerdictAfterIt) {
  for (std::uint32_t user = 0; user < 5; ++user) reserve(user);
  EXPECT_EQ(claim(0, false), std::vector<std::int64_t>{5});
  EXPECT_EQ(claim(0)[0], 0);
  EXPECT_EQ(claim(0, false)[0], 2);
  EXPECT_EQ(claim(1), std::vector<std::int64_t>{3});
  EXPECT_EQ(claim(1, false), std::vector<std::int64_t>{3});
  EXPECT_EQ(claim(2, false), std::vector<std::int64_t>{5});
}

TEST_F(TicketListScripts, GrantNothingOnceTheRosterIsClosed) {
  reserve(0);
  ask(RedisCommand("HSET").add("state_{e}").add("closed").add(1));
  EXPECT_EQ(reserve(1), std::vector<std::int64_t>{3});
  EXPECT_EQ(reserve(0), (std::vector<std::int64_t>{2, 1}));
}

TEST_F(TicketListScripts, DecideManyInOneCallAsOneAfterTheOther) {
  std::vector<std::string> wishes{kLife, kShare, "list"};
  std::vector<std::string> claims{kLife};
  for (std::uint32_t user = 0; user < 10; ++user) {
    for (const int again : {1, 2}) {
      wishes.insert(wishes.end(), {std::to_string(user), "1", "1600", ""});
      claims.insert(claims.end(), {std::to_string(user), "1", std::to_string(again), ""});
    }
  }
  const RedisResult tickets = call_reserve(wishes);
  ASSERT_EQ(tickets->value().size(), 21U);
  EXPECT_EQ(tickets->value()[0].integer(), 10) << "entries of the log";
  EXPECT_EQ(numbers_of(tickets->value()[20]), (std::vector<std::int64_t>{2, 10}));
  const RedisResult verdicts = call_claim(claims);
  ASSERT_EQ(verdicts->value().size(), 21U);
  EXPECT_EQ(numbers_of(verdicts->value()[2]), (std::vector<std::int64_t>{2, 1, 1, 1, 0}));
  EXPECT_EQ(numbers_of(verdicts->value()[3]), (std::vector<std::int64_t>{0, 2, 2, 2, 0}));
  EXPECT_EQ(numbers_of(verdicts->value()[5]), std::vector<std::int64_t>{3});
}

TEST_F(TicketListScripts, RefuseWhoMeansAnEarlierLifeOfTheEvent) {
  reserve(0);
  for (const RedisResult& result : {call_reserve({"0", kShare, "list", "1", "1", "1600", ""}),
                                    call_claim({"0", "0", "1", "1700", ""})}) {
    ASSERT_FALSE(result);
    EXPECT_TRUE(result.error().detail.starts_with("STALE")) << result.error().detail;
  }
  EXPECT_EQ(number_of(RedisCommand("GET").add("active_{e}")), -1) << "a text";
  EXPECT_EQ(ask(RedisCommand("GET").add("active_{e}"))->value().text(), "1");
}

TEST_F(TicketListScripts, TakeAKeyOfAnyBytesForAKey) {
  const std::string hostile = "x 7 9\r\n' .. redis.call('FLUSHALL') .. '\"%d+\0end"s;
  for (std::uint32_t user = 0; user < 5; ++user) reserve(user, hostile);
  EXPECT_EQ(reserve(4, hostile), (std::vector<std::int64_t>{1, 5}));
  EXPECT_EQ(claim(4, true, hostile), (std::vector<std::int64_t>{0, 1, 1, 5, 0}));
  EXPECT_EQ(claim(4, true, hostile), (std::vector<std::int64_t>{1, 1, 1, 5, 0}));
}

}  // namespace
}  // namespace fairrush::server
