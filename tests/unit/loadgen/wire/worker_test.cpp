#include "loadgen/wire/worker.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/unit/loadgen/scripted_target.hpp"
#include "tests/unit/loadgen/wire/rehearsal.hpp"
#include "tests/unit/loadgen/wire/worker_over.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::Op;
using analysis::Outcome;
using analysis::Reason;
using namespace std::chrono_literals;
using Then = Reaction::Then;

/// Reserves in good order, and does `reaction` to every claim.
ScriptedTarget::Script claims_get(Reaction reaction) {
  return [reaction](std::string_view request) {
    return is_claim(request) ? reaction : generous(request);
  };
}

/// Between the windows, where a claim must find its user's connection idle, or closed, even on a
/// machine that is busy with other tests.
constexpr Duration kReservationsSettle = 1s;

class WorkerOver : public OverTransport {};
INSTANTIATE_TEST_SUITE_P(EachTransport, WorkerOver, OverTransport::each(), OverTransport::name_of);

TEST_P(WorkerOver, RecordsEveryAttemptOfThePlanWithItsAnswer) {
  ScriptedTarget target(generous);
  Rehearsal rehearsal(short_scenario(50), target.endpoint(), GetParam());
  rehearsal.play();
  rehearsal.expect_one_record_each();
  EXPECT_EQ(rehearsal.count(Op::reserve, Outcome::accepted, Reason::none), 50U);
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::win, Reason::none), 50U);
  EXPECT_EQ(rehearsal.delays().lag.count(), 100U);
  for (const Played& played : rehearsal.records()) {
    const analysis::AttemptRecord& record = played.record;
    EXPECT_EQ(played.receipt, record.operation() == Op::claim ? "C-7" : "T-1");
    EXPECT_EQ(record.receipt_hash, analysis::receipt_hash(played.receipt));
    EXPECT_GE(record.first_byte_out_ns, record.intended_ns);
    EXPECT_GE(record.complete_ns, record.first_byte_out_ns);
    EXPECT_EQ(record.http_status, record.operation() == Op::claim ? 200 : 201);
  }
}

TEST_P(WorkerOver, SharesThePlanWithOthersWithoutLosingOrRepeatingAnAttempt) {
  ScriptedTarget target(generous);
  Rehearsal rehearsal(short_scenario(101), target.endpoint(), GetParam());
  rehearsal.workers = 3;
  rehearsal.play();
  rehearsal.expect_one_record_each();
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::win, Reason::none), 101U);
}

TEST_P(WorkerOver, CountsACloseBeforeTheAnswerAsIndeterminate) {
  ScriptedTarget target(claims_get({"", Then::close}));
  Rehearsal rehearsal(short_scenario(20), target.endpoint(), GetParam());
  rehearsal.play();
  rehearsal.expect_one_record_each();
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::indeterminate, Reason::closed_early), 20U);
  EXPECT_EQ(target.requests().size(), 40U) << "a request was sent again";
}

TEST_P(WorkerOver, CountsHalfAnAnswerAsIndeterminate) {
  const std::string half = http_answer(200, R"({"coupon":"C-7"})").substr(0, 60);
  ScriptedTarget target(claims_get({half, Then::close}));
  Rehearsal rehearsal(short_scenario(20), target.endpoint(), GetParam());
  rehearsal.play();
  rehearsal.expect_one_record_each();
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::indeterminate, Reason::closed_early), 20U);
  EXPECT_EQ(target.requests().size(), 40U) << "a request was sent again";
}

TEST_P(WorkerOver, CountsAResetAsIndeterminate) {
  ScriptedTarget target(claims_get({"", Then::reset}));
  Rehearsal rehearsal(short_scenario(20), target.endpoint(), GetParam());
  rehearsal.play();
  rehearsal.expect_one_record_each();
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::indeterminate, Reason::reset), 20U);
  EXPECT_EQ(target.requests().size(), 40U) << "a request was sent again";
}

TEST_P(WorkerOver, CountsGarbageAsIndeterminate) {
  ScriptedTarget target(claims_get({"\x16\x03\x01 this is no HTTP\r\n\r\n", Then::keep}));
  Rehearsal rehearsal(short_scenario(20), target.endpoint(), GetParam());
  rehearsal.play();
  rehearsal.expect_one_record_each();
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::indeterminate, Reason::unparseable), 20U);
}

