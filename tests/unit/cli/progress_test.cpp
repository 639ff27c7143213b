#include "cli/progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace fairrush::cli {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

loadgen::Progress halfway() {
  loadgen::Progress progress;
  progress.phase = loadgen::Phase::rushing;
  progress.phase_elapsed = 30s;
  progress.phase_length = 60s;
  progress.users_done = 15'000;
  progress.users_total = 30'000;
  progress.in_flight = 1'234;
  progress.rate = Rate{8'333};
  progress.latency_p99 = 12'345us;
  progress.wins = 6'000;
  progress.errors = 2;
  return progress;
}

TEST(Progress, NamesPhaseUsersRateInFlightLatencyWinsErrorsAndTimeLeft) {
  EXPECT_EQ(describe(halfway(), ProgressStyle::line),
            "rushing    15,000/30,000 users  8,333/s  1,234 in flight  p99 12.3ms  6,000 wins  "
            "2 errors  30.0s left");
}

TEST(Progress, DrawsABarAsLongAsThePartDone) {
  const std::string text = describe(halfway(), ProgressStyle::bar);
  EXPECT_THAT(text, HasSubstr("████████████░░░░░░░░░░░░ "));
}

TEST(Progress, PromisesNoEndToAnOpenEndedPhase) {
  loadgen::Progress settling;
  settling.phase = loadgen::Phase::settling;
  settling.phase_elapsed = 3s;
  EXPECT_THAT(describe(settling, ProgressStyle::line), Not(HasSubstr("left")));
}

/// A wait of five seconds, of which `left` are left.
loadgen::Progress waiting_for(const std::string& what, Duration left) {
  loadgen::Progress waiting;
  waiting.phase = loadgen::Phase::settling;
  waiting.awaited = what;
  waiting.phase_length = 5s;
  waiting.phase_elapsed = 5s - left;
  return waiting;
}

TEST(Progress, SaysWhatIsWaitedForAndForHowLong) {
  EXPECT_EQ(describe(waiting_for("the ledger from 127.0.0.1:80", 4600ms), ProgressStyle::line),
            "settling   waiting for the ledger from 127.0.0.1:80, 4.6s longer at most");
}

TEST(ProgressDisplay, TellsOfEachWaitAtOnceAndNotAgainWhenItIsOver) {
  const ManualClock clock;
  testing::internal::CaptureStderr();
  {
    ProgressDisplay display(ProgressStyle::line, clock);
    display.progress(waiting_for("the ledger", 4600ms));
    display.progress(waiting_for("the ledger", 4400ms));
    display.progress(waiting_for("the draw", 4600ms));
    display.progress(waiting_for("the draw", 4400ms));
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "settling   waiting for the ledger, 4.6s longer at most\n"
            "settling   waiting for the draw, 4.6s longer at most\n");
}

TEST(ProgressDisplay, PassesOnANotice) {
  const ManualClock clock;
  testing::internal::CaptureStderr();
  ProgressDisplay(ProgressStyle::line, clock).notice("the server has died");
  ProgressDisplay(ProgressStyle::none, clock).notice("the server has died");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "! the server has died\n");
}

TEST(ProgressDisplay, PrintsAPlainLineEveryFiveSecondsAndAtEachNewPhase) {
  ManualClock clock;
  clock.advance(100s);
  testing::internal::CaptureStderr();
  {
    ProgressDisplay display(ProgressStyle::line, clock);
    loadgen::Progress progress = halfway();
    for (int tick = 0; tick < 30; ++tick) {
      display.progress(progress);  // every 200 ms for 6 s: at once and after 5 s
      clock.advance(200ms);
    }
    progress.phase = loadgen::Phase::settling;
    display.progress(progress);
  }
  const std::string printed = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::ranges::count(printed, '\n'), 3);
}

TEST(ProgressDisplay, EndsWithTheLastProgressItWasGiven) {
  const ManualClock clock;
  testing::internal::CaptureStderr();
  {
    ProgressDisplay display(ProgressStyle::line, clock);
    loadgen::Progress progress = halfway();
    display.progress(progress);
    progress.users_done = 30'000;
    display.progress(progress);
  }
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("30,000/30,000 users"));
}

TEST(ProgressDisplay, IsSilentWhenAskedTo) {
  const ManualClock clock;
  testing::internal::CaptureStderr();
  ProgressDisplay(ProgressStyle::none, clock).progress(halfway());
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace fairrush::cli
