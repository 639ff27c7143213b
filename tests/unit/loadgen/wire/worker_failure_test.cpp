#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <atomic>
#include <stdexcept>
#include <tuple>

#include "loadgen/wire/worker.hpp"
#include "tests/unit/loadgen/scripted_target.hpp"
#include "tests/unit/loadgen/wire/rehearsal.hpp"
#include "tests/unit/loadgen/wire/worker_over.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::Op;
using analysis::Outcome;
using analysis::Reason;
using namespace std::chrono_literals;

class FailingWorkerOver : public OverTransport {};
INSTANTIATE_TEST_SUITE_P(EachTransport, FailingWorkerOver, OverTransport::each(),
                         OverTransport::name_of);

/// Throws once, at one of the questions for the time.
class FailingClock final : public Clock {
 public:
  explicit FailingClock(int fail_at) : left_(fail_at) {}
  SteadyTime steady_now() const override {
    if (left_.fetch_sub(1) == 1) throw std::runtime_error("the clock has stopped");
    return clock_.steady_now();
  }
  WallTime wall_now() const override { return clock_.wall_now(); }

 private:
  RealClock clock_;
  mutable std::atomic<int> left_;
};

class WorkerThatFails : public testing::TestWithParam<std::tuple<TransportKind, int>> {};

TEST_P(WorkerThatFails, StillRecordsEveryAttempt) {
  const auto [transport, question] = GetParam();
  if (missing(transport)) GTEST_SKIP() << *missing(transport);
  ScriptedTarget target(generous);
  const FailingClock clock(question);
  Rehearsal rehearsal(short_scenario(30), target.endpoint(), transport);
  rehearsal.clock = &clock;
  rehearsal.play();
  rehearsal.expect_one_record_each();
  ASSERT_TRUE(rehearsal.failure());
  EXPECT_EQ(*rehearsal.failure(), "the clock has stopped");
}

TEST_P(FailingWorkerOver, RecordsClicksThatAreStillOnTheirWay) {
  ScriptedTarget target(generous);
  const FailingClock clock(60);  // some thirty ticks: clicks are out, and none has arrived
  Scenario scenario = short_scenario(30);
  scenario.cohorts = {{"far", Share{1}, DelaySpec::fixed(4s)}};
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  rehearsal.clock = &clock;
  rehearsal.play();
  rehearsal.expect_one_record_each();
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::failed, Reason::stopped_before_sending), 30U);
}

INSTANTIATE_TEST_SUITE_P(
    AtVariousPoints, WorkerThatFails,
    testing::Combine(testing::Values(TransportKind::asio, TransportKind::io_uring),
                     testing::Values(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 50, 100)));

/// Lets no file of this process grow beyond a size, as a full disk would.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = signal(SIGXFSZ, SIG_IGN);
    rlimit limited = before_;
    limited.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limited);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  sighandler_t handler_ = SIG_DFL;
};

TEST_P(FailingWorkerOver, StopsWhenItsHistoryCannotBeWrittenAndSaysHowMuchIsMissing) {
  ScriptedTarget target(generous);
  Scenario scenario = short_scenario(6000);  // more than a block of records
  scenario.rush = 10min;  // unless the failure ends the run, the test runs into its time-out
  scenario.connections = 64;
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  const FullDisk full(1000);
  rehearsal.play();
  ASSERT_TRUE(rehearsal.storage_failure());
  EXPECT_NE(rehearsal.storage_failure()->find("history.bin"), std::string::npos);
  EXPECT_NE(rehearsal.storage_failure()->find("records are not in it"), std::string::npos);
  EXPECT_TRUE(rehearsal.records().empty());
}

}  // namespace
}  // namespace fairrush::loadgen
