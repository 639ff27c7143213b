#pragma once

#include "base/options.hpp"
#include "server/bus/brokers/bus_shell.hpp"

namespace fairrush::server {

/// Adds what a server can be told of its bus to `table`, writing to `options`, which outlives it.
void add_bus_options(OptionTable& table, BusOptions& options);

}  // namespace fairrush::server
