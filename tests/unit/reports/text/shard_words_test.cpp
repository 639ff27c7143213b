#include "reports/text/shard_words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairrush::reports {
namespace {

using testing::HasSubstr;

analysis::ShardFacts shard(std::uint32_t number, std::uint32_t of) {
  analysis::ShardFacts facts;
  facts.number = number;
  facts.of = of;
  facts.machine = "machine " + std::to_string(number);
  facts.instrument.threads = 2;
  facts.instrument.wall_seconds = 10;
  facts.instrument.cpu_seconds = 5;
  facts.instrument.lag_p50_ns = 400'000;
  facts.instrument.lag_p99_ns = number * 1'000'000;
  facts.instrument.clock_error_ns = 61'000;
  facts.instrument.reservations.sent = 900;
  facts.instrument.claims.sent = 600;
  return facts;
}

TEST(ShardWords, SayWhatEachOfThemDid) {
  analysis::RunFacts facts;
  facts.shards = {shard(1, 2), shard(2, 2)};
  const auto words = describe_shards(facts);
  ASSERT_EQ(words.size(), 2U);
  EXPECT_EQ(words.back().number, "2");
  EXPECT_EQ(words.back().machine, "machine 2");
  EXPECT_EQ(words.back().sent, "1,500");
  EXPECT_EQ(words.back().lag_p50, "0.400");
  EXPECT_EQ(words.back().lag_p99, "2.00");
  EXPECT_EQ(words.back().cpu, "25.00 %");
  EXPECT_EQ(words.back().clock_error, "0.061");
  EXPECT_EQ(words.back().crossed, "");
  EXPECT_EQ(shards_text(facts), "2 of 2, worst lag p99 2.00 ms");
}

TEST(ShardWords, NameTheBarsThatOneCrossed) {
  analysis::RunFacts facts;
  facts.shards = {shard(1, 2), shard(2, 2)};
  facts.shards.back().instrument.lag_p99_ns = 90'000'000;
  facts.shards.front().instrument.for_connection.p99_ns = 80'000'000;
  const auto words = describe_shards(facts);
  EXPECT_THAT(words.front().crossed, HasSubstr("Clicks waited for a free connection, p99: 80ms"));
  EXPECT_FALSE(words.front().gates) << "that is the target's";
  EXPECT_THAT(words.back().crossed, HasSubstr("Clicks sent late, p99: 90ms"));
  EXPECT_TRUE(words.back().gates);
  EXPECT_THAT(shards_text(facts), HasSubstr("; shard 2: Clicks sent late, p99: 90ms"));
}

TEST(ShardWords, HaveAPlaceForThoseThatAreMissing) {
  analysis::RunFacts facts;
  facts.shards = {shard(2, 4), shard(3, 4)};
  facts.shards.back().cut_short = "its instrument was killed";
  facts.shards.back().foreign_clicks = 3;
  const auto words = describe_shards(facts);
  ASSERT_EQ(words.size(), 4U);
  EXPECT_EQ(words[0].crossed, "missing");
  EXPECT_EQ(words[1].number, "2");
  EXPECT_THAT(words[2].crossed, HasSubstr("cut short: its instrument was killed"));
  EXPECT_THAT(words[2].crossed, HasSubstr("3 users on the roster before they asked"));
  EXPECT_EQ(words[3].number, "4");
  EXPECT_TRUE(words[3].gates);
  EXPECT_THAT(shards_text(facts), HasSubstr("2 of 4, worst lag p99 3.00 ms; shard 1: missing"));
}

TEST(ShardWords, AreNoneWhereOneInstrumentPlayedItAll) {
  EXPECT_TRUE(describe_shards({}).empty());
  EXPECT_EQ(shards_text({}), "");
}

}  // namespace
}  // namespace fairrush::reports
