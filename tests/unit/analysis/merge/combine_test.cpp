#include "analysis/merge/combine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairrush::analysis {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

ShardRun shard(std::uint32_t number, std::uint32_t of) {
  ShardRun run{.name = "s" + std::to_string(number), .facts = {}};
  run.facts.scenario = "demo";
  run.facts.version = "fairrush 1";
  run.facts.event = "demo-23-1000";
  run.facts.seed = 23;
  run.facts.users = 300;
  run.facts.options = {{"population.users", "300"}, {"connections.sources", run.name}};
  ShardFacts part;
  part.number = number;
  part.of = of;
  run.facts.epoch_ms = 1000;
  part.machine = "a machine";
  part.instrument.threads = 2;
  part.instrument.lag_max_ns = number * 100;
  part.instrument.cpu_seconds = 0.5;
  part.instrument.wall_seconds = 10;
  part.instrument.clock_error_ns = number * 1000;
  part.instrument.unsent = number;
  part.instrument.claims = {.sent = 10, .late = number};
  part.instrument.loop = {.p50_ns = 5, .p99_ns = number * 10, .max_ns = 900 - number};
  part.instrument.thread_share_max = 0.1 * number;
  part.instrument.host.listen_drops = number;
  part.lags = {{.delay_ns = number * 100, .count = 10}};
  run.facts.shards = {part};
  return run;
}

std::vector<std::string> problems_of(std::vector<ShardRun> shards,
                                     Completeness completeness = Completeness::whole) {
  const auto merged = combine(shards, completeness);
  return merged ? std::vector<std::string>() : merged.error();
}

TEST(Combine, MakesOneInstrumentOfAllShards) {
  std::vector<ShardRun> shards{shard(3, 3), shard(1, 3), shard(2, 3)};
  const auto merged = combine(shards, Completeness::whole);
  ASSERT_TRUE(merged) << merged.error().front();
  EXPECT_EQ(merged->instrument.threads, 6U);
  EXPECT_EQ(merged->instrument.lag_p50_ns, 200U) << "of thirty lags, not of three medians";
  EXPECT_EQ(merged->instrument.lag_p99_ns, 300U);
  EXPECT_EQ(merged->instrument.lag_max_ns, 300U);
  EXPECT_DOUBLE_EQ(merged->instrument.cpu_seconds, 1.5);
  EXPECT_DOUBLE_EQ(merged->instrument.wall_seconds, 10);
  EXPECT_EQ(merged->instrument.clock_error_ns, 3000);
  EXPECT_EQ(merged->instrument.unsent, 6U);
  EXPECT_EQ(merged->instrument.claims.sent, 30U);
  EXPECT_EQ(merged->instrument.claims.late, 6U);
  EXPECT_EQ(merged->instrument.loop.p99_ns, 30U) << "the worst shard's";
  EXPECT_EQ(merged->instrument.loop.max_ns, 899U);
  EXPECT_DOUBLE_EQ(merged->instrument.thread_share_max, 0.3);
  EXPECT_EQ(merged->instrument.host.listen_drops, 3U) << "hosts count, so no sum";
  EXPECT_EQ(merged->instrument.host.retransmits, std::nullopt);
  EXPECT_EQ(merged->instrument.lag_steps.size(), 1U) << "all below 10 µs";
  EXPECT_EQ(merged->instrument.lag_steps.front().clicks, 30U);
  EXPECT_EQ(shards.front().name, "s1") << "they stand in the order of their numbers";
  EXPECT_EQ(merged->shards.size(), 3U);
  EXPECT_FALSE(is_partial(*merged));
  EXPECT_EQ(clocks_apart_ns(*merged), 5000) << "the two least certain clocks";
}

TEST(Combine, RefusesShardsWhoseListsNameOthersButNotThoseThatKeepItElsewhere) {
  const auto listing = [](std::uint32_t number, std::uint8_t users, std::string file) {
    ShardRun run = shard(number, 2);
    run.facts.roster = ListedRoster{.names = 9, .users = {users}, .sha256 = {users}};
    run.facts.options.emplace_back("event.roster", std::move(file));
    return run;
  };
  EXPECT_THAT(problems_of({listing(1, 3, "/a/list"), listing(2, 3, "/b/list")}),
              testing::IsEmpty());
  EXPECT_THAT(problems_of({listing(1, 3, "/a/list"), listing(2, 1, "/a/list")}),
              ElementsAre(HasSubstr("s2: the roster is a list of 9 names, 1 of them users of this "
                                    "run (SHA-256 01")));
}

TEST(Combine, QuotesASelfTestOnlyIfEveryShardMadeOne) {
  std::vector<ShardRun> shards{shard(1, 2), shard(2, 2)};
  const auto tested = [&shards](std::size_t place, std::string at, std::uint64_t error_ns) {
    shards[place].facts.shards.front().instrument.selftest =
        SelfTestFacts{.measured_at = std::move(at),
                      .wiring = {},
                      .error_p50_ns = 1,
                      .error_p99_ns = error_ns,
                      .passed = true};
  };
  tested(0, "2026-02-01", 20);
  EXPECT_EQ(combine(shards, Completeness::whole)->instrument.selftest, std::nullopt);
  tested(1, "2026-01-01", 30);
  const auto merged = combine(shards, Completeness::whole);
  ASSERT_TRUE(merged->instrument.selftest);
  EXPECT_EQ(merged->instrument.selftest->measured_at, "2026-01-01") << "the oldest";
  EXPECT_EQ(merged->instrument.selftest->error_p99_ns, 30U) << "the worst";
  EXPECT_TRUE(merged->instrument.selftest->passed);
}

