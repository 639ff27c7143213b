#pragma once

#include <string>

#include "tests/bench/support/wrk.hpp"

namespace fairrush::bench {

/// wrk sends every request as another user, in order, until `users` had a turn; then it waits until
/// its time is over, so that its requests per second mean something only where that comes first.
WrkOrder everybody(const std::string& path, int connections, int seconds, int users);

}  // namespace fairrush::bench
