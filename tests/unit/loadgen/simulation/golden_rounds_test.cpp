#include <fmt/format.h>
#include <gtest/gtest.h>

#include <ostream>
#include <span>
#include <string>

#include "base/draw/digest.hpp"
#include "tests/unit/loadgen/simulation/simulated_rush.hpp"

namespace fairrush::loadgen {
namespace {

using std::chrono::milliseconds;

/// Everything a round tells, as text.
std::string told(const SimulatedRound& round) {
  const analysis::RoundFacts& facts = round.facts;
  std::string text =
      fmt::format("{} {} {} {} {} {}\n", round.attempts, facts.planned.reservations,
                  facts.planned.claims, facts.planned.claims_inside,
                  facts.announced_roster.value_or(0), facts.announced_coupons.value_or(0));
  const analysis::RoundParticipants& participants = round.participants;
  text += fmt::format("{} {}\n", participants.roster, participants.intended_rate);
  for (const analysis::CohortCount& cohort : participants.cohorts)
    text += fmt::format("{} {} {}\n", cohort.reserved, cohort.asked, cohort.unanswered);
  for (const analysis::Participant& one : participants.by_arrival)
    text += fmt::format("{} {} {} {} {} {}\n", one.arrival_ns, one.user, one.reservation,
                        one.delay_us, one.cohort, one.won);
  return text;
}

/// SHA-256 of what is told of two rounds without and one with records.
std::string digest_of(SimulatedRush& rush) {
  std::string text = told(rush.simulator.play(0, Recording::none));
  text += told(rush.simulator.play(1, Recording::none));
  const SimulatedRound recorded = rush.simulator.play(2, Recording::full);
  text += told(recorded);
  const analysis::HistoryBlock block = recorded.history.block();
  const auto records = std::as_bytes(block.records);
  return to_hex(
      sha256({bytes_of(text), bytes_of(block.text),
              ByteView(reinterpret_cast<const std::uint8_t*>(records.data()), records.size())}));
}

struct Golden {
  std::string name;
  std::string design;
  ServiceModel model;
  ArrivalShape arrivals;
  std::string digest;
};

std::ostream& operator<<(std::ostream& out, const Golden& golden) {
  return out << golden.name;
}

class GoldenRounds : public testing::TestWithParam<Golden> {};

TEST_P(GoldenRounds, StayTheSameFromVersionToVersion) {
  Scenario scenario = sample_scenario();
  scenario.users = 5'000;
  scenario.show_up = Share{0.9};
  scenario.arrivals = GetParam().arrivals;
  scenario.arrivals_mean = milliseconds(500);
  scenario.attempt_timeout = milliseconds(1'000);
  SimulatedRush rush(scenario, GetParam().design, GetParam().model);
  EXPECT_EQ(digest_of(rush), GetParam().digest);
}

const ServiceModel kBusy{.workers = 3,
                         .service = DurationModel::exponential(milliseconds(1)),
                         .jitter = DurationModel::exponential(milliseconds(3))};
const ServiceModel kInstant{.workers = 1, .service = {}, .jitter = {}};

INSTANTIATE_TEST_SUITE_P(
    Situations, GoldenRounds,
    testing::Values(Golden{"TicketList",
                           "ticket-list",
                           {},
                           ArrivalShape::front_loaded,
                           "abe631887d4985770005085ac18be979e902644194ccdeee735b00547fa10342"},
                    Golden{"TicketListBusy", "ticket-list", kBusy, ArrivalShape::front_loaded,
                           "b9463fd732f06a06b1831b8e5d210016c635fbd7d68ed9a3ecdc4a81c055101d"},
                    Golden{"TicketListInstant", "ticket-list", kInstant, ArrivalShape::uniform,
                           "70b49f9332eefccf550e6020143ab1768603baaba96160966bf1d0d019934118"},
                    Golden{"SealedDraw",
                           "sealed-draw",
                           {},
                           ArrivalShape::front_loaded,
                           "6ae591c0d170706a7219357499a2da73c30f968e8a6b0160018ad6a6622de6c6"},
                    Golden{"SealedDrawBusy", "sealed-draw", kBusy, ArrivalShape::poisson,
                           "295c6efbc8baad84869696740ce3999e3cd959ad408b1e92864e9a4d07a79fe6"},
                    Golden{"SealedDrawAtOnce",
                           "sealed-draw",
                           {},
                           ArrivalShape::at_once,
                           "38539548ef7f8d3d09acfbe712cd035cc76b993759998b10e7444d4c75181629"},
                    Golden{"BatchDrawBusy", "batch-draw", kBusy, ArrivalShape::front_loaded,
                           "7cdbadbdc63016e34dcb70d5e393767da1e8b3ac57dda02ce216ec063211e71d"}),
    [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace fairrush::loadgen
