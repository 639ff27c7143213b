// Windows that an administrator moves, and what Redis has to hear of it.
#include "server/stores/redis/redis_service.hpp"

namespace fairrush::server {
namespace {

/// Between attempts to tell Redis that an event ends earlier: nothing waits for it.
constexpr Duration kPause = std::chrono::seconds(1);

}  // namespace

void RedisService::move(std::string_view name, Move move, WallTime now, EventDone done) {
  RedisEvent* const event = find(name);
  if (event == nullptr) return done(std::unexpected(ErrorCode::unknown_event));
  if (!queue_.accepts()) return done(std::unexpected(ErrorCode::ledger_unavailable));
  const auto windows = moved(event->spec.windows, move, now);
  if (!windows) return done(std::unexpected(ErrorCode::not_in_active_time));
  if (*windows != event->spec.windows) {
    event->spec.windows = *windows;
    queue_.append(EventMoved{event->id, *windows});
    advance(*event, now);  // what the move makes due
  }
  describe(name, now, std::move(done));
}

/// Windows only ever move to an earlier end, and so does what follows from it. An attempt that
/// fails is made again; a Redis that is told of the event anew hears the right moment then.
void RedisService::forget_earlier(RedisEvent& event, WallTime now) {
  const WallTime wanted = forgotten_at(event.spec, now);
  if (wanted >= event.forgotten || clock_.steady_now() < event.next_forgetting) return;
  event.next_forgetting = clock_.steady_now() + kPause;
  call(event, scripts_.forget_earlier, {event.mark, std::to_string(to_unix_ms(wanted))},
       [this, wanted](RedisEvent& current, const RedisResult& result) {
         if (result) {
           current.forgotten = wanted;
         } else if (is_lost(result.error())) {
           doubted(current, result.error());
         }
       });
}

}  // namespace fairrush::server
