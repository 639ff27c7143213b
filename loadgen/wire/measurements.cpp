#include "loadgen/wire/measurements.hpp"

namespace fairrush::loadgen {

void Delays::merge(const Delays& other) {
  lag.merge(other.lag);
  for_connection.merge(other.for_connection);
  connecting.merge(other.connecting);
  loop.merge(other.loop);
  reading.merge(other.reading);
  reservations.add(other.reservations);
  claims.add(other.claims);
}

Tally::OfCohort& Tally::of(CohortId cohort) {
  if (cohort.value() >= cohorts_.size()) cohorts_.resize(cohort.value() + std::size_t{1});
  return cohorts_[cohort.value()];
}

void Tally::count(CohortId cohort, analysis::Op op, analysis::Outcome outcome,
                  analysis::Reason reason) {
  const std::size_t kind =
      static_cast<std::size_t>(op) * kOutcomes + static_cast<std::size_t>(outcome);
  auto& by_reason = of(cohort).attempts[kind];
  const auto place = static_cast<std::size_t>(reason);
  if (place >= by_reason.size()) by_reason.resize(place + 1);
  ++by_reason[place];
}

void Tally::merge(const Tally& other) {
  if (other.cohorts_.size() > cohorts_.size()) cohorts_.resize(other.cohorts_.size());
  for (std::size_t cohort = 0; cohort < other.cohorts_.size(); ++cohort) {
    OfCohort& sum = cohorts_[cohort];
    const OfCohort& more = other.cohorts_[cohort];
    sum.users.claimed += more.users.claimed;
    sum.users.won += more.users.won;
    for (std::size_t kind = 0; kind < sum.attempts.size(); ++kind) {
      auto& counts = sum.attempts[kind];
      const auto& added = more.attempts[kind];
      if (added.size() > counts.size()) counts.resize(added.size());
      for (std::size_t reason = 0; reason < added.size(); ++reason) counts[reason] += added[reason];
    }
  }
}

std::vector<Tally::Row> Tally::rows() const {
  std::vector<Row> rows;
  for (std::size_t cohort = 0; cohort < cohorts_.size(); ++cohort) {
    for (std::size_t kind = 0; kind < kOps * kOutcomes; ++kind) {
      const auto& counts = cohorts_[cohort].attempts[kind];
      for (std::size_t reason = 0; reason < counts.size(); ++reason) {
        if (counts[reason] == 0) continue;
        rows.push_back({.cohort = CohortId(static_cast<std::uint16_t>(cohort)),
                        .op = static_cast<analysis::Op>(kind / kOutcomes),
                        .outcome = static_cast<analysis::Outcome>(kind % kOutcomes),
                        .reason = static_cast<analysis::Reason>(reason),
                        .count = counts[reason]});
      }
    }
  }
  return rows;
}

Tally::Users Tally::users(CohortId cohort) const {
  return cohort.value() < cohorts_.size() ? cohorts_[cohort.value()].users : Users{};
}

void Measurements::merge(const Measurements& other) {
  reservations.merge(other.reservations);
  claims.merge(other.claims);
  delays.merge(other.delays);
  tally.merge(other.tally);
}

}  // namespace fairrush::loadgen
