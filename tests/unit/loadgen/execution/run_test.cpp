#include "loadgen/run.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>
#include <future>
#include <iterator>
#include <mutex>

#include "analysis/assessment.hpp"
#include "analysis/history/reader.hpp"
#include "analysis/run/directory.hpp"
#include "loadgen/execution/evidence.hpp"
#include "tests/unit/loadgen/execution/generous_service.hpp"
#include "tests/unit/loadgen/scripted_target.hpp"
#include "tests/unit/loadgen/wire/rehearsal.hpp"

namespace fairrush::loadgen {
namespace {

using testing::HasSubstr;
using Kind = RunFailure::Kind;
using Then = Reaction::Then;

class TestObserver final : public RunObserver {
 public:
  void progress(const Progress& progress) override {
    ++seen;
    last = progress;
    if (!first) first = progress;
    if (!progress.awaited.empty() && when_waiting) when_waiting(progress);
  }
  void notice(const std::string& what) override { notices.push_back(what); }
  unsigned seen = 0;
  Progress last;
  std::optional<Progress> first;
  std::vector<std::string> notices;
  std::function<void(const Progress&)> when_waiting;
};

class Run : public testing::Test {
 protected:
  std::expected<analysis::RunFacts, RunFailure> execute(asio::ip::tcp::endpoint target) {
    scenario.url = fmt::format("http://127.0.0.1:{}", target.port());
    return execute();
  }
  std::expected<analysis::RunFacts, RunFailure> execute() {
    scenario.source = "# the scenario\n";
    return execute_run(scenario, {.directory = directory.path(), .server_binary = server_binary},
                       observer, stop.get_token());
  }
  std::string text_of(const char* name) const {
    std::ifstream file(directory.path() / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  /// Puts a server in the place of the built-in one that is reached at `endpoint` and does nothing.
  void build_in(asio::ip::tcp::endpoint endpoint) {
    std::ofstream(server_binary) << "#!/bin/sh\necho $$ > '" << (directory.path() / "pid").string()
                                 << "'\necho listening on http://127.0.0.1:" << endpoint.port()
                                 << "\nexec sleep 600\n";
    std::filesystem::permissions(server_binary, std::filesystem::perms::owner_all);
  }
  void kill_built_in() const { kill(static_cast<pid_t>(std::stol(text_of("pid"))), SIGKILL); }

  std::uint64_t recorded() const {
    const auto history = analysis::History::open(directory.path() / "history.bin");
    EXPECT_TRUE(history) << history.error();
    EXPECT_FALSE(history && history->truncation());
    return history ? history->records() : 0;
  }

  Scenario scenario = short_scenario(30);
  TemporaryDirectory directory;
  std::filesystem::path server_binary = directory.path() / "missing-server";
  TestObserver observer;
  std::stop_source stop;
};

TEST_F(Run, LeavesHistoryLedgerAndScenarioBehind) {
  ScriptedTarget target(GenerousService{});
  const auto facts = execute(target.endpoint());
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(recorded(), 60U);
  EXPECT_EQ(text_of("scenario.toml"), "# the scenario\n");
  const auto ledger = analysis::parse_ledger_csv(text_of("ledger.csv"));
  ASSERT_TRUE(ledger) << ledger.error();
  EXPECT_EQ(ledger->size(), 30U);
  EXPECT_FALSE(facts->interrupted);
  EXPECT_FALSE(facts->rounds.front().ledger_missing);
  EXPECT_EQ(facts->event, "short-23");
  EXPECT_EQ(facts->target, *scenario.url);
  EXPECT_EQ(facts->allocation, analysis::Allocation::first_come_first_served);
  EXPECT_EQ(facts->rounds.front().announced_roster, 9U);
  EXPECT_EQ(facts->rounds.front().announced_coupons, 9U);
  EXPECT_EQ(facts->instrument.unsent, 0U);
  EXPECT_GT(facts->instrument.wall_seconds, 0);
  EXPECT_GT(observer.seen, 1U);
  EXPECT_EQ(observer.last.wins, 30U);
  EXPECT_EQ(observer.last.users_done, 30U);
}

TEST_F(Run, TellsTheObserverWhatBecameOfEveryAttempt) {
  ScriptedTarget target(GenerousService{});
  ASSERT_TRUE(execute(target.endpoint()));
  ASSERT_TRUE(observer.last.measured);
  const Tally::Users users = observer.last.measured->tally.users(CohortId(0));
  EXPECT_EQ(users.claimed, 30U);
  EXPECT_EQ(users.won, 30U);
  EXPECT_EQ(observer.last.measured->tally.rows().size(), 2U);
  EXPECT_EQ(observer.last.measured->claims.count(), 30U);
  EXPECT_EQ(observer.last.measured->delays.lag.count(), 60U);
}

TEST_F(Run, TellsHowLongAllRoundsWillTakeAndNothingOnceTheLastRushHasClosed) {
  ScriptedTarget target(GenerousService{});
  scenario.rounds = 2;
  ASSERT_TRUE(execute(target.endpoint()));
  const Duration round = scenario.lead + scenario.reserve + scenario.pause + scenario.rush;
  const Progress& first = *observer.first;
  const Duration later_phases = first.run_left - (first.phase_length - first.phase_elapsed);
  EXPECT_GT(later_phases, 3 * (2 * round - scenario.lead) / 4);
  EXPECT_LE(later_phases, 2 * round - scenario.lead);
  EXPECT_EQ(observer.last.run_left, Duration());
}

/// What the verifier says of the run that was just played.
analysis::Assessment verdict_on(const std::filesystem::path& directory, analysis::RunFacts facts) {
  const auto evidence = analysis::load_evidence({directory}, std::move(facts));
  EXPECT_TRUE(evidence) << evidence.error();
  return evidence ? analysis::assess(*evidence) : analysis::Assessment();
}

/// A service that takes reservations, says little of itself, and answers every claim with `claim`.
ScriptedTarget::Script answering(std::string claim) {
  return [service = GenerousService{}, claim = std::move(claim)](std::string_view request) mutable {
    if (request.contains("/claims ")) return Reaction{claim};
    Reaction reaction = service(request);
    if (reaction.bytes.contains("\"design\"")) {
      const unsigned status = request.starts_with("POST ") ? 201 : 200;
      reaction = {http_answer(status, R"({"event":"e","design":"theirs","phase":"closed"})")};
    }
    return reaction;
  };
}

TEST_F(Run, IsNotKnownWhenTheTargetRefusesEveryClaim) {
  ScriptedTarget target(answering(http_answer(403, R"({"code":"FORBIDDEN"})")));
  const auto facts = execute(target.endpoint());
  ASSERT_TRUE(facts) << facts.error().message;
  const auto verdict = verdict_on(directory.path(), *facts);
  EXPECT_FALSE(verdict.passed);
  EXPECT_FALSE(verdict.failed) << verdict.verdict_reason;
  EXPECT_THAT(verdict.verdict_reason, HasSubstr("never seen: a win"));
  EXPECT_THAT(verdict.verdict_reason, HasSubstr("nobody won"));
}

TEST_F(Run, IsNotKnownWhenTheTargetAnswersEveryClaimWithoutACoupon) {
  ScriptedTarget target(answering(http_answer(200, R"({"status":"ok"})")));
  const auto facts = execute(target.endpoint());
  ASSERT_TRUE(facts) << facts.error().message;
  const auto verdict = verdict_on(directory.path(), *facts);
  EXPECT_FALSE(verdict.passed);
  EXPECT_FALSE(verdict.failed) << verdict.verdict_reason;
  EXPECT_THAT(verdict.verdict_reason, HasSubstr("never seen: a win"));
  EXPECT_THAT(verdict.verdict_reason, HasSubstr("no definite answer"));
}

TEST_F(Run, TakesNoLedgerFromATargetThatDoesNotComeToRest) {
  ScriptedTarget target(
      [service = GenerousService{}, issued = 0](std::string_view request) mutable {
        Reaction reaction = service(request);
        if (reaction.bytes.contains("\"design\"")) {
          reaction = {http_answer(
              request.starts_with("POST ") ? 201 : 200,
              fmt::format(R"({{"event":"e","design":"theirs","phase":"closed","issued":{}}})",
                          ++issued))};
        }
        return reaction;
      });
  scenario.settle_deadline = std::chrono::milliseconds(300);
  const auto facts = execute(target.endpoint());
  ASSERT_TRUE(facts) << facts.error().message;
  const auto& round = facts->rounds.front();
  ASSERT_TRUE(round.ledger_missing);
  EXPECT_THAT(*round.ledger_missing, HasSubstr("300ms after the rush"));
  EXPECT_FALSE(round.stock.issued) << "what still changes is no evidence";
}

TEST_F(Run, KeepsTheRoundsBeforeTheOneThatCouldNotBegin) {
  ScriptedTarget target([service = GenerousService{}](std::string_view request) mutable {
    return request.contains("/reset ")
               ? Reaction{http_answer(500, R"({"detail":"out of tickets"})")}
               : service(request);
  });
  scenario.rounds = 3;
  const auto facts = execute(target.endpoint());
  ASSERT_TRUE(facts) << facts.error().message;
  ASSERT_EQ(facts->rounds.size(), 1U);
  ASSERT_TRUE(facts->ended_early);
  EXPECT_THAT(*facts->ended_early, HasSubstr("round 2 could not begin"));
  EXPECT_THAT(*facts->ended_early, HasSubstr("got 500 'out of tickets'"));
  EXPECT_EQ(recorded(), 60U);
}

TEST_F(Run, AsksATargetThatHasGoneSilentOnlyOnce) {
  ScriptedTarget target(
      [service = GenerousService{}, claims = 0](std::string_view request) mutable {
        if (request.contains("/claims ")) ++claims;
        return claims == 30 ? Reaction{"", Then::close} : service(request);
      });
  const auto facts = execute(target.endpoint());
  ASSERT_TRUE(facts) << facts.error().message;
  const auto& round = facts->rounds.front();
  ASSERT_TRUE(round.ledger_missing);
  EXPECT_EQ(round.bus_missing, round.ledger_missing);
  EXPECT_EQ(target.requests().back().find("/ledger "), std::string::npos);
}

TEST_F(Run, AsksNothingMoreAfterTheFirstQuestionWithoutAnAnswer) {
  ScriptedTarget target([service = GenerousService{}](std::string_view request) mutable {
    return request.contains("/ledger ") ? Reaction{"", Then::close} : service(request);
  });
  const auto facts = execute(target.endpoint());
  ASSERT_TRUE(facts) << facts.error().message;
  const auto& round = facts->rounds.front();
  EXPECT_THAT(round.ledger_missing.value_or(""), HasSubstr("closed the connection"));
  EXPECT_EQ(round.bus_missing, round.ledger_missing);
  for (const std::string& request : target.requests()) {
    EXPECT_FALSE(request.contains("/audit ")) << request;
  }
}

TEST_F(Run, TakesAnotherNameForAnEventThatIsThereAlready) {
  ScriptedTarget target(
      [service = GenerousService{}, orders = 0](std::string_view request) mutable {
        const bool creates = request.contains("POST /api/v1/events ");
        if (creates && orders++ == 0) return Reaction{http_answer(409, "{}")};
        return service(request);
      });
  const auto facts = execute(target.endpoint());
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_TRUE(facts->event.starts_with("short-23-")) << facts->event;
}

TEST_F(Run, TakesNoDrawWithoutACommitmentOfBefore) {
  ScriptedTarget target([service = GenerousService{}](std::string_view request) mutable {
    Reaction reaction = service(request);
    constexpr std::string_view kOther = "ticket-list";
    const std::size_t place = reaction.bytes.find(kOther);
    if (place != std::string::npos) reaction.bytes.replace(place, kOther.size(), "sealed-draw");
    return reaction;
  });
  const auto facts = execute(target.endpoint());
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->rounds.front().draw_missing,
            "no commitment was published before reservations opened");
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "draw.json"));
}

TEST_F(Run, NamesATargetThatIsNotThere) {
  const DeadPort nobody;
  const auto facts = execute(nobody.endpoint());
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().kind, Kind::unreachable);
  EXPECT_THAT(facts.error().message,
              HasSubstr(fmt::format("127.0.0.1:{}", nobody.endpoint().port())));
  EXPECT_THAT(facts.error().message, HasSubstr("Connection refused"));
}

