#include "loadgen/simulation/round_simulator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <ostream>
#include <string>
#include <tuple>
#include <vector>

#include "analysis/invariants/run_index.hpp"
#include "tests/unit/loadgen/simulation/simulated_rush.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::AttemptRecord;
using analysis::Op;
using analysis::Outcome;
using analysis::Participant;
using analysis::Reason;
using std::chrono::milliseconds;

ServiceModel busy_service() {
  return {.workers = 2,
          .service = DurationModel::exponential(milliseconds(2)),
          .jitter = DurationModel::exponential(milliseconds(3))};
}

bool operator==(const Participant& a, const Participant& b) {
  return std::tie(a.arrival_ns, a.user, a.reservation, a.delay_us, a.cohort, a.won) ==
         std::tie(b.arrival_ns, b.user, b.reservation, b.delay_us, b.cohort, b.won);
}

void expect_same(const analysis::RoundParticipants& one, const analysis::RoundParticipants& other) {
  EXPECT_EQ(one.roster, other.roster);
  EXPECT_EQ(one.intended_rate, other.intended_rate);
  ASSERT_EQ(one.cohorts.size(), other.cohorts.size());
  for (std::size_t cohort = 0; cohort < one.cohorts.size(); ++cohort) {
    EXPECT_EQ(one.cohorts[cohort].reserved, other.cohorts[cohort].reserved);
    EXPECT_EQ(one.cohorts[cohort].asked, other.cohorts[cohort].asked);
    EXPECT_EQ(one.cohorts[cohort].unanswered, other.cohorts[cohort].unanswered);
  }
  ASSERT_EQ(one.by_arrival.size(), other.by_arrival.size());
  for (std::size_t place = 0; place < one.by_arrival.size(); ++place) {
    ASSERT_TRUE(one.by_arrival[place] == other.by_arrival[place]) << place;
  }
}

/// Participants as the verifier reads them from a round's records.
analysis::RoundParticipants read_back(const SimulatedRush& rush, const SimulatedRound& round) {
  const analysis::RunFacts facts = rush.facts(1);
  const analysis::HistoryBlock block = round.history.block();
  const analysis::RunIndex index(
      {.facts = facts, .round = round.facts, .records = round.records, .blocks = {&block, 1}});
  return analysis::participants_of(index);
}

struct Situation {
  std::string name;
  ServiceModel model;
  Duration timeout;
  ArrivalShape arrivals;
  Losses losses = {};
};

std::ostream& operator<<(std::ostream& out, const Situation& situation) {
  return out << situation.name;
}

class ParticipantsWithoutRecords : public testing::TestWithParam<Situation> {};

