#include "analysis/merge/merge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "analysis/assessment.hpp"
#include "analysis/history/writer.hpp"
#include "analysis/run/facts_json.hpp"
#include "tests/unit/analysis/history_builder.hpp"
#include "tests/unit/analysis/scratch.hpp"

namespace fairrush::analysis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint32_t kShards = 3;
constexpr std::uint32_t kUsersEach = 3000;  // more than a block of records

std::string coupon_of(std::uint32_t user) {
  return "C-" + std::to_string(user);
}

RunFacts facts_of(std::uint32_t number) {
  RunFacts facts = RunBuilder().facts;
  facts.users = kShards * kUsersEach;
  facts.quota = {.share = Share{1}, .count = {}};
  facts.rounds.front().planned = {facts.users, facts.users, facts.users};
  facts.rounds.front().announced_roster = facts.users;
  facts.rounds.front().announced_coupons = facts.users;
  if (number != 1) facts.rounds.front().ledger_missing = "the first shard takes it";
  ShardFacts shard;
  shard.number = number;
  shard.of = kShards;
  shard.instrument = facts.instrument;
  facts.shards = {shard};
  return facts;
}

AttemptRecord record_of(std::uint32_t user, Op op, std::uint64_t attempt) {
  AttemptRecord record;
  record.attempt = attempt;
  record.user = user;
  record.op = static_cast<std::uint8_t>(op);
  const Window& window = op == Op::reserve ? kTestReservation : kTestRush;
  record.intended_ns = record.first_byte_out_ns = window.open_ns + 1'000'000;
  record.complete_ns = record.first_byte_out_ns + 1'000'000;
  record.outcome = static_cast<std::uint8_t>(op == Op::reserve ? Outcome::accepted : Outcome::win);
  return record;
}

/// Shards of a run in which everybody wins, written to directories "1", "2", "3".
class Merge : public testing::Test {
 protected:
  std::filesystem::path path_of(std::uint32_t number) const {
    return scratch_.path() / std::to_string(number);
  }

  void write(std::uint32_t number) { write(number, facts_of(number)); }
  void write(std::uint32_t number, const RunFacts& facts) {
    std::filesystem::create_directory(path_of(number));
    const RunDirectory directory{path_of(number)};
    auto file = HistoryFile::create(directory.history());
    ASSERT_TRUE(file) << file.error();
    HistoryAppender appender(**file);
    std::uint64_t attempt = number - 1;
    for (std::uint32_t user = owner_ + number - 1; user < facts.users; user += kShards) {
      ASSERT_TRUE(appender.append(record_of(user, Op::reserve, attempt), {}));
      ASSERT_TRUE(appender.append(record_of(user, Op::claim, attempt + kShards), coupon_of(user)));
      attempt += 2 * kShards;
    }
    ASSERT_TRUE(appender.flush());
    ASSERT_TRUE((*file)->close());
    std::ofstream(directory.run_json()) << run_json_of_facts(facts);
    if (number != 1) return;
    Ledger ledger;
    for (std::uint32_t user = 0; user < facts.users; ++user) {
      ledger.push_back({UserIndex(user), coupon_of(user)});
    }
    std::ofstream(directory.ledger()) << format_ledger_csv(ledger);
  }

  std::expected<RunFacts, std::vector<std::string>> merge(
      std::initializer_list<std::uint32_t> numbers, Completeness completeness) {
    std::vector<RunDirectory> directories;
    for (const std::uint32_t number : numbers) directories.push_back({path_of(number)});
    std::filesystem::create_directory(out_);
    return merge_runs(directories, {out_}, completeness);
  }

  ScratchDirectory scratch_;
  std::filesystem::path out_ = scratch_.path() / "out";
  std::uint32_t owner_ = 0;  // users are dealt from here on
};