TEST_P(WorkerOver, CountsAWinWithoutACouponAsIndeterminate) {
  ScriptedTarget target(claims_get({http_answer(200, "{}")}));
  Rehearsal rehearsal(short_scenario(5), target.endpoint(), GetParam());
  rehearsal.play();
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::indeterminate, Reason::receipt_missing), 5U);
}

TEST_P(WorkerOver, GivesUpOnATargetThatSaysNothing) {
  ScriptedTarget target(claims_get({"", Then::stall}));
  Scenario scenario = short_scenario(20);
  scenario.attempt_timeout = 30ms;
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  rehearsal.play();
  rehearsal.expect_one_record_each();
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::indeterminate, Reason::timeout), 20U);
  for (const Played& played : rehearsal.records()) {
    if (played.record.operation() == Op::claim) EXPECT_FALSE(played.record.completed());
  }
}

TEST_P(WorkerOver, GivesUpOnATargetThatStopsInTheMiddle) {
  ScriptedTarget target(claims_get({"HTTP/1.1 200 OK\r\nContent-Le", Then::stall}));
  Scenario scenario = short_scenario(8);
  scenario.attempt_timeout = 30ms;
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  rehearsal.play();
  rehearsal.expect_one_record_each();
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::indeterminate, Reason::timeout), 8U);
}

TEST_P(WorkerOver, CountsAPortWithoutAServerAsNotSent) {
  const DeadPort nobody;
  Rehearsal rehearsal(short_scenario(20), nobody.endpoint(), GetParam());
  rehearsal.play();
  rehearsal.expect_one_record_each();
  EXPECT_EQ(rehearsal.count(Op::reserve, Outcome::failed, Reason::connect_refused), 20U);
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::failed, Reason::connect_refused), 20U);
  for (const Played& played : rehearsal.records()) EXPECT_FALSE(played.record.sent());
}

TEST_P(WorkerOver, CountsAConnectThatHangsAsNotSent) {
  const FullListener full;
  Scenario scenario = short_scenario(4);
  scenario.attempt_timeout = 30ms;
  Rehearsal rehearsal(scenario, full.endpoint(), GetParam());
  rehearsal.play();
  rehearsal.expect_one_record_each();
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::failed, Reason::connect_timeout), 4U);
}

TEST_P(WorkerOver, ReplacesAConnectionThatWasClosedWhileIdleWithoutCountingAnError) {
  ScriptedTarget target([](std::string_view request) {
    Reaction reaction = generous(request);
    reaction.then = Then::close;  // without having announced it
    return reaction;
  });
  Scenario scenario = short_scenario(10);
  scenario.connection_mode = ConnectionMode::per_user;
  scenario.pause = kReservationsSettle;
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  rehearsal.play();
  rehearsal.expect_one_record_each();
  EXPECT_EQ(rehearsal.count(Op::reserve, Outcome::accepted, Reason::none), 10U);
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::win, Reason::none), 10U);
  EXPECT_EQ(target.connections(), 20U);
}

TEST_P(WorkerOver, DropsAConnectionThatSaysWhatNobodyAsked) {
  ScriptedTarget target([](std::string_view request) {
    Reaction reaction = generous(request);
    reaction.bytes += "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n";
    return reaction;
  });
  Scenario scenario = short_scenario(10);
  scenario.connection_mode = ConnectionMode::per_user;
  scenario.pause = kReservationsSettle;
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  rehearsal.play();
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::win, Reason::none), 10U);
}

TEST_P(WorkerOver, KeepsAPoolWithinItsSize) {
  ScriptedTarget target(generous);
  Scenario scenario = short_scenario(40);
  scenario.arrivals.pattern.shape = ArrivalShape::at_once;
  scenario.connections = 3;
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  rehearsal.play();
  rehearsal.expect_one_record_each();
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::win, Reason::none), 40U);
  EXPECT_LE(target.connections(), 3U);
}