TEST_F(Run, SaysWhatItExpectedOfATargetThatTalksNonsense) {
  ScriptedTarget target([](std::string_view) { return Reaction{http_answer(200, "hello")}; });
  const auto facts = execute(target.endpoint());
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().kind, Kind::unreachable);
  EXPECT_THAT(facts.error().message, HasSubstr("now_us"));
}

TEST_F(Run, NamesTheKeyOfARefusedAdminToken) {
  ScriptedTarget target([service = GenerousService{}](std::string_view request) mutable {
    if (request.contains("POST ")) return Reaction{http_answer(401, "{}")};
    return service(request);
  });
  const auto facts = execute(target.endpoint());
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().kind, Kind::configuration);
  EXPECT_THAT(facts.error().message, HasSubstr("target.admin_token"));
}

TEST_F(Run, NamesAServerBinaryThatIsMissing) {
  const auto facts = execute();
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().kind, Kind::configuration);
  EXPECT_THAT(facts.error().message, HasSubstr("missing-server"));
}

TEST_F(Run, RefusesAnUrlItCannotUse) {
  scenario.url = "ftp://rush.example";
  const auto facts = execute();
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().kind, Kind::configuration);
  EXPECT_THAT(facts.error().message, HasSubstr("target.url: 'ftp://rush.example'"));
}

