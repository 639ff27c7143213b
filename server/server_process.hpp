#pragma once

#include <expected>
#include <string>

#include "server/options.hpp"

namespace fairrush::server {

/// Runs a server on the calling thread until SIGTERM or SIGINT, then drains it. Prints one line on
/// standard output when it listens. The error is one line: a ledger or an address that cannot be
/// had.
std::expected<void, std::string> run_server(const ServerOptions& options, const Clock& clock);

}  // namespace fairrush::server
