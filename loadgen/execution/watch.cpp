#include "loadgen/execution/watch.hpp"

namespace fairrush::loadgen {

std::string_view name_of(Phase phase) {
  switch (phase) {
    case Phase::preparing:
      return "preparing";
    case Phase::reserving:
      return "reserving";
    case Phase::waiting:
      return "waiting";
    case Phase::rushing:
      return "rushing";
    case Phase::settling:
      return "settling";
  }
  return "unknown";
}

PhaseAt phase_at(const Plan& plan, std::int64_t now_ns) {
  const analysis::Window reservation = plan.reservation();
  const analysis::Window rush = plan.rush();
  const auto within = [now_ns](Phase phase, std::int64_t start_ns, std::int64_t end_ns) {
    return PhaseAt{phase, Duration(now_ns - start_ns), Duration(end_ns - start_ns)};
  };
  if (now_ns < reservation.open_ns) {
    return within(Phase::preparing, plan.start_ns(), reservation.open_ns);
  }
  if (now_ns < reservation.close_ns) {
    return within(Phase::reserving, reservation.open_ns, reservation.close_ns);
  }
  if (now_ns < rush.open_ns) return within(Phase::waiting, reservation.close_ns, rush.open_ns);
  if (now_ns < rush.close_ns) return within(Phase::rushing, rush.open_ns, rush.close_ns);
  return {.phase = Phase::settling, .elapsed = Duration(now_ns - rush.close_ns), .length = {}};
}

Progress ProgressMeter::measure(const Fleet& fleet, std::int64_t now_ns) {
  const FleetCounts counts = fleet.counts();
  const PhaseAt at = phase_at(plan_, now_ns);
  const bool reserving = at.phase == Phase::preparing || at.phase == Phase::reserving;
  auto measured = std::make_shared<const Measurements>(fleet.measured());
  const analysis::Histogram& latencies = reserving ? measured->reservations : measured->claims;
  return {.phase = at.phase,
          .awaited = {},
          .phase_elapsed = at.elapsed,
          .phase_length = at.length,
          .run_left = {},
          .users_done = reserving ? counts.reservations_done : counts.claims_done,
          .users_total = reserving ? planned_.reservations : planned_.claims,
          .in_flight = counts.in_flight,
          .rate = rate_at(now_ns, counts.sent),
          .latency_p99 = Duration(static_cast<std::int64_t>(latencies.value_at(0.99))),
          .wins = counts.wins,
          .errors = counts.errors,
          .measured = std::move(measured)};
}

Rate ProgressMeter::rate_at(std::int64_t now_ns, std::uint64_t sent) {
  constexpr std::int64_t kSecond_ns = 1'000'000'000;
  samples_.push_back({now_ns, sent});
  while (samples_.size() > 2 && samples_[1].now_ns <= now_ns - kSecond_ns) samples_.pop_front();
  const std::int64_t passed_ns = now_ns - samples_.front().now_ns;
  if (passed_ns <= 0) return {};
  return {static_cast<double>(sent - samples_.front().sent) /
          (static_cast<double>(passed_ns) / 1e9)};
}

}  // namespace fairrush::loadgen
