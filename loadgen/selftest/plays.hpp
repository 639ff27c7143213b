#pragma once

#include <functional>
#include <string>
#include <vector>

#include "loadgen/scenario/scenario.hpp"
#include "loadgen/selftest/accuracy.hpp"
#include "loadgen/transport/transport.hpp"

namespace fairrush::loadgen {

/// How a target answers, and for how long it is asked.
struct TargetCase {
  std::string name;
  Duration delay{};
  bool exponential = false;  ///< delays are drawn with `delay` as their mean; else all are equal
  Duration freeze{};         ///< in the middle of the load; zero: never
  Duration length{};         ///< of the load
};

/// One load: a case, played in one of the ways a run can be played.
struct Play {
  TargetCase target;
  Pacing pacing = Pacing::economic;
  TransportKind transport = TransportKind::asio;
};

enum class Thoroughness : std::uint8_t {
  quick,  ///< three cases, below ten seconds
  full,   ///< six, below a minute
};

/// Every case in both pacings over every transport that this machine has.
std::vector<Play> plays_for(Thoroughness thoroughness);

/// Plays one load of an open loop against a known target and compares. Takes the length of the load
/// and some tenths of a second; throws what sockets and files throw.
Observed observe(const Play& play);

}  // namespace fairrush::loadgen
