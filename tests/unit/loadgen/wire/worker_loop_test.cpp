// A closed loop on real sockets.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "loadgen/wire/worker.hpp"
#include "tests/unit/loadgen/scripted_target.hpp"
#include "tests/unit/loadgen/wire/rehearsal.hpp"
#include "tests/unit/loadgen/wire/worker_over.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::AttemptRecord;
using analysis::Op;
using analysis::Outcome;
using analysis::Reason;
using namespace std::chrono_literals;

class LoopOver : public OverTransport {};
INSTANTIATE_TEST_SUITE_P(EachTransport, LoopOver, OverTransport::each(), OverTransport::name_of);

/// A rush that lasts as long as it takes.
Scenario looping(std::uint32_t users, std::uint32_t seats) {
  Scenario scenario = short_scenario(users);
  scenario.rush = 1h;
  scenario.arrivals.pattern.shape = ArrivalShape::closed;
  scenario.arrivals.pattern.users = seats;
  return scenario;
}

/// The first claims, in the order of their clicks.
std::vector<AttemptRecord> claims_of(const Rehearsal& rehearsal) {
  std::vector<AttemptRecord> claims;
  for (const Played& played : rehearsal.records()) {
    const AttemptRecord& record = played.record;
    if (record.operation() == Op::claim && record.try_number == 0) claims.push_back(record);
  }
  std::ranges::sort(claims, {}, &AttemptRecord::intended_ns);
  return claims;
}

/// Most claims that had left and had not been answered.
std::ptrdiff_t most_in_flight(const std::vector<AttemptRecord>& claims) {
  std::ptrdiff_t most = 0;
  for (const AttemptRecord& one : claims) {
    most = std::max(most, std::ranges::count_if(claims, [&one](const AttemptRecord& other) {
                      return other.first_byte_out_ns <= one.first_byte_out_ns &&
                             other.answered_ns() > one.first_byte_out_ns;
                    }));
  }
  return most;
}

TEST_P(LoopOver, HasNoMoreClaimsInFlightThanSeats) {
  ScriptedTarget target(generous);
  Rehearsal rehearsal(looping(120, 3), target.endpoint(), GetParam());
  rehearsal.play();
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::win, Reason::none), 120U);
  EXPECT_EQ(rehearsal.records().size(), 240U);
  EXPECT_LE(most_in_flight(claims_of(rehearsal)), 3);
}

TEST_P(LoopOver, DatesAClickByTheAnswerThatMadeRoomForIt) {
  ScriptedTarget target(generous);
  Scenario scenario = looping(30, 1);
  scenario.cohorts.front().one_way_delay = DelaySpec::fixed(2ms);
  scenario.arrivals.pattern.think = 3ms;
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  rehearsal.play();
  const auto claims = claims_of(rehearsal);
  ASSERT_EQ(claims.size(), 30U);
  EXPECT_EQ(claims.front().intended_ns, rehearsal.plan().loop(Op::claim)->clicks.open_ns);
  for (std::size_t place = 1; place < claims.size(); ++place) {
    EXPECT_EQ(claims[place].intended_ns, claims[place - 1].complete_ns + 3'000'000);
    EXPECT_GE(claims[place].first_byte_out_ns, claims[place].intended_ns + 2'000'000);
  }
}

TEST_P(LoopOver, PassesASeatOnHoweverTheClickEnded) {
  ScriptedTarget target([](std::string_view request) {
    return is_claim(request) ? Reaction{"", Reaction::Then::close} : generous(request);
  });
  Scenario scenario = looping(40, 2);
  scenario.cohorts.front().losses.requests = Share{0.3};
  scenario.attempt_timeout = 20ms;
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  rehearsal.play();
  const auto lost = rehearsal.count(Op::claim, Outcome::failed, Reason::request_lost);
  const auto closed = rehearsal.count(Op::claim, Outcome::indeterminate, Reason::closed_early);
  EXPECT_GT(lost, 0U);
  EXPECT_EQ(lost + closed, 40U);
}

TEST_P(LoopOver, RecordsOnceEachWhoseTurnDidNotComeAndBlamesNobodyForThem) {
  ScriptedTarget target(generous);
  Scenario scenario = looping(50, 2);
  scenario.rush = 100ms;
  scenario.arrivals.pattern.think = 40ms;
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  std::uint64_t errors = 0;
  std::uint64_t done = 0;
  rehearsal.while_playing = [&](Worker& worker) {
    worker.join();
    errors = worker.counters().errors.value();
    done = worker.counters().claims_done.value();
    EXPECT_EQ(worker.counters().unsent.value(), 0U);
  };
  rehearsal.play();
  const auto left = rehearsal.count(Op::claim, Outcome::failed, Reason::no_turn);
  EXPECT_GE(left, 44U) << "two seats, three times at most";
  EXPECT_EQ(errors, 0U);
  EXPECT_EQ(done, 50U);
  std::set<std::uint32_t> users;
  for (const AttemptRecord& claim : claims_of(rehearsal)) {
    users.insert(claim.user);
    if (claim.why() != Reason::no_turn) continue;
    EXPECT_FALSE(claim.sent());
    EXPECT_EQ(claim.intended_ns, rehearsal.plan().rush().close_ns);
  }
  EXPECT_EQ(users.size(), 50U);
  EXPECT_EQ(rehearsal.records().size(), 100U);
}

TEST_P(LoopOver, SharesItsSeatsBetweenWorkers) {
  ScriptedTarget target(generous);
  Rehearsal rehearsal(looping(99, 5), target.endpoint(), GetParam());
  rehearsal.workers = 3;
  rehearsal.play();
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::win, Reason::none), 99U);
  const auto claims = claims_of(rehearsal);
  EXPECT_EQ(std::ranges::count(claims, claims.front().intended_ns, &AttemptRecord::intended_ns), 5);
  EXPECT_LE(most_in_flight(claims), 5);
}

TEST_P(LoopOver, TellsWhomAStopKeptFromComingFromWhoseTurnDidNotCome) {
  ScriptedTarget target([](std::string_view) { return Reaction{"", Reaction::Then::stall}; });
  Scenario scenario = looping(30, 2);
  scenario.reserve = 1h;
  scenario.reserve_arrivals = scenario.arrivals;
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  rehearsal.while_playing = [&target](Worker& worker) {
    target.when_requested(2, [&worker] { worker.stop(); });
  };
  rehearsal.play();
  EXPECT_EQ(rehearsal.count(Op::reserve, Outcome::indeterminate, Reason::stopped_in_flight), 2U);
  EXPECT_EQ(rehearsal.count(Op::reserve, Outcome::failed, Reason::stopped_before_sending), 28U);
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::failed, Reason::stopped_before_sending), 30U);
}

}  // namespace
}  // namespace fairrush::loadgen