TEST_F(Run, NamesTheFileItCannotWrite) {
  ScriptedTarget target(GenerousService{});
  std::filesystem::create_directory(directory.path() / "history.bin");
  const auto facts = execute(target.endpoint());
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().kind, Kind::storage);
  EXPECT_THAT(facts.error().message, HasSubstr("history.bin"));
}

/// Says nothing any more once every claim has been made.
ScriptedTarget::Script silent_after_claims(int users) {
  return [service = GenerousService{}, users, claims = 0](std::string_view request) mutable {
    if (claims == users) return Reaction{"", Then::stall};
    if (request.contains("/claims ")) ++claims;
    return service(request);
  };
}

/// Whether it says nothing any more. Before, a wait that is long enough to be told of only means
/// that this machine is busy.
bool is_silent(const ScriptedTarget& target, std::ptrdiff_t after_claims) {
  return std::ranges::count_if(target.requests(), [](const std::string& request) {
           return request.contains("/claims ");
         }) == after_claims;
}

TEST_F(Run, TellsWhatItWaitsForAndEndsTheWaitWhenItIsStopped) {
  ScriptedTarget target(silent_after_claims(30));
  std::vector<std::string> awaited;
  observer.when_waiting = [&](const Progress& progress) {
    if (!is_silent(target, 30)) return;
    EXPECT_EQ(progress.phase, Phase::settling);
    EXPECT_GT(progress.phase_length, progress.phase_elapsed);
    awaited.push_back(progress.awaited);
    stop.request_stop();
  };
  const auto facts = execute(target.endpoint());
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_TRUE(facts->interrupted);
  EXPECT_EQ(awaited, std::vector{fmt::format("the time of day from 127.0.0.1:{}", target.port())})
      << "another wait began after the stop";
  const auto& round = facts->rounds.front();
  ASSERT_TRUE(round.ledger_missing);
  EXPECT_THAT(*round.ledger_missing, HasSubstr("was broken off"));
  EXPECT_EQ(round.bus_missing, round.ledger_missing);
  EXPECT_FALSE(round.draw_missing) << "the design has none";
  EXPECT_EQ(recorded(), 60U);
}

