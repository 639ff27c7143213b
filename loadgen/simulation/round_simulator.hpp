#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "analysis/assessment.hpp"
#include "loadgen/simulation/arrivals.hpp"
#include "loadgen/simulation/participant_book.hpp"
#include "loadgen/simulation/record_book.hpp"
#include "loadgen/simulation/service_queue.hpp"
#include "loadgen/simulation/virtual_target.hpp"

namespace fairrush::loadgen {

/// Whether a round leaves what a real one leaves: records, ledger, draw.
enum class Recording : std::uint8_t { none, full };

/// A round as it was played. Owns everything; movable.
struct SimulatedRound {
  std::uint32_t number = 0;  ///< 0-based
  analysis::RoundFacts facts;
  analysis::RoundParticipants participants;
  std::uint64_t attempts = 0;
  RecordBook history;              ///< empty without recording
  analysis::RoundRecords records;  ///< likewise
};

/// Plays rounds of a scenario in virtual time: the instrument's population, schedule and personas
/// against a service that is a function of requests and their times.
///
/// A request reaches the service its user's one-way delay and jitter after the click, waits in the
/// queue, is decided when a worker takes it up, and its answer is seen after the service time and
/// the same way back. An attempt without an answer by the scenario's time-out is indeterminate, as
/// on the wire, and stays decided. The same for the same scenario, model, target and round, on
/// whatever thread. Memory is used again from round to round. One thread; what it refers to must
/// outlive it.
class RoundSimulator {
 public:
  RoundSimulator(const Scenario& scenario, const Crowd& crowd, const ServiceModel& model,
                 VirtualTarget& target);
  ~RoundSimulator();
  RoundSimulator(const RoundSimulator&) = delete;
  RoundSimulator& operator=(const RoundSimulator&) = delete;

  /// `round` is 0-based. O(attempts).
  SimulatedRound play(std::uint32_t round, Recording recording);

  /// Rounds follow each other on the run's clock at this distance.
  static Duration round_length(const Scenario& scenario);

 private:
  class Play;

  const Scenario& scenario_;
  const Crowd& crowd_;
  const ServiceModel& model_;
  VirtualTarget& target_;
  PlannedArrivals arrivals_;
  ParticipantBook participants_;
};

/// The verifier's answer about a simulated round: all checks where it was recorded, its
/// participants alone where it was not; those it takes from the round. Any thread.
analysis::RoundAssessment assess_simulated(const analysis::RunFacts& facts, SimulatedRound& round);

}  // namespace fairrush::loadgen
