#pragma once

#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "loadgen/target/target_client.hpp"
#include "loadgen/target/waiting.hpp"

namespace fairrush::loadgen {

/// Lets time pass until `awaited` is over; false when `waiting` ended the wait.
bool wait_for(const Awaited& awaited, const Waiting& waiting, const Clock& clock);

/// The event that the first shard makes, once its reservations open at `reserve_open_ms`. The
/// failure says what there was instead when `awaited` was over.
FromTarget<EventDocument> event_of_first(TargetClient& client, const std::string& event,
                                         std::int64_t reserve_open_ms, const Awaited& awaited,
                                         const Waiting& waiting);

}  // namespace fairrush::loadgen
