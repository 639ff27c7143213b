// One run as the ranks of an mpirun, where there is one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "analysis/assessment.hpp"
#include "analysis/run/directory.hpp"
#include "tests/integration/cli/command.hpp"
#include "tests/integration/support/child_process.hpp"

namespace fairrush::cli_test {
namespace {

using integration::ChildProcess;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kMpirun = "/usr/bin/mpirun";

constexpr const char* kRush = R"(
question = "Does a rush from four ranks hold?"
[event]
reserve = "600ms"
pause   = "300ms"
rush    = "900ms"
rounds  = 2
[population]
users = 120
[connections]
timeout = "500ms"
threads = 1
[winners]
read_status = 0.0
[checks]
fairness = "report"
)";

class Ranks : public testing::Test {
 protected:
  void SetUp() override {
#ifndef FAIRRUSH_WITH_MPI
    GTEST_SKIP() << "this fairrush was built without MPI: install libopenmpi-dev";
#endif
    if (!std::filesystem::exists(kMpirun)) {
      GTEST_SKIP() << "there is no " << kMpirun << ": install openmpi-bin";
    }
    // Nothing that MPI allocates for good is a leak of ours.
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
  }

  ChildProcess mpirun(std::vector<std::string> arguments,
                      const std::string& program = FAIRRUSH_BINARY) const {
    std::vector<std::string> all{kMpirun, "--allow-run-as-root", "--oversubscribe", "-n", "4",
                                 program};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return {std::move(all), ""};
  }

  WorkDirectory work_;
  std::string scenario_ = work_.write("rush.toml", kRush);
};

TEST_F(Ranks, PlayOneRunWhoseFirstWritesIt) {
  auto ranks = mpirun({"run", scenario_, "--out", work_.path("run"), "--json"});
  EXPECT_EQ(ranks.wait(), 0) << ranks.said();
  EXPECT_THAT(ranks.said(), HasSubstr("\"verdict\":\"PROVEN\""));
  const auto run = analysis::load_run({work_.path("run")});
  ASSERT_TRUE(run) << run.error();
  EXPECT_EQ(run->facts.shards.size(), 4U);
  EXPECT_EQ(run->facts.rounds.size(), 2U);
  EXPECT_FALSE(analysis::is_partial(run->facts));
  EXPECT_EQ(run->history.records(), 2U * 2U * 120U);
  EXPECT_TRUE(analysis::assess(*run).passed);
}

TEST_F(Ranks, PrintNoColoursForMpirunsOutputMayBeAFile) {
  auto ranks = mpirun({"run", scenario_, "--out", work_.path("run")});
  EXPECT_EQ(ranks.wait(), 0) << ranks.said();
  EXPECT_THAT(ranks.said(), HasSubstr("PROVEN"));
  EXPECT_THAT(ranks.said(), Not(HasSubstr("\033[")));
}

TEST_F(Ranks, EndTogetherWhenTheRunCannotBegin) {
  auto ranks =
      mpirun({"run", scenario_, "--out", work_.path("run"), "--target", "http://127.0.0.1:1"});
  EXPECT_EQ(ranks.wait(), 5) << ranks.said();
  EXPECT_THAT(ranks.said(), HasSubstr("the target cannot be reached"));
  EXPECT_FALSE(std::filesystem::exists(work_.path("run")));
}

TEST_F(Ranks, LeaveWhatIsKnownWhenOneDies) {
  // Rank 2 is killed in the rush; mpirun then ends the others, with a second's notice.
  const std::string program = work_.write(
      "ranks.sh",
      "#!/bin/sh\n[ \"$OMPI_COMM_WORLD_RANK\" = 2 ] && exec timeout -s KILL 4 " FAIRRUSH_BINARY
      " \"$@\"\nexec " FAIRRUSH_BINARY " \"$@\"\n");
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  auto ranks =
      mpirun({"run", scenario_, "--out", work_.path("run"), "--set", "event.rush=8s"}, program);
  EXPECT_NE(ranks.wait(), 0);
  const auto run = analysis::load_run({work_.path("run")});
  ASSERT_TRUE(run) << run.error() << ranks.said();
  EXPECT_TRUE(analysis::is_partial(run->facts));
  const auto assessment = analysis::assess(*run);
  EXPECT_FALSE(assessment.passed);
  EXPECT_FALSE(assessment.failed) << assessment.verdict_reason;
  EXPECT_THAT(assessment.verdict_reason, HasSubstr("of its 4 shards"));
}

TEST_F(Ranks, AreDealtTheirShardsByMpirunAlone) {
  auto ranks = mpirun({"run", scenario_, "--shard", "1/4", "--start-at", "4000000000"});
  EXPECT_EQ(ranks.wait(), 2);
  EXPECT_THAT(ranks.said(), HasSubstr("mpirun deals the shards"));
}

}  // namespace
}  // namespace fairrush::cli_test
