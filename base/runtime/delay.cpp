#include "base/runtime/delay.hpp"

#include <memory>
#include <utility>

namespace fairrush {

Delay delay_on(Executor home) {
  return [home](Duration wait, std::function<void()> work) {
    auto timer = std::make_shared<Timer>(home, wait);
    timer->async_wait([timer, work = std::move(work)](const error_code&) { work(); });
  };
}

}  // namespace fairrush
