#include <gtest/gtest.h>

#include "tests/unit/analysis/history_builder.hpp"

namespace fairrush::analysis {
namespace {

/// The verdict after `change` was applied to the finished evidence's facts.
template <class Change>
CheckResult check_with(const RunBuilder& builder, std::string_view id, Change change) {
  const auto run = builder.build();
  change(run->evidence.facts);
  const RunIndex index(run->evidence.round(0));
  for (CheckResult& result : run_checks(index)) {
    if (result.id == id) return std::move(result);
  }
  return {};
}

RunBuilder two_users() {
  RunBuilder run;
  run.winner(1, "A").loser(2);
  return run;
}

TEST(Termination, PassesWhenEveryPlannedAttemptHasOneRecord) {
  const CheckResult result = two_users().check("I19");
  EXPECT_EQ(result.verdict, CheckVerdict::pass);
  EXPECT_EQ(result.finding, "2 of 2 planned reservations and 2 of 2 planned claims ended");
}

TEST(Termination, FailsOnAClaimThatWasPendingAtItsDeadline) {
  RunBuilder run = two_users();
  run.add(reserved(3)).add(claim(3).unanswered(Reason::still_pending));
  const CheckResult result = run.check("I19");
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  EXPECT_EQ(result.finding,
            "3 of 3 planned reservations and 3 of 3 planned claims ended; 1 claims were still "
            "pending at their deadline");
}

TEST(Termination, DoesNotSpeakOfReservationsThatNobodyPlanned) {
  RunBuilder run;
  run.listed().add(claim(1).loses()).add(claim(3).loses());
  EXPECT_EQ(run.check("I19").finding, "2 of 2 planned claims ended");
}

TEST(Termination, FailsOnAMissingAndOnASurplusAttempt) {
  for (std::uint64_t planned : {1U, 3U}) {
    EXPECT_EQ(
        check_with(two_users(), "I19",
                   [planned](RunFacts& facts) { facts.rounds.front().planned.claims = planned; })
            .verdict,
        CheckVerdict::fail);
    EXPECT_EQ(check_with(two_users(), "I19",
                         [planned](RunFacts& facts) {
                           facts.rounds.front().planned.reservations = planned;
                         })
                  .verdict,
              CheckVerdict::fail);
  }
}

TEST(Termination, DoesNotCountRetriesAsPlannedAttempts) {
  RunBuilder run = two_users();
  run.add(claim(2).retry(1).loses());
  EXPECT_EQ(run.verdict("I19"), CheckVerdict::pass);
}

TEST(Termination, IsUnknownForAttemptsThatAnInterruptionLeftOut) {
  const CheckResult result = check_with(two_users(), "I19", [](RunFacts& facts) {
    facts.rounds.front().planned.claims = 3;
    facts.interrupted = true;
  });
  EXPECT_EQ(result.verdict, CheckVerdict::unknown);
  EXPECT_EQ(check_with(two_users(), "I19",
                       [](RunFacts& facts) {
                         facts.rounds.front().planned.claims = 1;
                         facts.interrupted = true;
                       })
                .verdict,
            CheckVerdict::fail);
}

TEST(Termination, FailsOnTwoRecordsOfOneAttempt) {
  RunBuilder run = two_users();
  run.add(claim(2).retry(1).loses().numbered(0));
  const CheckResult result = run.check("I19");
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  EXPECT_NE(result.finding.find("1 records repeat an attempt's number"), std::string::npos);
}

TEST(Termination, IsUnknownForAnAttemptThatOutlivedItsTimeout) {
  const auto answered_after = [](milliseconds service) {
    RunBuilder run;
    run.facts.attempt_timeout = milliseconds(1000);
    run.add(claim(1).answered_after(service).loses());
    return run.check("I19");
  };
  EXPECT_EQ(answered_after(milliseconds(1500)).verdict, CheckVerdict::pass);
  const CheckResult result = answered_after(milliseconds(1501));
  EXPECT_EQ(result.verdict, CheckVerdict::unknown);
  EXPECT_EQ(result.violations, 0U);
  EXPECT_EQ(
      result.finding,
      "0 of 0 planned reservations and 1 of 1 planned claims ended; 1 answers were read after "
      "their time-out, late or held up by a stalled instrument");
  ASSERT_EQ(result.examples.size(), 1U);
  EXPECT_EQ(result.examples[0].user, UserIndex(1));
}

TEST(Termination, FailsOnAMissingAttemptEvenBesideALateAnswer) {
  RunBuilder run;
  run.facts.attempt_timeout = milliseconds(1000);
  run.add(claim(1).answered_after(milliseconds(1501)).loses());
  EXPECT_EQ(check_with(run, "I19", [](RunFacts& facts) { facts.rounds.front().planned.claims = 2; })
                .verdict,
            CheckVerdict::fail);
}

TEST(Termination, FailsOnAnAnswerToNothing) {
  RunBuilder run;
  run.add(claim(1).never_sent().loses());
  EXPECT_EQ(run.verdict("I19"), CheckVerdict::fail);
}

TEST(Termination, IsUnknownInACutHistory) {
  RunBuilder run = two_users();
  run.cut_short = true;
  const CheckResult result = run.check("I19");
  EXPECT_EQ(result.verdict, CheckVerdict::unknown);
  EXPECT_NE(result.finding.find("cut short"), std::string::npos);
  EXPECT_EQ(check_with(run, "I19", [](RunFacts& facts) { facts.rounds.front().planned.claims = 3; })
                .verdict,
            CheckVerdict::unknown);
}

CheckVerdict with_instrument(void (*change)(InstrumentFacts&)) {
  return check_with(two_users(), "I20", [change](RunFacts& facts) { change(facts.instrument); })
      .verdict;
}

TEST(InstrumentBar, HoldsAtEachOfItsLimits) {
  EXPECT_EQ(with_instrument([](InstrumentFacts& instrument) {
              instrument.lag_p50_ns = 5'000'000;
              instrument.lag_p99_ns = 50'000'000;
              instrument.cpu_seconds = 18;  // of 20 s on one thread
              instrument.steal_share = 0.05;
              instrument.clock_step_ns = -50'000'000;
              instrument.clock_error_ns = 100'000'000;
              instrument.loop.p99_ns = 50'000'000;
              instrument.throttled = ThrottleFacts{.periods = 9, .seconds = 1};  // of 20 s
            }),
            CheckVerdict::pass);
}

TEST(InstrumentBar, BreaksJustBeyondEachOfItsLimits) {
  using Change = void (*)(InstrumentFacts&);
  for (Change change : {Change([](InstrumentFacts& i) { i.lag_p50_ns = 5'000'001; }),
                        Change([](InstrumentFacts& i) { i.lag_p99_ns = 50'000'001; }),
                        Change([](InstrumentFacts& i) { i.unsent = 1; }),
                        Change([](InstrumentFacts& i) { i.cpu_seconds = 18.1; }),
                        Change([](InstrumentFacts& i) { i.steal_share = 0.051; }),
                        Change([](InstrumentFacts& i) { i.clock_step_ns = 50'000'001; }),
                        Change([](InstrumentFacts& i) { i.clock_step_ns = INT64_MIN; }),
                        Change([](InstrumentFacts& i) { i.loop.p99_ns = 50'000'001; }),
                        Change([](InstrumentFacts& i) { i.throttled = ThrottleFacts{9, 1.001}; }),
                        Change([](InstrumentFacts& i) { i.ports_exhausted = 1; }),
                        Change([](InstrumentFacts& i) { i.descriptors_exhausted = 1; }),
                        Change([](InstrumentFacts& i) { i.clock_error_ns = 100'000'001; })}) {
    EXPECT_EQ(with_instrument(change), CheckVerdict::fail);
  }
}

TEST(InstrumentBar, TellsOfWhatIsNoHarmToItsFigures) {
  using Change = void (*)(InstrumentFacts&);
  const std::pair<Change, const char*> marks[] = {
      {[](InstrumentFacts& i) { i.for_connection.p99_ns = 50'000'001; }, "because the target held"},
      {[](InstrumentFacts& i) { i.connecting.p99_ns = 1'000'000'001; }, "to accept connections"},
      {[](InstrumentFacts& i) { i.held_back = 7; }, "7 attempts were given up"},
      {[](InstrumentFacts& i) { i.loop.max_ns = 100'000'001; }, "stood still"},
      {[](InstrumentFacts& i) { i.reading.p99_ns = 50'000'001; }, "lay unread"},
      {[](InstrumentFacts& i) { i.thread_share_max = 0.851; }, "near its limit"},
      {[](InstrumentFacts& i) { i.queued_share = 0.101; }, "waited 10 % of its time for a CPU"},
      {[](InstrumentFacts& i) { i.host.listen_overflows = 3; }, "this host dropped 3 connections"},
      {[](InstrumentFacts& i) { i.host.listen_drops = 1; }, "of whichever program"},
      {[](InstrumentFacts& i) { i.host.request_queue_drops = 1; }, "a SYN queue was full"},
  };
  for (const auto& [change, words] : marks) {
    const CheckResult result =
        check_with(two_users(), "I20", [change](RunFacts& facts) { change(facts.instrument); });
    EXPECT_EQ(result.verdict, CheckVerdict::pass) << words;
    EXPECT_NE(result.finding.find(words), std::string::npos) << result.finding;
  }
}

TEST(InstrumentBar, TellsNothingAtItsMarks) {
  const CheckResult result = check_with(two_users(), "I20", [](RunFacts& facts) {
    facts.instrument.for_connection.p99_ns = 50'000'000;
    facts.instrument.connecting.p99_ns = 1'000'000'000;
    facts.instrument.loop.max_ns = 100'000'000;
    facts.instrument.thread_share_max = 0.85;
    facts.instrument.queued_share = 0.10;
    facts.instrument.host.retransmits = 1'000;
  });
  EXPECT_EQ(result.finding.find("not the instrument's"), std::string::npos) << result.finding;
}

TEST(InstrumentBar, SaysWhichBarBroke) {
  const CheckResult result = check_with(two_users(), "I20", [](RunFacts& facts) {
    facts.instrument.unsent = 3;
    facts.instrument.lag_p99_ns = 80'000'000;
  });
  EXPECT_EQ(result.finding,
            "the instrument was not good enough: a hundredth of the clicks left more than 80ms "
            "late (at most 50ms); 3 planned attempts never left");
  EXPECT_EQ(result.violations, 2U);
}

TEST(InstrumentBar, IsNotBlamedForClicksThatAnInterruptionKeptBack) {
  const CheckResult result = check_with(two_users(), "I20", [](RunFacts& facts) {
    facts.instrument.unsent = 3;
    facts.interrupted = true;
  });
  EXPECT_EQ(result.verdict, CheckVerdict::pass);
  EXPECT_NE(result.finding.find("3 planned attempts did not leave, as the run was interrupted"),
            std::string::npos)
      << result.finding;
}

TEST(InstrumentBar, BreaksWithTheInstrument) {
  const CheckResult result = check_with(two_users(), "I20", [](RunFacts& facts) {
    facts.instrument.unsent = 3;
    facts.interrupted = true;
    facts.instrument_failure = "out of memory";
  });
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  EXPECT_EQ(result.finding,
            "the instrument was not good enough: it broke: out of memory; 3 planned attempts never "
            "left");
}

TEST(InstrumentBar, IsUntouchedByACutHistory) {
  RunBuilder run = two_users();
  run.cut_short = true;
  EXPECT_EQ(run.verdict("I20"), CheckVerdict::pass);
}

TEST(InstrumentBar, IsNotKnownOfARoundThatWasNotBroughtToItsEnd) {
  const auto under_way = [](RunFacts& facts) { facts.rounds.back().under_way = true; };
  EXPECT_EQ(check_with(two_users(), "I20", under_way).verdict, CheckVerdict::unknown);
  EXPECT_EQ(check_with(two_users(), "I20",
                       [&](RunFacts& facts) {
                         under_way(facts);
                         facts.instrument.unsent = 1;
                       })
                .verdict,
            CheckVerdict::fail);
}

}  // namespace
}  // namespace fairrush::analysis
