#pragma once

#include "server/bus/messaging.hpp"
#include "server/metrics/metrics.hpp"

namespace fairrush::server {

/// Adds what becomes of messages. `messaging` outlives `metrics`.
void add_bus_metrics(Metrics& metrics, const Messaging& messaging);

}  // namespace fairrush::server
