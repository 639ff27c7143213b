#include "analysis/run/directory.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "analysis/history/writer.hpp"
#include "analysis/run/facts_json.hpp"
#include "tests/unit/analysis/scratch.hpp"

namespace fairrush::analysis {
namespace {

/// A run directory with one attempt, as a test may then damage it.
class LoadRun : public testing::Test {
 protected:
  LoadRun() {
    RunFacts facts;
    facts.users = 10;
    facts.quota.share = Share{0.2};
    write_run_json(facts);
    AttemptRecord record;
    record.user = 9;
    write_history(record);
    scratch_.write("ledger.csv", "user,coupon\n1,a\n");
  }

  void write_history(const AttemptRecord& attempt) {
    std::filesystem::remove(directory_.history());
    auto file = HistoryFile::create(directory_.history()).value();
    HistoryAppender appender(*file);
    EXPECT_TRUE(appender.append(attempt, ""));
    EXPECT_TRUE(appender.flush());
    EXPECT_TRUE(file->close());
  }

  void write_run_json(const RunFacts& facts) {
    scratch_.write("run.json", run_json_of_facts(facts));
  }

  std::string error() const {
    const auto run = load_run(directory_);
    return run ? "no error" : run.error();
  }

  std::string path_of(const std::string& name) const { return (scratch_.path() / name).string(); }

