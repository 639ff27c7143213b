#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "analysis/history/record.hpp"
#include "analysis/latency/histogram.hpp"
#include "analysis/run/facts.hpp"
#include "base/ids.hpp"

namespace fairrush::loadgen {

/// Where time went that the plan did not mean to pass: between the moment a request was due and the
/// moment it left, and in the worker itself. Nanoseconds.
struct Delays {
  analysis::Histogram lag;  ///< the instrument's own: everything but the two below
  /// All connections of the pool were busy with the target, or none might be opened yet.
  analysis::Histogram for_connection;
  analysis::Histogram connecting;  ///< the target, or the way to it, took the connection
  analysis::Histogram loop;        ///< the worker's turn came later than wanted, of timed turns
  analysis::Histogram reading;     ///< an answer lay in the kernel; 0 over Asio, which cannot tell
  analysis::PunctualityFacts reservations;
  analysis::PunctualityFacts claims;

  void merge(const Delays& other);
};

/// How attempts have ended, cohort by cohort. One thread.
class Tally {
 public:
  struct Row {
    CohortId cohort{};
    analysis::Op op{};
    analysis::Outcome outcome{};
    analysis::Reason reason{};
    std::uint64_t count = 0;
  };

  /// Users of one cohort, each counted once a round.
  struct Users {
    std::uint64_t claimed = 0;  ///< whose first claim has ended
    std::uint64_t won = 0;
  };

  /// O(1).
  void count(CohortId cohort, analysis::Op op, analysis::Outcome outcome, analysis::Reason reason);
  void count_claimant(CohortId cohort) { ++of(cohort).users.claimed; }
  void count_winner(CohortId cohort) { ++of(cohort).users.won; }

  void merge(const Tally& other);

  /// What has occurred, by cohort, operation, outcome and reason.
  std::vector<Row> rows() const;
  /// Zero for a cohort of which nothing has been counted.
  Users users(CohortId cohort) const;

 private:
  static constexpr std::size_t kOps = 4;
  static constexpr std::size_t kOutcomes = 6;
  static_assert(static_cast<std::size_t>(analysis::Op::status) + 1 == kOps);
  static_assert(static_cast<std::size_t>(analysis::Outcome::indeterminate) + 1 == kOutcomes);

  struct OfCohort {
    Users users;
    // By reason, as long as the highest that occurred.
    std::array<std::vector<std::uint64_t>, kOps * kOutcomes> attempts;
  };

  OfCohort& of(CohortId cohort);

  std::vector<OfCohort> cohorts_;
};

/// What a worker, or all of a round, has measured so far.
struct Measurements {
  analysis::Histogram reservations;  ///< from the intended time to the answer, nanoseconds
  analysis::Histogram claims;        ///< likewise
  Delays delays;                     ///< of all attempts that were sent and have ended
  Tally tally;                       ///< of all attempts that have ended

  void merge(const Measurements& other);
};

}  // namespace fairrush::loadgen
