#include "loadgen/shards/rendezvous.hpp"

#include <thread>

namespace fairrush::loadgen {
namespace {

constexpr Duration kLookEvery = std::chrono::milliseconds(20);

}  // namespace

bool wait_for(const Awaited& awaited, const Waiting& waiting, const Clock& clock) {
  while (clock.steady_now() < awaited.until) {
    if (!waiting(awaited)) return false;
    std::this_thread::sleep_for(kLookEvery);
  }
  return true;
}

FromTarget<EventDocument> event_of_first(TargetClient& client, const std::string& event,
                                         std::int64_t reserve_open_ms, const Awaited& awaited,
                                         const Waiting& waiting) {
  const auto opening = static_cast<std::uint64_t>(reserve_open_ms);
  for (;;) {
    auto found = client.event(event);
    if (found && found->reserve_open_ms == opening) return found;
    if (!found && !found.error().was_answered()) return found;
    if (is_over(awaited) || !waiting(awaited)) {
      if (!found) return found;
      return std::unexpected(TargetFailure{"the event opens at another time", kAnswered});
    }
    std::this_thread::sleep_for(kLookEvery);
  }
}

}  // namespace fairrush::loadgen