  ScratchDirectory scratch_;
  RunDirectory directory_{scratch_.path()};
};

TEST_F(LoadRun, ReadsFactsHistoryAndLedger) {
  const auto run = load_run(directory_);
  ASSERT_TRUE(run) << run.error();
  EXPECT_EQ(run->facts.users, 10U);
  EXPECT_EQ(run->history.records(), 1U);
  ASSERT_TRUE(run->rounds.front().ledger.has_value());
  EXPECT_EQ(run->rounds.front().ledger->size(), 1U);
  EXPECT_FALSE(run->rounds.front().draw.has_value());
}

TEST_F(LoadRun, TakesAMissingLedgerOnlyWhenTheFactsSayWhy) {
  std::filesystem::remove(directory_.ledger());
  EXPECT_EQ(error(), path_of("ledger.csv") +
                         ": missing, though run.json says that there is a "
                         "ledger");
  RunFacts facts;
  facts.users = 10;
  facts.quota.count = 1;
  facts.rounds.front().ledger_missing = "the target has none";
  write_run_json(facts);
  const auto run = load_run(directory_);
  ASSERT_TRUE(run) << run.error();
  EXPECT_FALSE(run->rounds.front().ledger.has_value());
}

TEST_F(LoadRun, TakesAMissingDrawOnlyWhenTheFactsSayWhy) {
  RunFacts facts;
  facts.users = 10;
  facts.quota.count = 1;
  facts.allocation = Allocation::draw;
  facts.rounds.resize(2);
  facts.rounds[0].draw_missing = "the target has not published its secret";
  write_run_json(facts);
  EXPECT_EQ(error(), path_of("draw-2.json") +
                         ": missing, though run.json says that round 2 published a draw");
  facts.rounds[1].draw_missing = "no answer";
  write_run_json(facts);
  EXPECT_TRUE(load_run(directory_));
}

TEST_F(LoadRun, TakesAMissingBusOnlyWhenTheFactsSayWhy) {
  RunFacts facts;
  facts.users = 10;
  facts.quota.count = 1;
  facts.rounds.front().bus_missing.reset();
  write_run_json(facts);
  EXPECT_EQ(error(), path_of("bus.csv") + ": missing, though run.json says that the bus was heard");
}

TEST_F(LoadRun, RefusesARunJsonThatSaysAThingTwice) {
  scratch_.write("run.json", R"({"version": 2, "facts": {}, "version": 2})");
  EXPECT_EQ(error(), path_of("run.json") + ": the key \"version\" stands twice in one object");
}

TEST_F(LoadRun, GivesEveryRoundWhatTheBusDeliveredInIt) {
  EXPECT_FALSE(load_run(directory_)->rounds.front().bus.has_value());
  RunFacts facts;
  facts.users = 10;
  facts.quota.count = 1;
  facts.rounds.resize(3);
  for (RoundFacts& round : facts.rounds) round.bus_missing.reset();
  write_run_json(facts);
  scratch_.write("bus.csv", "id,user,coupon,round\ne1,1,a,0\ne2,2,b,2\ne2,2,b,2\n");
  const auto run = load_run(directory_);
  ASSERT_TRUE(run) << run.error();
  EXPECT_EQ(run->rounds.at(0).bus->size(), 1U);
  EXPECT_TRUE(run->rounds.at(1).bus->empty());
  EXPECT_EQ(run->rounds.at(2).bus->size(), 2U);
  scratch_.write("bus.csv", "id,user,coupon,round\ne1,1,a,3\n");
  EXPECT_EQ(error(),
            path_of("bus.csv") + ": a row of user 1 in round 3, but run.json says 3 rounds");
}

TEST_F(LoadRun, LeavesARoundWhoseBusWasNotHeardWithoutALogAndNotWithAnEmptyOne) {
  RunFacts facts;
  facts.users = 10;
  facts.quota.count = 1;
  facts.rounds.resize(3);
  facts.rounds[0].bus_missing.reset();
  facts.rounds[1].bus_missing = "no answer";
  facts.rounds[2].bus_missing.reset();
  write_run_json(facts);
  scratch_.write("bus.csv", "id,user,coupon,round\ne1,1,a,0\n");
  const auto run = load_run(directory_);
  ASSERT_TRUE(run) << run.error();
  EXPECT_EQ(run->rounds.at(0).bus->size(), 1U);
  EXPECT_FALSE(run->rounds.at(1).bus.has_value());
  ASSERT_TRUE(run->rounds.at(2).bus.has_value());
  EXPECT_TRUE(run->rounds.at(2).bus->empty());
}

TEST_F(LoadRun, NamesAMissingFile) {
  std::filesystem::remove(directory_.run_json());
  EXPECT_EQ(error(), path_of("run.json") + ": missing");
}

TEST_F(LoadRun, NamesAMissingHistory) {
  std::filesystem::remove(directory_.history());
  EXPECT_EQ(error(), path_of("history.bin") + ": cannot open: No such file or directory");
}

TEST_F(LoadRun, RefusesForeignJson) {
  scratch_.write("run.json", R"({"name": "left-pad", "version": "1.3.0"})");
  EXPECT_EQ(error(), path_of("run.json") +
                         ": not a run: expected an object with an integer \"version\" and "
                         "\"facts\"");
  scratch_.write("run.json", "not json at all");
  EXPECT_EQ(error().find(path_of("run.json") + ": not JSON: "), 0U);
  scratch_.write("run.json", "");
  EXPECT_EQ(error().find(path_of("run.json") + ": not JSON: "), 0U);
}

TEST_F(LoadRun, RefusesAnotherVersionAndSaysWhetherItIsOlderOrNewer) {
  scratch_.write("run.json", fmt::format(R"({{"version": {}, "facts": {{}}}})", kRunVersion + 1));
  EXPECT_EQ(error(),
            path_of("run.json") + fmt::format(": run version {}, this program reads {}; a newer "
                                              "fairrush wrote it",
                                              kRunVersion + 1, kRunVersion));
  scratch_.write("run.json", R"({"version": 1, "facts": {}})");
  EXPECT_EQ(error(), path_of("run.json") +
                         fmt::format(": run version 1, this program reads {}; an older fairrush "
                                     "wrote it",
                                     kRunVersion));
}

TEST_F(LoadRun, NamesTheFileOfABrokenLedgerOrDraw) {
  scratch_.write("ledger.csv", "user,coupon\nx,a\n");
  EXPECT_EQ(error().find(path_of("ledger.csv") + ": line 2: user 'x'"), 0U);
  scratch_.write("ledger.csv", "user,coupon\n");
  scratch_.write("draw.json", "{}");
  EXPECT_EQ(error(), path_of("draw.json") + ": draw.event: missing, expected a text");
}

TEST_F(LoadRun, RefusesAHistoryOfAnotherRun) {
  RunFacts facts;
  facts.users = 9;
  facts.quota.count = 1;
  write_run_json(facts);
  EXPECT_EQ(error(), path_of("history.bin") +
                         ": attempt 0 is of user 9 in round 1, but run.json "
                         "says 9 users and 1 rounds: they are not of one run");
}

TEST_F(LoadRun, RefusesAHistoryOfCohortsThatTheRunDoesNotName) {
  AttemptRecord record;
  record.cohort = 2;
  write_history(record);
  EXPECT_EQ(error(), path_of("history.bin") +
                         ": attempt 0 is of cohort 3, but run.json says 1 cohorts: they are not of "
                         "one run");
}

/// A run of three rounds whose instrument was killed: a history with attempts of the rounds
/// `recorded`, without an end.
class KilledRun : public LoadRun {
 protected:
  KilledRun() {
    facts.users = 10;
    facts.quota.count = 1;
    facts.rounds.resize(3);
    for (RoundFacts& round : facts.rounds) round.ledger_missing = "none";
    facts.interrupted = true;
  }

