#pragma once

#include <memory>

#include "server/bus/bus.hpp"
#include "server/ledger/commit_queue.hpp"

namespace fairrush::server {

/// Writers that hand something else to `writer`, which outlives them, than they were given, while
/// the queue believes every record to be durable.

/// ack-then-drop: the seventh of every thousand coupons is not written.
std::unique_ptr<BatchWriter> make_ack_then_drop(BatchWriter& writer);

/// phantom-row: every tenth coupon is followed by one for a user who holds a reservation and was
/// told nothing, as a message that is consumed twice may leave it.
std::unique_ptr<BatchWriter> make_phantom_row(BatchWriter& writer);

/// outbox-skips: takes every tenth message for published. `bus` outlives it.
std::unique_ptr<Bus> make_outbox_skips(Bus& bus);

}  // namespace fairrush::server
