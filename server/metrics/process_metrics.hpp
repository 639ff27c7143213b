#pragma once

#include "server/metrics/metrics.hpp"

namespace fairrush::server {

/// Adds what the kernel knows of this process, under the names that Prometheus' own clients use,
/// and the CPU time of the thread that collects: the one that decides.
void add_process_metrics(Metrics& metrics);

}  // namespace fairrush::server
