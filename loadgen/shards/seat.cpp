#include "loadgen/shards/seat.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "analysis/run/facts.hpp"
#include "base/calendar.hpp"
#include "loadgen/closed_loop.hpp"

namespace fairrush::loadgen {
namespace {

using std::chrono::milliseconds;

/// The latest click of any persona after the close, and room for a slow machine.
constexpr Duration kLastClick = std::chrono::seconds(1);
constexpr Duration kRoundSetUp = std::chrono::seconds(2);

template <class T>
std::optional<T> whole_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::expected<Shard, std::string> parse_shard(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const auto number = whole_number<std::uint32_t>(text.substr(0, slash));
  const auto count = slash < text.size() ? whole_number<std::uint32_t>(text.substr(slash + 1))
                                         : std::optional<std::uint32_t>();
  if (number && count && *number >= 1 && *number <= *count && *count <= analysis::kShardsMax) {
    return Shard{.index = *number - 1, .count = *count};
  }
  return std::unexpected(
      fmt::format("'{}' is not accepted: expected i/n with i of 1 to n and n of 1 to {}, as 2/3",
                  text, analysis::kShardsMax));
}

std::expected<WallTime, std::string> parse_start(std::string_view text) {
  auto time = unix_time(text);
  if (!time) time = calendar_time(text);
  if (time && *time == std::chrono::floor<milliseconds>(*time)) return *time;
  return std::unexpected(fmt::format(
      "'{}' is not accepted: expected a time with its offset from UTC as 2026-11-21T23:00:00Z, or "
      "Unix seconds, on a whole millisecond",
      text));
}

std::string too_late(Duration late) {
  const auto whole = std::chrono::floor<milliseconds>(std::chrono::abs(late));
  if (late < Duration::zero()) {
    return fmt::format(
        "--start-at: {} are too little to get ready: start all shards with a later time",
        format_duration(whole));
  }
  return fmt::format(
      "--start-at: that was {} ago by the target's clock, so a part of this shard's plan is over: "
      "start all shards with a later time",
      format_duration(whole));
}

Scenario part_of(const Scenario& scenario, Shard shard) {
  Scenario part = scenario;
  const bool takes_of_rest = shard.index < scenario.connections % shard.count;
  part.connections = std::max(1U, scenario.connections / shard.count + (takes_of_rest ? 1U : 0U));
  part.open_rate.per_second = scenario.open_rate.per_second / shard.count;
  for (Arrivals* const arrivals : {&part.arrivals, &part.reserve_arrivals}) {
    if (arrivals->is_closed()) arrivals->pattern.users = seats_of(arrivals->pattern.users, shard);
  }
  return part;
}

std::optional<std::string> unseated(const Scenario& scenario, Shard shard) {
  const auto users = smallest_loop(scenario);
  if (!users || *users >= shard.count) return std::nullopt;
  return fmt::format(
      "a closed loop of {} cannot be split over {} shards: expected at least one user for each, or "
      "fewer shards",
      *users == 1 ? "1 user" : fmt::format("{} users", *users), shard.count);
}

Duration last_answer_after_close(const Scenario& scenario) {
  // A claim without an answer is looked after once more when it has timed out.
  return kLastClick + 2 * scenario.attempt_timeout;
}

Duration round_step(const Scenario& scenario) {
  const Duration played = scenario.lead + scenario.reserve + scenario.pause + scenario.rush;
  return std::chrono::ceil<std::chrono::seconds>(played + last_answer_after_close(scenario) +
                                                 scenario.settle_deadline + kRoundSetUp);
}

}  // namespace fairrush::loadgen