TEST_F(Merge, GivesTheVerdictsOfOneRun) {
  for (const std::uint32_t number : {1U, 2U, 3U}) write(number);
  ASSERT_TRUE(merge({3, 1, 2}, Completeness::whole));
  const auto run = load_run({out_});
  ASSERT_TRUE(run) << run.error();
  EXPECT_EQ(run->history.records(), 2U * kShards * kUsersEach);
  EXPECT_FALSE(run->history.truncation());
  std::set<std::uint64_t> attempts;
  for (const HistoryBlock& block : run->history.blocks()) {
    for (const AttemptRecord& record : block.records) {
      EXPECT_TRUE(attempts.insert(record.attempt).second);
      if (record.operation() == Op::claim) {
        EXPECT_EQ(block.receipt(record), coupon_of(record.user));
      }
    }
  }
  for (const CheckResult& check : assess(*run).invariants) {
    if (check.id == "I20") continue;  // nobody planned these clicks
    EXPECT_TRUE(check.verdict == CheckVerdict::pass ||
                check.verdict == CheckVerdict::not_applicable)
        << check.id << ": " << check.finding;
  }
}

TEST_F(Merge, AccusesNobodyForAShardThatIsMissing) {
  for (const std::uint32_t number : {1U, 2U}) write(number);
  ASSERT_TRUE(merge({1, 2}, Completeness::partial));
  const auto run = load_run({out_});
  ASSERT_TRUE(run) << run.error();
  const Assessment assessment = assess(*run);
  EXPECT_EQ(assessment.verdict, RunVerdict::inconclusive) << assessment.verdict_reason;
  EXPECT_FALSE(assessment.passed);
  EXPECT_THAT(assessment.verdict_reason, HasSubstr("of its 3 shards 3 is missing"));
}

TEST_F(Merge, TakesWhatAKilledShardLeft) {
  for (const std::uint32_t number : {1U, 2U, 3U}) write(number);
  const RunDirectory killed{path_of(2)};
  std::filesystem::resize_file(killed.history(),
                               std::filesystem::file_size(killed.history()) - 100);
  const auto refused = merge({1, 2, 3}, Completeness::whole);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error(),
              ElementsAre(HasSubstr("shard 2 is not whole: its history ends early")));
  ASSERT_TRUE(merge({1, 2, 3}, Completeness::partial));
  const auto run = load_run({out_});
  ASSERT_TRUE(run) << run.error();
  EXPECT_GT(run->history.records(), 4U * kUsersEach);
  EXPECT_THAT(assess(*run).verdict_reason, HasSubstr("shard 2 is not whole"));
}

TEST_F(Merge, RefusesAttemptsOfAnotherShard) {
  write(1);
  write(3);
  owner_ = 1;
  write(2);
  const auto merged = merge({1, 2, 3}, Completeness::whole);
  ASSERT_FALSE(merged);
  EXPECT_THAT(merged.error(),
              ElementsAre(HasSubstr("attempt 1 of user 2 is not one of shard 2 of 3")));
}

TEST_F(Merge, NamesEveryDirectoryThatIsNoRun) {
  const auto merged = merge({1, 2}, Completeness::whole);
  ASSERT_FALSE(merged);
  EXPECT_THAT(merged.error(),
              ElementsAre(HasSubstr("1/run.json: missing"), HasSubstr("2/run.json: missing")));
}

TEST_F(Merge, IsNotKnownWhenOneOfManyShardsStalled) {
  for (const std::uint32_t number : {1U, 3U}) write(number);
  RunFacts stalled = facts_of(2);
  stalled.shards.front().instrument.lag_p99_ns = 400'000'000;
  write(2, stalled);
  ASSERT_TRUE(merge({1, 2, 3}, Completeness::whole));
  const auto run = load_run({out_});
  ASSERT_TRUE(run);
  const auto assessment = assess(*run);
  EXPECT_FALSE(assessment.passed);
  EXPECT_THAT(assessment.verdict_reason,
              HasSubstr("shard 2: a hundredth of the clicks left more than 400ms late"));
}

}  // namespace
}  // namespace fairrush::analysis
