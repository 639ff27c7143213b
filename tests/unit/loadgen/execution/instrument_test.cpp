#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loadgen/execution/fleet.hpp"
#include "loadgen/execution/machine.hpp"
#include "loadgen/execution/preflight.hpp"
#include "loadgen/execution/validity.hpp"
#include "loadgen/execution/watch.hpp"
#include "tests/unit/loadgen/sample_scenario.hpp"

namespace fairrush::loadgen {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

TEST(ProcessorTime, CountsWhatTheHypervisorTook) {
  const ProcessorTime time = parse_processor_time("cpu  100 1 50 800 9 0 5 35 7 0");
  EXPECT_EQ(time.total, 1000U);
  EXPECT_EQ(time.stolen, 35U);
}

TEST(ProcessorTime, IsZeroForATextItDoesNotKnow) {
  for (const char* text : {"", "cpu", "cpu 1 2 3", "cpu a b c d e f g h", "intr 1 2 3 4 5 6 7 8"}) {
    EXPECT_EQ(parse_processor_time(text).total, 0U) << text;
  }
}

/// Machine and target at `second` of a round, after `used` of everything.
UseSample sample(int second, unsigned used) {
  UseSample sample;
  sample.machine.steady = SteadyTime(std::chrono::seconds(second));
  sample.machine.wall = WallTime(std::chrono::seconds(second));
  sample.machine.cpu_seconds = used;
  sample.machine.memory_peak_bytes = 70 + used;
  sample.machine.processors = {.total = 1000 * used, .stolen = 10 * used};
  sample.machine.throttling = Throttling{.periods = used, .ns = 1'000'000'000ULL * used};
  sample.machine.host.listen_drops = 100 * used;
  sample.target = {.cpu_seconds = 2.0 * used, .memory_peak_bytes = 50 - used};
  return sample;
}

InstrumentSamples samples() {
  InstrumentSamples samples;
  samples.use.add_round(sample(0, 1), sample(10, 3));
  return samples;
}

TEST(InstrumentFacts, AreDifferencesBetweenStartAndEnd) {
  const analysis::InstrumentFacts facts = instrument_facts(samples());
  EXPECT_DOUBLE_EQ(facts.cpu_seconds, 2);
  EXPECT_DOUBLE_EQ(facts.target_cpu_seconds, 4);
  EXPECT_DOUBLE_EQ(facts.wall_seconds, 10);
  EXPECT_DOUBLE_EQ(facts.steal_share, 0.01);
  EXPECT_EQ(facts.memory_peak_bytes, 73U);
  EXPECT_EQ(facts.clock_step_ns, 0);
  EXPECT_EQ(facts.throttled->periods, 2U);
  EXPECT_DOUBLE_EQ(facts.throttled->seconds, 2);
  EXPECT_EQ(facts.host.listen_drops, 200U);
  EXPECT_EQ(facts.host.retransmits, std::nullopt) << "the kernel did not say";
}

TEST(InstrumentFacts, AreSumsAndMaximaOverRoundsWithoutTheTimeBetweenThem) {
  InstrumentSamples rounds = samples();
  rounds.use.add_round(sample(60, 20), sample(65, 21));
  const analysis::InstrumentFacts facts = instrument_facts(rounds);
  EXPECT_DOUBLE_EQ(facts.cpu_seconds, 3);
  EXPECT_DOUBLE_EQ(facts.target_cpu_seconds, 6);
  EXPECT_DOUBLE_EQ(facts.wall_seconds, 15);
  EXPECT_EQ(facts.memory_peak_bytes, 91U);
  EXPECT_EQ(facts.target_memory_peak_bytes, 47U);
  EXPECT_EQ(facts.throttled->periods, 3U);
  EXPECT_EQ(facts.host.listen_drops, 300U);
}

TEST(InstrumentFacts, ShowAStepOfTheWallClockEvenBetweenRounds) {
  InstrumentSamples stepped = samples();
  UseSample before = sample(20, 3);
  UseSample after = sample(30, 4);
  before.machine.wall -= 3s;
  after.machine.wall -= 3s;
  stepped.use.add_round(before, after);
  EXPECT_EQ(instrument_facts(stepped).clock_step_ns, -3'000'000'000);
}

TEST(InstrumentFacts, DoNotDivideByNoTimeAtAll) {
  InstrumentSamples none;
  none.use.add_round(sample(0, 1), sample(0, 1));
  EXPECT_EQ(instrument_facts(none).steal_share, 0);
  EXPECT_EQ(instrument_facts(InstrumentSamples{}).lag_p99_ns, 0U);
  EXPECT_EQ(instrument_facts(InstrumentSamples{}).throttled, std::nullopt);
}

TEST(InstrumentFacts, CarryEveryKindOfDelay) {
  InstrumentSamples lagging = samples();
  analysis::Histogram* const kinds[] = {&lagging.delays.lag, &lagging.delays.for_connection,
                                        &lagging.delays.connecting, &lagging.delays.loop,
                                        &lagging.delays.reading};
  std::uint64_t scale = 0;
  for (analysis::Histogram* const kind : kinds) {
    ++scale;
    for (std::uint64_t delay = 1; delay <= 100; ++delay) kind->record(delay * scale);
  }
  const analysis::InstrumentFacts facts = instrument_facts(lagging);
  EXPECT_EQ(facts.lag_p50_ns, 50U);
  EXPECT_EQ(facts.lag_p99_ns, 99U);
  EXPECT_EQ(facts.lag_max_ns, 100U);
  EXPECT_EQ(facts.for_connection.p50_ns, 100U);
  EXPECT_EQ(facts.connecting.p99_ns, 297U);
  EXPECT_EQ(facts.loop.max_ns, 400U);
  EXPECT_EQ(facts.reading.p50_ns, 250U);
}

TEST(WindowError, GrowsWithDriftAndNotWithTheNumberOfRoundsItIsMeasuredIn) {
  const auto us = [](int count) { return std::chrono::microseconds(count); };
  const ClockOffset start{.offset = us(100), .error = us(20)};
  EXPECT_EQ(window_error(start, {.offset = us(90), .error = us(15)}), us(20)) << "within its error";
  EXPECT_EQ(window_error(start, {.offset = us(160), .error = us(10)}), us(70));
  EXPECT_EQ(window_error(start, {.offset = us(40), .error = us(10)}), us(70));
  EXPECT_EQ(window_error(start, {.offset = us(160), .error = us(10)}), us(70)) << "once more";
}

/// Limits that are in nobody's way.
MachineLimits roomy() {
  return {.descriptors_hard = 1'000'000, .ports = 28'000, .processors = 2, .io_uring = true};
}

TEST(Preflight, AcceptsWhatFitsExactlyOverAsio) {
  MachineLimits limits = roomy();
  limits.io_uring = false;
  limits.descriptors_hard = 1064;
  const auto wiring = plan_wiring(sample_scenario(), 1000, {}, limits);
  ASSERT_TRUE(wiring);
  EXPECT_EQ(wiring->transport, TransportKind::asio);
}

TEST(Preflight, NamesTheCommandThatRaisesDescriptors) {
  MachineLimits limits = roomy();
  limits.io_uring = false;
  limits.descriptors_hard = 1063;
  const auto refused = plan_wiring(sample_scenario(), 1000, {}, limits);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error(), HasSubstr("ulimit -Hn 1064"));
  EXPECT_THAT(refused.error(), HasSubstr("connections.mode"));
}

TEST(Preflight, HoldsMoreSocketsThanDescriptorsInFurtherRings) {
  MachineLimits limits = roomy();
  limits.descriptors_hard = 20'000;
  limits.ports = 0;
  Scenario scenario = sample_scenario();
  scenario.users = 500'000;
  scenario.connection_mode = ConnectionMode::per_user;
  const auto wiring = plan_wiring(scenario, 500'000, {}, limits);
  ASSERT_TRUE(wiring) << wiring.error();
  EXPECT_EQ(wiring->transport, TransportKind::io_uring);
  EXPECT_LE(wiring->sockets_per_worker, 20'000U);
  EXPECT_GE(wiring->workers * wiring->sockets_per_worker, 500'000U);
}

TEST(Preflight, DoesNotStartMoreThreadsThanWereAskedFor) {
  MachineLimits limits = roomy();
  limits.descriptors_hard = 1'000;
  Scenario scenario = sample_scenario();
  scenario.connection_mode = ConnectionMode::per_user;
  scenario.threads = 2;
  const auto refused = plan_wiring(scenario, 5'000, {}, limits);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error(), HasSubstr("connections.threads"));
}

TEST(Preflight, GivesEveryThreadASeatInAClosedLoop) {
  MachineLimits limits = roomy();
  limits.processors = 8;
  Scenario scenario = sample_scenario();
  scenario.arrivals.pattern = {.shape = ArrivalShape::closed, .users = 3};
  const auto wiring = plan_wiring(scenario, 1000, {}, limits);
  ASSERT_TRUE(wiring) << wiring.error();
  EXPECT_EQ(wiring->workers, 3U);
  limits.descriptors_hard = 1'000;
  scenario.connection_mode = ConnectionMode::per_user;
  const auto refused = plan_wiring(scenario, 5'000, {}, limits);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error(), HasSubstr("a closed loop of 3 is for no more threads than that"));
}

TEST(Preflight, HoldsABuiltInServerToItsOwnDescriptors) {
  MachineLimits limits = roomy();
  limits.descriptors_hard = 1063;
  EXPECT_TRUE(plan_wiring(sample_scenario(), 1000, {}, limits));
  const auto refused = plan_wiring(sample_scenario(), 1000, {.built_in = true}, limits);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error(), HasSubstr("on the side of the target"));
}

TEST(Preflight, NamesTheCommandThatWidensThePorts) {
  const auto refused = plan_wiring(sample_scenario(), 28'001, {}, roomy());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error(), HasSubstr("net.ipv4.ip_local_port_range"));
  EXPECT_THAT(refused.error(), HasSubstr("connections.sources"));
}

TEST(Preflight, TakesFurtherSourcesBeforeTheLoopbackRunsShortOfPorts) {
  const Targets here{.instances = 1, .loopback = true, .built_in = false};
  const auto few = plan_wiring(sample_scenario(), 14'000, here, roomy());
  ASSERT_TRUE(few);
  EXPECT_TRUE(few->sources.empty());
  const auto many = plan_wiring(sample_scenario(), 30'000, here, roomy());
  ASSERT_TRUE(many);
  ASSERT_EQ(many->sources.size(), 3U);
  EXPECT_EQ(many->sources.front().to_string(), "127.0.0.2");
}

TEST(Preflight, TakesTheSourcesThatWereNamed) {
  Scenario scenario = sample_scenario();
  scenario.sources = {"10.1.1.1", "10.1.1.2"};
  const auto wiring = plan_wiring(scenario, 56'000, {}, roomy());
  ASSERT_TRUE(wiring) << wiring.error();
  EXPECT_EQ(wiring->sources.size(), 2U);
  EXPECT_FALSE(plan_wiring(scenario, 56'001, {}, roomy()));
}

TEST(Preflight, RefusesATransportThatTheMachineDoesNotHave) {
  MachineLimits limits = roomy();
  limits.io_uring = false;
  Scenario scenario = sample_scenario();
  scenario.transport = TransportChoice::io_uring;
  const auto refused = plan_wiring(scenario, 10, {}, limits);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error(), HasSubstr("connections.transport"));
}

TEST(Preflight, CountsTwoConnectionsForWhoClicksTwice) {
  Scenario scenario = sample_scenario();
  scenario.personas = {{Persona::double_clicker, Share{1}}};
  scenario.connection_mode = ConnectionMode::per_user;
  EXPECT_EQ(connections_max(scenario, Plan(scenario)), 10'000U);
  scenario.connection_mode = ConnectionMode::pool;
  EXPECT_EQ(connections_max(scenario, Plan(scenario)), scenario.connections);
}

TEST(Preflight, KnowsTheLimitsOfThisMachine) {
  const MachineLimits limits = read_machine_limits();
  EXPECT_GT(limits.descriptors_hard, 0U);
  EXPECT_GT(limits.ports, 0U);
}

TEST(Preflight, StartsAWorkerAProcessorButNeverMoreThanUsersOrSharedConnections) {
  Scenario scenario = sample_scenario();
  MachineLimits limits = roomy();
  limits.processors = 8;
  const auto workers = [&] { return plan_wiring(scenario, 10, {}, limits).value().workers; };
  EXPECT_EQ(workers(), 8U);
  scenario.threads = 3;
  EXPECT_EQ(workers(), 3U);
  scenario.connections = 2;
  EXPECT_EQ(workers(), 2U);
  scenario.users = 1;
  EXPECT_EQ(workers(), 1U);
}

TEST(PhaseAt, FollowsTheWindowsOfThePlan) {
  const Plan plan(sample_scenario());
  const auto phase = [&plan](std::int64_t now_ns) { return phase_at(plan, now_ns).phase; };
  EXPECT_EQ(phase(-5), Phase::preparing);
  EXPECT_EQ(phase(plan.reservation().open_ns - 1), Phase::preparing);
  EXPECT_EQ(phase(plan.reservation().open_ns), Phase::reserving);
  EXPECT_EQ(phase(plan.reservation().close_ns), Phase::waiting);
  EXPECT_EQ(phase(plan.rush().open_ns), Phase::rushing);
  EXPECT_EQ(phase(plan.rush().close_ns - 1), Phase::rushing);
  EXPECT_EQ(phase(plan.rush().close_ns), Phase::settling);
  EXPECT_EQ(phase_at(plan, plan.rush().open_ns + 7).elapsed, 7ns);
  EXPECT_EQ(phase_at(plan, plan.rush().open_ns).length, sample_scenario().rush);
  EXPECT_EQ(phase_at(plan, plan.rush().close_ns + 1).length, 0ns);
}

}  // namespace
}  // namespace fairrush::loadgen
