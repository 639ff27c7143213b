#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/units.hpp"
#include "loadgen/click_queue.hpp"

namespace fairrush::loadgen {

/// Claims that were told to wait, until their outcome is known or their time is up: what asks for
/// it, and when to ask next. A question comes 50 ms after the answer before it was seen, each
/// following pause is half as long again, up to a second, and the last question comes shortly
/// before the deadline, so that whether a claim was pending to the end is known. Sans I/O; one
/// thread.
class PendingClaims {
 public:
  static constexpr Duration kPauseFirst = std::chrono::milliseconds(50);
  static constexpr Duration kPauseMax = std::chrono::seconds(1);
  /// Between the last question and the deadline: time for its answer.
  static constexpr Duration kLastChance = std::chrono::milliseconds(100);

  /// What is known of a claim that waits.
  struct Claim {
    Click click;
    std::string id;                ///< that it is asked for by
    std::int64_t deadline_ns = 0;  ///< on the socket: no answer counts that arrives later
    std::int64_t pause_ns = 0;     ///< before the next question
    std::int64_t first_byte_out_ns = 0;
    std::int64_t waited_ns = 0;
    std::int64_t connecting_ns = 0;
    std::uint32_t connection = 0;
  };

  /// A claim waits from now on; returns the click that asks for the first time, which the user
  /// makes after `seen_ns`. Its `id` is not empty.
  Click begin(Claim claim, std::int64_t seen_ns);

  /// The click that asks again, after `seen_ns`; unset when there is no time for it. `question` is
  /// the one before.
  std::optional<Click> ask_again(const Click& question, std::int64_t seen_ns);

  /// The claim that a click asks for.
  const Claim& of(const Click& question) const { return claims_.at(question.pending); }

  /// What a click asks with; empty when it does not ask for a claim's outcome.
  std::string_view id_of(const Click& click) const {
    return click.pending == 0 ? std::string_view() : std::string_view(of(click).id);
  }

  /// It waits no longer.
  Claim take(const Click& question);

  std::size_t size() const { return claims_.size(); }

 private:
  static std::optional<Click> next(Claim& claim, std::uint32_t number, std::int64_t seen_ns);

  std::unordered_map<std::uint32_t, Claim> claims_;
  std::uint32_t last_number_ = 0;
};

}  // namespace fairrush::loadgen
