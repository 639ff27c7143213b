#pragma once

#include <functional>

#include "base/runtime/asio_types.hpp"
#include "base/units.hpp"

namespace fairrush {

/// Does work after a wait.
using Delay = std::function<void(Duration wait, std::function<void()> work)>;

/// Does it on the thread of `home`.
Delay delay_on(Executor home);

}  // namespace fairrush