TEST_P(WorkerOver, KeepsAUsersConnectionFromReservationToRush) {
  ScriptedTarget target(generous);
  Scenario scenario = short_scenario(12);
  scenario.connection_mode = ConnectionMode::per_user;
  scenario.pause = kReservationsSettle;
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  rehearsal.play();
  std::map<std::uint32_t, std::set<std::uint32_t>> connections_of;
  for (const Played& played : rehearsal.records()) {
    connections_of[played.record.user].insert(played.record.connection);
  }
  for (const auto& [user, connections] : connections_of) EXPECT_EQ(connections.size(), 1U) << user;
  EXPECT_EQ(target.connections(), 12U);
}

TEST_P(WorkerOver, OpensASecondConnectionForADoubleClick) {
  // The first click of everybody is never answered, so that the second one finds it busy.
  ScriptedTarget target(claims_get({"", Then::stall}));
  Scenario scenario = short_scenario(3);
  scenario.personas = {{Persona::double_clicker, Share{1}}};
  scenario.connection_mode = ConnectionMode::per_user;
  scenario.attempt_timeout = 200ms;
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  rehearsal.play();
  rehearsal.expect_one_record_each();
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::indeterminate, Reason::timeout), 6U);
  EXPECT_EQ(target.connections(), 6U);
}

TEST_P(WorkerOver, ConnectsAnewForTheRushWhenConnectionsAreNotKept) {
  ScriptedTarget target(generous);
  Scenario scenario = short_scenario(10);
  scenario.connection_mode = ConnectionMode::per_user;
  scenario.keep_between_phases = false;
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  rehearsal.play();
  rehearsal.expect_one_record_each();
  EXPECT_EQ(target.connections(), 20U);
}

TEST_P(WorkerOver, OpensConnectionsNoFasterThanItMay) {
  ScriptedTarget target(generous);
  Scenario scenario = short_scenario(10);
  scenario.connection_mode = ConnectionMode::per_user;
  scenario.open_rate = {100};
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  rehearsal.play();
  rehearsal.expect_one_record_each();
  std::vector<std::int64_t> sent_ns;
  for (const Played& played : rehearsal.records()) {
    if (played.record.operation() == Op::reserve) {
      sent_ns.push_back(played.record.first_byte_out_ns);
    }
  }
  std::ranges::sort(sent_ns);
  EXPECT_GE(sent_ns.back() - sent_ns.front(), 85'000'000) << "nine gaps of 10 ms";
}

TEST_P(WorkerOver, SpreadsConnectionsOverTheInstancesOfATarget) {
  ScriptedTarget one(generous);
  ScriptedTarget other(generous);
  Scenario scenario = short_scenario(40);
  scenario.arrivals.pattern.shape = ArrivalShape::at_once;
  Rehearsal rehearsal(scenario, one.endpoint(), GetParam());
  rehearsal.further_instances = {other.endpoint()};
  rehearsal.play();
  rehearsal.expect_one_record_each();
  EXPECT_EQ(one.requests().size() + other.requests().size(), 80U);
  EXPECT_GT(one.requests().size(), 0U);
  EXPECT_GT(other.requests().size(), 0U);
}

TEST_P(WorkerOver, ConnectsFromTheSourcesInTurn) {
  ScriptedTarget target(generous);
  Scenario scenario = short_scenario(8);
  scenario.connection_mode = ConnectionMode::per_user;
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  rehearsal.sources = {"127.0.0.2", "127.0.0.3"};
  rehearsal.play();
  rehearsal.expect_one_record_each();
  EXPECT_EQ(target.peers(), (std::set<std::string>{"127.0.0.2", "127.0.0.3"}));
}

TEST_P(WorkerOver, CountsASourceThatIsNotThisMachinesAsNotSent) {
  ScriptedTarget target(generous);
  Rehearsal rehearsal(short_scenario(5), target.endpoint(), GetParam());
  rehearsal.sources = {"192.0.2.1"};
  rehearsal.play();
  rehearsal.expect_one_record_each();
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::failed, Reason::connect_failed), 5U);
}

TEST_P(WorkerOver, OpensAConnectionForEveryRequestWhenToldTo) {
  ScriptedTarget target(generous);
  Scenario scenario = short_scenario(10);
  scenario.connection_mode = ConnectionMode::per_request;
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  rehearsal.play();
  rehearsal.expect_one_record_each();
  std::set<std::uint32_t> connections;
  for (const Played& played : rehearsal.records()) connections.insert(played.record.connection);
  EXPECT_EQ(connections.size(), 20U);
  EXPECT_EQ(target.connections(), 20U);
  for (const std::string& request : target.requests()) {
    EXPECT_TRUE(request.contains("\r\nConnection: close\r\n"));
  }
}

