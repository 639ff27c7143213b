#pragma once

#include <memory>

#include "server/faults/faults.hpp"
#include "server/faults/faulty_service.hpp"

namespace fairrush::server {

/// Where faults are let into a server: everything else of it knows nothing about them. A null fault
/// yields the sound parts.

/// The service; `parts` without a maker of designs.
std::unique_ptr<RushService> make_service(const FaultRow* fault, ServiceParts parts, Delay delay);

/// The writer between a queue and `writer`, which outlives it; null where none is needed.
std::unique_ptr<BatchWriter> make_writer(const FaultRow* fault, BatchWriter& writer);

/// What stands between an outbox and its bus; empty where nothing is needed.
BusFilter make_bus_filter(const FaultRow* fault);

}  // namespace fairrush::server