TEST(Combine, NamesEveryTransportThatAShardHad) {
  std::vector<ShardRun> shards{shard(1, 3), shard(2, 3), shard(3, 3)};
  for (std::size_t place = 0; place < shards.size(); ++place) {
    InstrumentFacts& instrument = shards[place].facts.shards.front().instrument;
    instrument.wiring = {.transport = place == 1 ? "asio" : "io_uring", .pacing = "precise"};
    instrument.selftest = SelfTestFacts{.measured_at = "2026-01-01", .wiring = instrument.wiring};
  }
  const auto merged = combine(shards, Completeness::whole);
  EXPECT_EQ(merged->instrument.wiring, (WiringFacts{"asio and io_uring", "precise"}));
  ASSERT_TRUE(merged->instrument.selftest);
  EXPECT_EQ(merged->instrument.selftest->wiring, merged->instrument.wiring);
}

TEST(Combine, RefusesWhatDiffersByItsName) {
  const auto with = [](auto change) {
    std::vector<ShardRun> shards{shard(1, 2), shard(2, 2)};
    change(shards.back().facts);
    return problems_of(std::move(shards));
  };
  EXPECT_THAT(with([](RunFacts& facts) { facts.seed = 24; }),
              ElementsAre("s2: the seed is 24, that of s1 is 23: they are not shards of one run"));
  EXPECT_THAT(with([](RunFacts& facts) { facts.scenario = "other"; }),
              ElementsAre(HasSubstr("s2: the scenario is other")));
  EXPECT_THAT(with([](RunFacts& facts) { facts.version = "fairrush 2"; }),
              ElementsAre(HasSubstr("the version of fairrush is fairrush 2")));
  EXPECT_THAT(with([](RunFacts& facts) { facts.shards.front().of = 3; }),
              ElementsAre(HasSubstr("the number of shards is 3")));
  EXPECT_THAT(with([](RunFacts& facts) { facts.epoch_ms = 2000; }),
              ElementsAre(HasSubstr("the start (Unix ms) is 2000")));
  EXPECT_THAT(with([](RunFacts& facts) { facts.options.front().second = "299"; }),
              ElementsAre(HasSubstr("population.users is 299")));
  EXPECT_THAT(with([](RunFacts& facts) {
                facts.event = "e";
                facts.users = 1;
              }),
              testing::SizeIs(2))
      << "all problems at once";
}

TEST(Combine, LetsMachinesDifferInHowTheyConnect) {
  EXPECT_THAT(problems_of({shard(1, 2), shard(2, 2)}), testing::IsEmpty());
}

TEST(Combine, RefusesTheSameShardTwice) {
  auto twin = shard(2, 2);
  twin.name = "twin";
  EXPECT_THAT(problems_of({shard(1, 2), shard(2, 2), twin}, Completeness::partial),
              ElementsAre(HasSubstr("both are shard 2, expected each shard once")));
}

TEST(Combine, RefusesRunsThatAreNoShards) {
  auto whole = shard(2, 2);
  whole.facts.shards.clear();
  EXPECT_THAT(problems_of({shard(1, 2), whole}),
              ElementsAre(HasSubstr("s2: not a shard: it was played whole")));
  auto merged = shard(1, 2);
  merged.facts.shards.push_back(shard(2, 2).facts.shards.front());
  EXPECT_THAT(problems_of({merged}), ElementsAre(HasSubstr("it was merged already")));
}

TEST(Combine, TakesAMissingShardOnlyAsAPartOfTheRun) {
  EXPECT_THAT(problems_of({shard(1, 4), shard(3, 4)}),
              ElementsAre(HasSubstr("shard 2, 4 of 4 is missing; --partial")));
  std::vector<ShardRun> shards{shard(1, 4), shard(3, 4)};
  const auto merged = combine(shards, Completeness::partial);
  ASSERT_TRUE(merged);
  EXPECT_TRUE(is_partial(*merged));
  EXPECT_THAT(missing_shards(*merged), ElementsAre(2U, 4U));
  EXPECT_FALSE(merged->interrupted);
}

TEST(Combine, TakesAShardThatWasKilledOnlyAsAPartOfTheRun) {
  auto killed = shard(2, 2);
  killed.facts.interrupted = true;
  killed.facts.rounds.back().under_way = true;
  killed.facts.ended_early = "round 1 was not brought to its end";
  EXPECT_THAT(problems_of({shard(1, 2), killed}),
              ElementsAre(HasSubstr("shard 2 is not whole: round 1 was not brought to its end")));
  std::vector<ShardRun> shards{shard(1, 2), killed};
  const auto merged = combine(shards, Completeness::partial);
  ASSERT_TRUE(merged);
  EXPECT_TRUE(is_partial(*merged));
  EXPECT_FALSE(merged->interrupted) << "one of several is";
  EXPECT_FALSE(is_under_way(*merged));
}

TEST(Combine, SaysOfAllShardsInterruptedThatTheRunWas) {
  std::vector<ShardRun> shards{shard(1, 2), shard(2, 2)};
  for (ShardRun& run : shards) run.facts.interrupted = true;
  const auto merged = combine(shards, Completeness::partial);
  ASSERT_TRUE(merged);
  EXPECT_TRUE(merged->interrupted);
}

}  // namespace
}  // namespace fairrush::analysis