TEST_P(WorkerOver, LetsAnAnswerTakeTheUsersWayBack) {
  ScriptedTarget target(generous);
  Scenario scenario = short_scenario(10);
  scenario.cohorts = {{"far", Share{1}, DelaySpec::fixed(20ms)}};
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  rehearsal.play();
  for (const Played& played : rehearsal.records()) {
    const analysis::AttemptRecord& record = played.record;
    EXPECT_EQ(record.delay_us, 20'000U);
    EXPECT_GE(record.first_byte_out_ns - record.intended_ns, 20'000'000);
    EXPECT_GE(record.answered_ns(), record.first_byte_out_ns);
    EXPECT_EQ(record.complete_ns - record.answered_ns(), 20'000'000);
  }
}

TEST_P(WorkerOver, LetsARetrierRepeatTheClaimUnderTheSameKey) {
  ScriptedTarget target(generous);
  Scenario scenario = short_scenario(2);
  scenario.personas = {{Persona::retrier, Share{1}}};
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  rehearsal.play();
  rehearsal.expect_one_record_each();
  std::map<std::uint32_t, std::set<std::uint64_t>> keys_of;
  std::map<std::uint32_t, int> claims_of;
  for (const Played& played : rehearsal.records()) {
    if (played.record.operation() != Op::claim) continue;
    keys_of[played.record.user].insert(played.record.idempotency);
    ++claims_of[played.record.user];
  }
  for (const std::uint32_t user : {0U, 1U}) {
    EXPECT_EQ(keys_of[user].size(), 1U);
    EXPECT_GT(claims_of[user], 1);
  }
}

TEST_P(WorkerOver, SendsNoRequestThatTheNetworkLosesAndLetsARetrierComeAgain) {
  ScriptedTarget target(generous);
  Scenario scenario = short_scenario(2);
  scenario.cohorts.front().losses.requests = Share{1};
  scenario.personas = {{Persona::retrier, Share{1}}};
  scenario.attempt_timeout = 50ms;
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  rehearsal.play();
  EXPECT_EQ(target.requests().size(), 0U);
  EXPECT_EQ(rehearsal.count(Op::reserve, Outcome::failed, Reason::request_lost), 2U);
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::failed, Reason::request_lost), 6U);
  std::map<std::uint32_t, std::vector<std::int64_t>> clicks_of;
  for (const Played& played : rehearsal.records()) {
    EXPECT_FALSE(played.record.sent());
    EXPECT_FALSE(played.record.completed());
    if (played.record.operation() == Op::claim) {
      clicks_of[played.record.user].push_back(played.record.intended_ns);
    }
  }
  // The user waits for the time-out before coming again.
  for (const auto& [user, clicks] : clicks_of) {
    EXPECT_GE(clicks[1] - clicks[0], 200'000'000) << user;
  }
}

TEST_P(WorkerOver, ShowsAUserNothingOfAnAnswerThatTheNetworkLoses) {
  ScriptedTarget target(generous);
  Scenario scenario = short_scenario(4);
  scenario.cohorts.front().losses.answers = Share{1};
  scenario.winners.redeem = Share{1};
  scenario.attempt_timeout = 50ms;
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  rehearsal.play();
  EXPECT_EQ(target.requests().size(), 8U);
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::indeterminate, Reason::answer_lost), 4U);
  EXPECT_EQ(rehearsal.records().size(), 8U);  // who knows of no win spends no coupon
  for (const Played& played : rehearsal.records()) {
    EXPECT_TRUE(played.record.sent());
    EXPECT_FALSE(played.record.completed());
    EXPECT_EQ(played.receipt, "");
  }
}

