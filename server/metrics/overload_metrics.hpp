#pragma once

#include "server/metrics/metrics.hpp"
#include "server/overload/guarded_service.hpp"

namespace fairrush::server {

/// Adds what a guard in front of the service does: its breaker, its line, whom it sent away and
/// why. `guarded` outlives `metrics`.
void add_overload_metrics(Metrics& metrics, const GuardedService& guarded);

}  // namespace fairrush::server
