#pragma once

#include <functional>
#include <string>
#include <utility>

#include "base/clock.hpp"

namespace fairrush::loadgen {

/// Something the instrument waits for outside a rush.
struct Awaited {
  std::string what;  ///< completes "waiting for …", such as "the ledger from 127.0.0.1:8080"
  SteadyTime since{};
  SteadyTime until{};  ///< then it is given up
};

/// Asked when a wait begins and every `kAskEvery` while it lasts, on the thread that waits. False
/// ends the wait at once.
using Waiting = std::function<bool(const Awaited&)>;

/// A wait that begins now and is given up after `length`.
inline Awaited awaited_for(Duration length, std::string what) {
  const SteadyTime now = std::chrono::steady_clock::now();
  return {.what = std::move(what), .since = now, .until = now + length};
}

inline bool is_over(const Awaited& awaited) {
  return std::chrono::steady_clock::now() >= awaited.until;
}

inline constexpr Duration kAskEvery = std::chrono::milliseconds(50);

/// Waits for whatever it is as long as it may take, unheard.
inline bool wait_in_silence(const Awaited&) {
  return true;
}

}  // namespace fairrush::loadgen