TEST_P(WorkerOver, LetsAWinnerLookIntoTheWalletAndSpendTheCouponTwice) {
  ScriptedTarget target([](std::string_view request) {
    if (request.starts_with("GET /api/v1/users/me/coupons?event=")) {
      return Reaction{http_answer(200, R"({"coupons":[{"coupon":"C-7"}]})")};
    }
    return request.contains("/apply-coupon ") ? Reaction{http_answer(200, R"({"coupon":"C-7"})")}
                                              : generous(request);
  });
  Scenario scenario = short_scenario(3);
  scenario.personas = {{Persona::retrier, Share{1}}};  // whose repeated win is no second one
  scenario.winners = {Share{1}, Share{1}, Share{1}};
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  rehearsal.play();
  EXPECT_EQ(rehearsal.count(Op::status, Outcome::accepted, Reason::none), 3U);
  EXPECT_EQ(rehearsal.count(Op::redeem, Outcome::accepted, Reason::none), 6U);
  std::map<std::uint32_t, std::set<std::uint64_t>> keys_of;
  for (const Played& played : rehearsal.records()) {
    const Op op = played.record.operation();
    if (op == Op::status || op == Op::redeem) EXPECT_EQ(played.receipt, "C-7");
    if (op == Op::redeem) keys_of[played.record.user].insert(played.record.idempotency);
  }
  for (const std::uint32_t user : {0U, 1U, 2U}) EXPECT_EQ(keys_of[user].size(), 2U);
}

TEST_P(WorkerOver, LooksIntoTheWalletAfterTheRushWhenAClaimStayedOpen) {
  ScriptedTarget target([](std::string_view request) {
    if (request.starts_with("GET ")) return Reaction{http_answer(200, R"({"coupons":[]})")};
    return is_claim(request) ? Reaction{"", Then::close} : generous(request);
  });
  Rehearsal rehearsal(short_scenario(4), target.endpoint(), GetParam());
  rehearsal.resolve_by_status = true;
  rehearsal.play();
  EXPECT_EQ(rehearsal.count(Op::status, Outcome::accepted, Reason::none), 4U);
  for (const Played& played : rehearsal.records()) {
    if (played.record.operation() != Op::status) continue;
    EXPECT_GT(played.record.first_byte_out_ns, rehearsal.plan().rush().close_ns);
    EXPECT_EQ(played.receipt, "");
  }
}

TEST_P(WorkerOver, RecordsWhatAStopLeavesUnsentAndUnanswered) {
  ScriptedTarget target([](std::string_view) { return Reaction{"", Then::stall}; });
  Scenario scenario = short_scenario(30);
  scenario.rush = 1h;
  scenario.connections = 2;
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  rehearsal.while_playing = [&target](Worker& worker) {
    target.when_requested(2, [&worker] { worker.stop(); });
  };
  rehearsal.play();
  rehearsal.expect_one_record_each();
  EXPECT_EQ(rehearsal.count(Op::reserve, Outcome::indeterminate, Reason::stopped_in_flight), 2U);
  EXPECT_EQ(rehearsal.count(Op::reserve, Outcome::failed, Reason::stopped_before_sending), 28U);
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::failed, Reason::stopped_before_sending), 30U);
}

TEST_P(WorkerOver, GivesUpTheBacklogOfATargetThatAnswersNothingAnyMore) {
  ScriptedTarget target(claims_get({"", Then::stall}));
  Scenario scenario = short_scenario(300);
  scenario.arrivals.pattern.shape = ArrivalShape::at_once;
  scenario.connections = 1;
  scenario.attempt_timeout = 100ms;  // to wait for each of them would take half a minute
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  rehearsal.play();
  rehearsal.expect_one_record_each();
  EXPECT_GT(rehearsal.count(Op::claim, Outcome::failed, Reason::connections_held), 0U);
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::failed, Reason::stopped_before_sending), 0U);
  EXPECT_GT(rehearsal.count(Op::claim, Outcome::indeterminate, Reason::timeout), 0U);
}

TEST_P(WorkerOver, HasItsRecordsInTheFileWhileItPlays) {
  ScriptedTarget target(claims_get({"", Then::stall}));
  Scenario scenario = short_scenario(20);
  scenario.attempt_timeout = 1h;
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  rehearsal.while_playing = [&rehearsal](Worker& worker) {
    while (rehearsal.records_in_file() < 20) std::this_thread::yield();
    EXPECT_FALSE(worker.finished());
    worker.stop();
  };
  rehearsal.play();
  rehearsal.expect_one_record_each();
}

}  // namespace
}  // namespace fairrush::loadgen
