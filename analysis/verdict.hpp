#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"

namespace fairrush::analysis {

/// What a check says. Unknown is never rounded to pass.
enum class CheckVerdict : std::uint8_t {
  pass,            ///< holds for every resolution of what is indeterminate
  fail,            ///< violated for every resolution
  unknown,         ///< some resolution violates it, or its evidence is missing
  not_applicable,  ///< the design or scenario has nothing it could be asked of; says why
};

/// A verdict speaks of those who got an answer; when more than this part of a group did not, it
/// would be silent about the very users that were worst off.
inline constexpr double kUnansweredShareMax = 0.1;

/// What the whole run says, strongest first (docs/fairness.md).
enum class RunVerdict : std::uint8_t { violation, biased, inconclusive, fair, proven };

/// One piece of evidence: who, and what happened in order.
struct CounterExample {
  std::optional<UserIndex> user;
  std::vector<std::string> timeline;  ///< one readable line an event, earliest first
  std::uint32_t round = 0;            ///< 0-based
};

/// In how many rounds a check came out how.
struct RoundVerdicts {
  std::uint64_t held = 0;
  std::uint64_t failed = 0;
  std::uint64_t unknown = 0;
  std::uint64_t not_applicable = 0;

  std::uint64_t asked() const { return held + failed + unknown + not_applicable; }
};

/// The check of the instrument itself, which breaks no rule of the target's.
inline constexpr std::string_view kInstrumentCheck = "I20";
/// The check that computes the published draw again.
inline constexpr std::string_view kDrawCheck = "I14";

/// The answer of one check.
struct CheckResult {
  std::string id;         ///< "I1"
  std::string name;       ///< "no oversell"
  std::string rule = {};  ///< what must hold, one sentence: "No more coupons are given out than …"
  CheckVerdict verdict = CheckVerdict::unknown;
  std::string finding;                   ///< one sentence with the figures
  std::uint64_t violations = 0;          ///< how many users, coupons or attempts break it
  std::uint64_t open_attempts = 0;       ///< indeterminate attempts that could flip it
  std::vector<CounterExample> examples;  ///< at most kExamplesMax
  RoundVerdicts rounds = {};             ///< set for a run
};
inline constexpr std::size_t kExamplesMax = 10;

/// Something a run must have seen for its verdict to mean anything.
struct SightingResult {
  std::string name;       ///< "a refused intruder"
  bool attempted = true;  ///< false: the scenario does not attempt it
  std::uint64_t seen = 0;
};

std::string_view name_of(CheckVerdict verdict);
std::string_view name_of(RunVerdict verdict);

}  // namespace fairrush::analysis