TEST_F(Run, LeavesALedgerElsewhereAloneWhenItIsStopped) {
  ScriptedTarget target([service = GenerousService{}](std::string_view request) mutable {
    return request.contains("/books ") ? Reaction{"", Then::stall} : service(request);
  });
  const std::string books = fmt::format("http://127.0.0.1:{}/books", target.port());
  scenario.ledger.source = books;
  observer.when_waiting = [&](const Progress& progress) {
    EXPECT_EQ(progress.awaited, "the ledger from " + books);
    stop.request_stop();
  };
  const auto facts = execute(target.endpoint());
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->rounds.front().ledger_missing,
            fmt::format("the wait for the ledger from {} was broken off", books));
  EXPECT_THAT(facts->rounds.front().bus_missing.value_or(""), HasSubstr("was not asked for"));
}

TEST_F(Run, IsInterruptedWhenItIsStoppedBeforeItBegan) {
  ScriptedTarget target([](std::string_view) { return Reaction{"", Then::stall}; });
  observer.when_waiting = [&](const Progress&) { stop.request_stop(); };
  const auto facts = execute(target.endpoint());
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().kind, Kind::interrupted);
}

TEST_F(Run, KeepsTheRoundsBeforeTheOneInWhichTheTargetFellSilent) {
  ScriptedTarget target(silent_after_claims(60));
  scenario.rounds = 3;
  observer.when_waiting = [&](const Progress& progress) {
    if (!is_silent(target, 60)) return;
    EXPECT_EQ(progress.round, 1U);
    stop.request_stop();
  };
  const auto facts = execute(target.endpoint());
  ASSERT_TRUE(facts) << facts.error().message;
  ASSERT_EQ(facts->rounds.size(), 2U);
  EXPECT_FALSE(facts->rounds[0].ledger_missing);
  EXPECT_TRUE(facts->rounds[1].ledger_missing);
  EXPECT_EQ(recorded(), 120U);
}

