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