  void record(std::initializer_list<std::uint32_t> recorded) {
    std::filesystem::remove(directory_.history());
    auto file = HistoryFile::create(directory_.history()).value();
    HistoryAppender appender(*file);
    for (const std::uint32_t round : recorded) {
      AttemptRecord record;
      record.attempt = round;
      record.round = round;
      record.intended_ns = (round + 1) * std::int64_t{1'000'500'000};
      EXPECT_TRUE(appender.append(record, ""));
      EXPECT_TRUE(appender.flush());
    }
    if (sealed) EXPECT_TRUE(file->seal());
    std::filesystem::remove(directory_.ledger());
    scratch_.write("run.json", run_json_of_facts(facts));
  }

  std::vector<bool> cut_short() const {
    const auto run = load_run(directory_);
    EXPECT_TRUE(run) << run.error();
    std::vector<bool> rounds;
    for (std::uint32_t round = 0; round < 3; ++round) rounds.push_back(run->round(round).cut_short);
    return rounds;
  }

  RunFacts facts;
  bool sealed = false;
};

TEST_F(KilledRun, HasItsEarlierRoundsWhole) {
  facts.rounds.back().under_way = true;
  record({0, 1, 2});
  EXPECT_EQ(cut_short(), (std::vector{false, false, true}));
}

TEST_F(KilledRun, HasARoundWholeOnlyOnceALaterOneIsRecorded) {
  facts.rounds.back().under_way = true;
  record({0, 1});
  EXPECT_EQ(cut_short(), (std::vector{false, true, true}));
}

TEST_F(KilledRun, LacksRecordsOfTheRoundUnderWayHoweverWholeItsFileIs) {
  facts.rounds.back().under_way = true;
  sealed = true;
  record({0, 1});
  EXPECT_EQ(cut_short(), (std::vector{false, false, true}));
}

TEST_F(KilledRun, IsAnotherThanACopyThatLostItsTail) {
  record({0, 1, 2});
  EXPECT_EQ(cut_short(), (std::vector{true, true, true}));
}

TEST_F(KilledRun, SaysHowFarItsAttemptsGo) {
  facts.rounds.back().under_way = true;
  record({0, 1, 2});
  EXPECT_EQ(load_run(directory_)->facts.ended_early,
            "round 3 was not brought to its end, as its instrument was killed or is still at work; "
            "its 1 attempts up to 3.001s after the run's start are there");
  record({0, 1});
  EXPECT_EQ(load_run(directory_)->facts.ended_early,
            "round 3 was not brought to its end, as its instrument was killed or is still at work; "
            "none of its attempts is there");
}

}  // namespace
}  // namespace fairrush::analysis