TEST_F(Run, LeavesADirectoryThatCanBeJudgedAtAnyTime) {
  std::promise<std::expected<analysis::RunEvidence, std::string>> looked;
  ScriptedTarget target(
      [&, service = GenerousService{}, claims = 0](std::string_view request) mutable {
        constexpr int kInTheSecondRound = 35;
        if (request.contains("/claims ") && ++claims == kInTheSecondRound) {
          looked.set_value(analysis::load_run({directory.path()}));
        }
        return service(request);
      });
  scenario.rounds = 2;
  ASSERT_TRUE(execute(target.endpoint()));
  const auto seen = looked.get_future().get();
  ASSERT_TRUE(seen) << seen.error();
  ASSERT_EQ(seen->facts.rounds.size(), 2U);
  EXPECT_TRUE(seen->facts.interrupted);
  EXPECT_THAT(seen->facts.ended_early.value_or(""),
              HasSubstr("round 2 was not brought to its end"));
  EXPECT_FALSE(seen->round(0).cut_short);
  EXPECT_TRUE(seen->round(1).cut_short);
  ASSERT_TRUE(seen->rounds[0].ledger);
  EXPECT_EQ(seen->rounds[0].ledger->size(), 30U);
  EXPECT_EQ(seen->facts.rounds[1].ledger_missing, kNotTaken);

  const auto whole = analysis::load_run({directory.path()});
  ASSERT_TRUE(whole) << whole.error();
  EXPECT_FALSE(whole->facts.interrupted);
  EXPECT_FALSE(whole->facts.ended_early);
  EXPECT_FALSE(whole->round(1).cut_short);
}

TEST_F(Run, NamesABuiltInServerThatDiedAndRecordsTheRest) {
  ScriptedTarget target(
      [&, service = GenerousService{}, claims = 0](std::string_view request) mutable {
        if (request.contains("/claims ") && ++claims == 10) kill_built_in();
        return service(request);
      });
  build_in(target.endpoint());
  scenario.rounds = 2;
  const auto facts = execute();
  ASSERT_TRUE(facts) << facts.error().message;
  ASSERT_TRUE(facts->target_failure);
  EXPECT_THAT(*facts->target_failure, HasSubstr("the built-in server was killed by SIGKILL"));
  EXPECT_THAT(*facts->target_failure, HasSubstr((directory.path() / "server.log").string()));
  EXPECT_EQ(observer.notices, std::vector{*facts->target_failure});
  EXPECT_EQ(facts->rounds.size(), 1U);
  EXPECT_EQ(facts->ended_early, "round 2 was not begun");
  ASSERT_TRUE(facts->rounds.front().ledger_missing);
  EXPECT_THAT(*facts->rounds.front().ledger_missing, HasSubstr("killed by SIGKILL"));
  EXPECT_EQ(recorded(), 60U);
}

TEST_F(Run, KeepsWhatWasRecordedWhenItIsStopped) {
  ScriptedTarget target(GenerousService{});
  scenario.rush = std::chrono::hours(1);
  constexpr std::size_t kRequests = 40;  // some of the reservations are out
  target.when_requested(kRequests, [this] { stop.request_stop(); });
  const auto facts = execute(target.endpoint());
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_TRUE(facts->interrupted);
  ASSERT_TRUE(facts->interrupted_ns);
  EXPECT_LT(*facts->interrupted_ns, facts->rounds.front().rush.close_ns);
  EXPECT_EQ(recorded(), 60U);
  EXPECT_GE(facts->instrument.unsent, 29U);
  EXPECT_FALSE(facts->rounds.front().ledger_missing);
}

TEST_F(Run, GoesOnWhenTheTargetDiesAndSaysThatThereIsNoLedger) {
  ScriptedTarget target(
      [service = GenerousService{}, dead = false](std::string_view request) mutable {
        dead = dead || request.contains("/claims ");
        return dead ? Reaction{"", Then::reset} : service(request);
      });
  const auto facts = execute(target.endpoint());
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(recorded(), 60U);
  EXPECT_FALSE(facts->interrupted);
  EXPECT_TRUE(facts->rounds.front().ledger_missing);
}

}  // namespace
}  // namespace fairrush::loadgen
