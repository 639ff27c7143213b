#include <algorithm>
#include <array>
#include <optional>
#include <tuple>

#include "analysis/figures/figures.hpp"

namespace fairrush::analysis {
namespace {

constexpr std::size_t kOps = static_cast<std::size_t>(Op::status) + 1;
constexpr std::size_t kOutcomes = static_cast<std::size_t>(Outcome::indeterminate) + 1;
/// A history with a greater reason is refused by its reader.
constexpr std::size_t kReasons = 64;
static_assert(static_cast<std::size_t>(Reason::still_pending) < kReasons);

bool is_answered(const AttemptRecord& record) {
  return record.sent() && record.completed() && record.result() != Outcome::indeterminate;
}

/// A time that cannot be negative; clocks that disagree in the last place make it 0.
std::uint64_t span_ns(std::int64_t from, std::int64_t to) {
  return to > from ? static_cast<std::uint64_t>(to - from) : 0;
}

}  // namespace

std::vector<OutcomeCount> outcome_counts(const RunIndex& index) {
  // A few dozen kinds among millions of attempts: an array instead of a map.
  std::array<std::array<std::array<std::uint64_t, kReasons>, kOutcomes>, kOps> counts{};
  index.for_each_attempt([&counts](const AttemptRecord& record, std::string_view) {
    ++counts.at(record.op).at(record.outcome).at(record.reason);
  });
  std::vector<OutcomeCount> ordered;
  for (std::size_t op = 0; op < kOps; ++op) {
    for (std::size_t outcome = 0; outcome < kOutcomes; ++outcome) {
      for (std::size_t reason = 0; reason < kReasons; ++reason) {
        const std::uint64_t count = counts[op][outcome][reason];
        if (count == 0) continue;
        ordered.push_back({static_cast<Op>(op), static_cast<Outcome>(outcome),
                           static_cast<Reason>(reason), count});
      }
    }
  }
  return ordered;
}

std::vector<LatencyFigures> latency_figures(const RunIndex& index) {
  std::array<std::optional<LatencyFigures>, kOps> by_op;
  index.for_each_attempt([&by_op](const AttemptRecord& record, std::string_view) {
    if (!is_answered(record)) return;
    auto& figures = by_op[record.op];
    if (!figures) figures.emplace().op = record.operation();
    figures->from_intended.record(span_ns(record.intended_ns, record.complete_ns));
    figures->service.record(span_ns(record.first_byte_out_ns, record.answered_ns()));
  });
  std::vector<LatencyFigures> ordered;
  for (auto& figures : by_op) {
    if (figures) ordered.push_back(std::move(*figures));
  }
  return ordered;
}

void add_round(std::vector<OutcomeCount>& outcomes, const std::vector<OutcomeCount>& round) {
  const auto kind = [](const OutcomeCount& count) {
    return std::tuple(count.op, count.outcome, count.reason);
  };
  for (const OutcomeCount& added : round) {
    const auto place = std::ranges::lower_bound(outcomes, kind(added), {}, kind);
    if (place != outcomes.end() && kind(*place) == kind(added)) {
      place->count += added.count;
    } else {
      outcomes.insert(place, added);
    }
  }
}

void add_round(std::vector<LatencyFigures>& latencies, const std::vector<LatencyFigures>& round) {
  for (const LatencyFigures& added : round) {
    const auto place = std::ranges::lower_bound(latencies, added.op, {}, &LatencyFigures::op);
    if (place != latencies.end() && place->op == added.op) {
      place->from_intended.merge(added.from_intended);
      place->service.merge(added.service);
    } else {
      latencies.insert(place, added);
    }
  }
}

}  // namespace fairrush::analysis
