#include "cli/progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace fairrush::cli {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
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
  EXPECT_EQ(describe(halfway()),
            "rushing    15,000/30,000 users  8,333/s  1,234 in flight  p99 12.3ms  6,000 wins  "
            "2 errors  30.0s left");
}

TEST(Progress, SaysHowLongAllPhasesTakeWhereMoreFollow) {
  loadgen::Progress progress = halfway();
  progress.phase = loadgen::Phase::reserving;
  progress.phase_length = 4min;
  progress.run_left = 2h + 3min + 30s;
  EXPECT_THAT(describe(progress), EndsWith("  3m30s left  2h03m to the last close"));
  progress.run_left = 3min + 30s;
  EXPECT_THAT(describe(progress), EndsWith("  3m30s left"));
  progress.phase = loadgen::Phase::settling;
  progress.phase_length = {};
  progress.run_left = {};
  EXPECT_THAT(describe(progress), EndsWith("  2 errors"));
}

TEST(Progress, DrawsABarAsLongAsThePartDone) {
  EXPECT_EQ(describe(halfway(), 200),
            "rushing    ████████████░░░░░░░░░░░░  15,000/30,000 users  8,333/s  1,234 in flight  "
            "p99 12.3ms  6,000 wins  2 errors  30.0s left");
}

TEST(Progress, LeavesOutWhatMattersLeastOnANarrowTerminal) {
  loadgen::Progress progress = halfway();
  for (std::size_t columns = 130; columns >= 24; --columns) {
    EXPECT_LE(columns_of(describe(progress, columns)), columns);
  }
  EXPECT_EQ(describe(progress, 80),
            "rushing    ███████░░░░░░░  15,000/30,000 users  6,000 wins  2 errors  30.0s left");
  EXPECT_EQ(describe(progress, 36), "rushing    2 errors  30.0s left");
  EXPECT_EQ(describe(progress, 5), "rushing  ") << "the phase stays; the terminal cuts it";
  progress.errors = 0;
  EXPECT_EQ(describe(progress, 50), "rushing    15,000/30,000 users  30.0s left");
}

TEST(Progress, PromisesNoEndToAnOpenEndedPhase) {
  loadgen::Progress settling;
  settling.phase = loadgen::Phase::settling;
  settling.phase_elapsed = 3s;
  EXPECT_THAT(describe(settling), Not(HasSubstr("left")));
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
  EXPECT_EQ(describe(waiting_for("the ledger from 127.0.0.1:80", 4600ms)),
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

/// How many plain lines `length` of a phase take, told of every 200 ms.
std::ptrdiff_t lines_of(Duration length) {
  ManualClock clock;
  clock.advance(100s);
  testing::internal::CaptureStderr();
  {
    ProgressDisplay display(ProgressStyle::line, clock);
    loadgen::Progress progress = halfway();
    progress.phase_length = length;
    for (progress.phase_elapsed = 0s; progress.phase_elapsed < length;
         progress.phase_elapsed += 200ms) {
      display.progress(progress);
      clock.advance(200ms);
    }
    progress.phase = loadgen::Phase::settling;
    progress.phase_length = {};
    display.progress(progress);
  }
  const std::string printed = testing::internal::GetCapturedStderr();
  return std::ranges::count(printed, '\n');
}

TEST(ProgressDisplay, PrintsAPlainLineNowAndThenAndAtEachNewPhase) {
  EXPECT_EQ(lines_of(6s), 3);     // at once, after 5 s, the next phase
  EXPECT_EQ(lines_of(60s), 13);   // every 5 s
  EXPECT_EQ(lines_of(4min), 13);  // every 20 s
  EXPECT_EQ(lines_of(1h), 121);   // every 30 s
}

TEST(ProgressDisplay, DoesNotTellOfEveryPhaseOfAThousandShortRounds) {
  ManualClock clock;
  testing::internal::CaptureStderr();
  {
    ProgressDisplay display(ProgressStyle::line, clock);
    loadgen::Progress progress = halfway();
    progress.phase_length = 500ms;
    progress.rounds = 1000;
    for (progress.round = 0; progress.round < progress.rounds; ++progress.round) {
      for (const auto phase : {loadgen::Phase::reserving, loadgen::Phase::rushing}) {
        progress.phase = phase;
        display.progress(progress);
        clock.advance(500ms);
      }
    }
  }
  const std::string printed = testing::internal::GetCapturedStderr();
  EXPECT_LE(std::ranges::count(printed, '\n'), 3 * 2 + 1000 / 5 + 1);
  EXPECT_THAT(printed, HasSubstr("round 3/1000 rushing"));
}

TEST(ProgressDisplay, TellsOfThePhasesOfLongRounds) {
  const ManualClock clock;
  testing::internal::CaptureStderr();
  {
    ProgressDisplay display(ProgressStyle::line, clock);
    loadgen::Progress progress = halfway();
    progress.rounds = 9;
    progress.round = 7;
    display.progress(progress);
    progress.round = 8;
    progress.phase = loadgen::Phase::reserving;
    display.progress(progress);
  }
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("round 9/9 reserving"));
}

/// What is written to the terminal when `progress` is shown at these widths, one after the other.
std::string drawn(const loadgen::Progress& progress, std::vector<std::size_t> widths) {
  const ManualClock clock;
  std::size_t width = 0;
  testing::internal::CaptureStderr();
  {
    ProgressDisplay display(ProgressStyle::bar, clock, TerminalLine([&width] { return width; }));
    for (const std::size_t now : widths) {
      width = now;
      display.progress(progress);
    }
  }
  return testing::internal::GetCapturedStderr();
}

TEST(ProgressDisplay, DrawsItsBarInOneGoAndClearsOnlyBehindIt) {
  const std::string line = describe(halfway(), 150);
  EXPECT_EQ(drawn(halfway(), {150}), "\r\033[?7l" + line + "\033[K\033[?7h\r\033[K");
}

TEST(ProgressDisplay, DrawsNothingAgainThatIsThereAlready) {
  EXPECT_EQ(drawn(halfway(), {150, 150, 150}), drawn(halfway(), {150}));
}

TEST(ProgressDisplay, TakesAwayTheRowsThatAnOldLineCoversOnATerminalMadeNarrower) {
  const std::string text = drawn(halfway(), {150, 50});  // the line of 130 columns is on 3 rows
  EXPECT_THAT(text, HasSubstr("\r\033[2A\033[J\033[?7l" + describe(halfway(), 50)));
  EXPECT_THAT(drawn(halfway(), {50, 150}), Not(HasSubstr("\033[J")));
}

TEST(ProgressDisplay, CutsOffWhatNeverFits) {
  EXPECT_THAT(drawn(halfway(), {4}), HasSubstr("\033[?7lrush\033[K"));
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
