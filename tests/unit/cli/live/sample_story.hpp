#pragma once

#include "cli/live/story.hpp"

namespace fairrush::cli {

using namespace std::chrono_literals;

inline constexpr SteadyTime kOpened{100s};

/// One claim of each cohort: fibre wins after 2 ms, mobile is refused after 300 ms.
inline loadgen::Measurements two_claims() {
  using analysis::Op;
  using analysis::Outcome;
  using analysis::Reason;
  loadgen::Measurements measured;
  measured.claims.record(2'000'000);
  measured.claims.record(300'000'000);
  measured.delays.lag.record(50'000);
  measured.delays.lag.record(2'000'000);
  measured.tally.count(CohortId(0), Op::claim, Outcome::win, Reason::none);
  measured.tally.count_claimant(CohortId(0));
  measured.tally.count_winner(CohortId(0));
  measured.tally.count(CohortId(1), Op::claim, Outcome::refusal, Reason::overloaded);
  measured.tally.count_claimant(CohortId(1));
  return measured;
}

inline loadgen::Progress rushing(loadgen::Measurements measured, std::uint32_t round = 0) {
  loadgen::Progress progress;
  progress.phase = loadgen::Phase::rushing;
  progress.round = round;
  progress.rounds = 3;
  progress.phase_elapsed = 15s;
  progress.phase_length = 60s;
  progress.run_left = 165s;
  progress.users_done = 2;
  progress.users_total = 10;
  progress.in_flight = 4;
  progress.rate = Rate{2};
  progress.measured = std::make_shared<const loadgen::Measurements>(std::move(measured));
  return progress;
}

inline RunStory sample_story() {
  return RunStory({.scenario = "a \"small\" rush\\",
                   .question = "Is it </script> fair?",
                   .cohorts = {"fibre", "mobile\n"}},
                  kOpened);
}

}  // namespace fairrush::cli