TEST_P(ParticipantsWithoutRecords, AreThoseThatTheRecordsShow) {
  Scenario scenario = sample_of_every_persona();
  scenario.users = 2'000;
  scenario.show_up = Share{0.8};
  scenario.arrivals.pattern.shape = GetParam().arrivals;
  scenario.arrivals.pattern.mean = milliseconds(500);
  scenario.attempt_timeout = GetParam().timeout;
  for (Cohort& cohort : scenario.cohorts) cohort.losses = GetParam().losses;
  for (const char* design : {"ticket-list", "batch-draw", "waiting-room"}) {
    SimulatedRush rush(scenario, design, GetParam().model);
    const SimulatedRound recorded = rush.simulator.play(3, Recording::full);
    const SimulatedRound bare = rush.simulator.play(3, Recording::none);
    ASSERT_GT(recorded.participants.by_arrival.size(), 100U) << design;
    expect_same(bare.participants, recorded.participants);
    expect_same(recorded.participants, read_back(rush, recorded));
    EXPECT_EQ(bare.attempts, recorded.history.size());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Situations, ParticipantsWithoutRecords,
    testing::Values(
        Situation{"Quiet", {}, milliseconds(5'000), ArrivalShape::front_loaded},
        Situation{"Busy", busy_service(), milliseconds(5'000), ArrivalShape::front_loaded},
        Situation{"TimingOut", busy_service(), milliseconds(300), ArrivalShape::front_loaded},
        Situation{"AtOnce", busy_service(), milliseconds(5'000), ArrivalShape::at_once},
        Situation{"Lossy", busy_service(), milliseconds(300), ArrivalShape::spike,
                  Losses{Share{0.1}, Share{0.2}}}),
    [](const auto& instance) { return instance.param.name; });

/// The attempts of a round by (user, op, try), each once.
using Attempt = std::tuple<std::uint32_t, Op, unsigned, std::int64_t, std::uint64_t>;

TEST(RoundSimulator, PlaysEveryClickOfThePlanAtItsTime) {
  SimulatedRush rush(sample_of_every_persona(), "sealed-draw", {});
  const SimulatedRound played = rush.simulator.play(2, Recording::full);
  std::vector<Attempt> planned;
  const Plan plan(rush.scenario, 2, 2 * RoundSimulator::round_length(rush.scenario).count());
  for (auto cursor = plan.cursor({}); cursor.peek() != nullptr; cursor.pop()) {
    const PlannedAttempt& click = *cursor.peek();
    planned.emplace_back(click.user.value(), click.op, click.try_number, click.intended_ns,
                         click.idempotency);
  }
  std::vector<Attempt> made;
  for (const AttemptRecord& record : played.history.block().records) {
    made.emplace_back(record.user, record.operation(), record.try_number, record.intended_ns,
                      record.idempotency);
  }
  std::ranges::sort(planned);
  std::ranges::sort(made);
  EXPECT_TRUE(std::ranges::includes(made, planned));
  const auto counted = plan.planned();
  EXPECT_EQ(played.facts.planned.reservations, counted.reservations);
  EXPECT_EQ(played.facts.planned.claims, counted.claims);
  EXPECT_EQ(played.facts.planned.claims_inside, counted.claims_inside);
}

TEST(RoundSimulator, GivesTheSameRoundWhateverWasPlayedBefore) {
  SimulatedRush one(sample_scenario(), "sealed-draw", busy_service());
  SimulatedRush other(sample_scenario(), "sealed-draw", busy_service());
  one.simulator.play(0, Recording::none);
  one.simulator.play(7, Recording::full);
  const SimulatedRound late = one.simulator.play(4, Recording::full);
  const SimulatedRound fresh = other.simulator.play(4, Recording::full);
  const auto a = late.history.block();
  const auto b = fresh.history.block();
  EXPECT_EQ(a.text, b.text);
  ASSERT_EQ(a.records.size(), b.records.size());
  EXPECT_EQ(std::memcmp(a.records.data(), b.records.data(), a.records.size_bytes()), 0);
}

TEST(RoundSimulator, LeavesClaimsOpenThatAnOverloadedServiceAnswersTooLate) {
  Scenario scenario = sample_scenario();
  scenario.users = 1'000;
  scenario.arrivals.pattern.shape = ArrivalShape::at_once;
  scenario.attempt_timeout = milliseconds(200);
  SimulatedRush rush(
      scenario, "ticket-list",
      {.workers = 1, .service = DurationModel::constant(milliseconds(1)), .jitter = {}});
  const SimulatedRound played = rush.simulator.play(0, Recording::full);
  std::uint64_t open = 0;
  for (const AttemptRecord& record : played.history.block().records) {
    if (record.why() != Reason::timeout) continue;
    ++open;
    EXPECT_EQ(record.result(), Outcome::indeterminate);
    EXPECT_FALSE(record.completed());
  }
  EXPECT_GT(open, 300U);
}

TEST(RoundSimulator, LetsWinnersLookIntoTheirWalletsAndSpendTheirCoupons) {
  Scenario scenario = sample_scenario();
  scenario.winners = {.read_status = Share{1.0}, .redeem = Share{1.0}, .redeem_twice = Share{1.0}};
  SimulatedRush rush(scenario, "sealed-draw", {});
  const SimulatedRound played = rush.simulator.play(0, Recording::full);
  std::map<std::pair<Op, Reason>, std::uint64_t> seen;
  for (const AttemptRecord& record : played.history.block().records) {
    if (record.operation() == Op::status) EXPECT_NE(record.receipt_hash, 0U);
    ++seen[{record.operation(), record.why()}];
  }
  const std::uint64_t winners = played.records.ledger->size();
  EXPECT_EQ((seen[{Op::status, Reason::none}]), winners);
  EXPECT_EQ((seen[{Op::redeem, Reason::none}]), winners);
  EXPECT_EQ((seen[{Op::redeem, Reason::already_used}]), winners);
}

}  // namespace
}  // namespace fairrush::loadgen
