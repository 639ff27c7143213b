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
  scenario.arrivals.pattern.shape = GetParam().arrivals;
  scenario.arrivals.pattern.mean = milliseconds(500);
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
                           "894c2ae2352448309b2ffa895a27f76a2aa0b91545bd23fe9c0dc0d356738fc0"},
                    Golden{"TicketListBusy", "ticket-list", kBusy, ArrivalShape::front_loaded,
                           "5cd3931286a796695df5fa76c3645c4d8db9145d4d68781209b68b8a558b8045"},
                    Golden{"TicketListInstant", "ticket-list", kInstant, ArrivalShape::uniform,
                           "82b15ad88da5384e4f2318aab44c93dc8b5d8f5cfbc04168b3f646feefc6e2c8"},
                    Golden{"SealedDraw",
                           "sealed-draw",
                           {},
                           ArrivalShape::front_loaded,
                           "c670570615a73e85df89bcef50baf073ab5d06247436bf5dc0c1bda1a7c9c6e3"},
                    Golden{"SealedDrawBusy", "sealed-draw", kBusy, ArrivalShape::poisson,
                           "264f29ba6548c30fcd69331907ca0faf769b89cd81b91d62797cc176a3a5dd70"},
                    Golden{"SealedDrawAtOnce",
                           "sealed-draw",
                           {},
                           ArrivalShape::at_once,
                           "8ee1b98e2ae7507d74cc13c0b647db9505d13f51ffa6270a1aac4b231ba02524"},
                    Golden{"BatchDrawBusy", "batch-draw", kBusy, ArrivalShape::front_loaded,
                           "7e572fd7575db524911646ab69f02b39b4deefa07d36538d46cc930f4be7742a"}),
    [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace fairrush::loadgen
