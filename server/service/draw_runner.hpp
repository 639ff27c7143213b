#pragma once

#include <expected>
#include <functional>
#include <string>

#include "server/designs/design.hpp"

namespace fairrush::server {

using DrawJob = std::function<DrawOutcome()>;
/// A draw, or why it could not be computed.
using DrawResult = std::expected<DrawOutcome, std::string>;

/// Does the work of a draw. An exception that left the thread that draws would be heard by nobody.
DrawResult run_draw(const DrawJob& job);

/// Runs a draw off the calling thread with `run_draw` and calls `done` on it again; in tests, at
/// once.
using DrawRunner = std::function<void(DrawJob job, std::function<void(DrawResult&)> done)>;

}  // namespace fairrush::server
