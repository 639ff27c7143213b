#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "analysis/latency/histogram.hpp"

namespace fairrush::loadgen {

/// What one load showed: the instrument's figures, and what the target really took.
struct Observed {
  std::string target;                  ///< "5ms", "exponential, mean 5ms", "5ms, frozen for 250ms"
  std::string pacing;                  ///< "economic", "precise"
  std::string transport;               ///< "asio", "io_uring"
  std::uint64_t click_p50_max_ns = 0;  ///< how far off the pacing lets the figures from the click
  analysis::Histogram wire = {};       ///< as reported, from the first byte to the answer
  analysis::Histogram click = {};      ///< as reported, from the click
  analysis::Histogram lag = {};
  std::vector<std::uint64_t> wire_truth_ns = {};  ///< from the request's arrival to the answer
  std::vector<std::uint64_t> click_truth_ns =
      {};                     ///< the same as a punctual user would have felt it
  std::uint64_t planned = 0;  ///< requests
  double rate_planned = 0;    ///< requests a second
  double rate_achieved = 0;
};

inline constexpr std::array kAccuracyQuantiles{0.5, 0.9, 0.99, 0.999};

/// What was reported at a quantile less what was true.
struct QuantileError {
  std::uint64_t truth_ns = 0;
  std::int64_t error_ns = 0;
};
using Errors = std::array<QuantileError, kAccuracyQuantiles.size()>;

/// One load, judged.
struct CaseAccuracy {
  std::string target;
  std::string pacing;
  std::string transport;
  Errors wire{};
  Errors click{};
  std::uint64_t lag_p50_ns = 0;
  std::uint64_t lag_p99_ns = 0;
  std::uint64_t lag_max_ns = 0;
  std::uint64_t planned = 0;
  std::uint64_t answered = 0;
  double rate_planned = 0;
  double rate_achieved = 0;
  std::vector<std::string> broken;  ///< bars, one clause each
};

// The bars. What may be off is a fixed part and a share of the truth.

/// The histogram's own: a bucket is 1/1024 wide; twice that is somebody else's doing.
inline constexpr double kRelativeErrorMax = 0.002;
/// Half of all answers are dated to a quarter of a millisecond: a tenth of what a service on the
/// same machine takes at the least, and a twentieth of the smallest delay between cohorts.
inline constexpr std::int64_t kErrorP50Max_ns = 250'000;
/// What wrk2 promises, and what a wake-up on a busy machine may take.
inline constexpr std::int64_t kErrorP99Max_ns = 1'000'000;
/// As many requests a second as the plan has.
inline constexpr double kRateErrorMax = 0.01;

/// Compares and judges. The 99.9th percentile is shown and not judged: of some thousand requests
/// it is the second worst, which one interruption decides. Pure; O(n log n).
CaseAccuracy accuracy_of(Observed observed);

/// The worst of all cases over one transport in one pacing; errors as magnitudes.
struct WiringAccuracy {
  std::string transport;
  std::string pacing;
  std::size_t cases = 0;
  std::uint64_t error_p50_ns = 0;  ///< on the wire
  std::uint64_t error_p99_ns = 0;
  std::uint64_t click_error_p99_ns = 0;  ///< from the click
  bool passed = true;                    ///< every bar of every case
};

/// All cases together.
struct Accuracy {
  std::vector<CaseAccuracy> cases = {};
  std::vector<WiringAccuracy> wirings = {};  ///< in the order in which they first appear
  bool passed = false;                       ///< every bar of every case, and there was one
};
Accuracy accuracy_of_all(std::vector<CaseAccuracy> cases);

/// How far this machine's figures can be trusted, in words: a line for each wiring and, where a bar
/// was broken, what to do. The cases that broke are named by their table row.
std::string trust_text(const Accuracy& accuracy);

}  // namespace fairrush::loadgen
