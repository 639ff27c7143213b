#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/bus/messaging.hpp"
#include "server/stores/postgres/session_pool.hpp"

namespace fairrush::server {

/// Looks into the database now and then: for messages that are to be published, where this is the
/// one server that publishes, for events that other servers have begun, or begun anew, and whether
/// the database is there. Where nothing has happened a look is one row, however many events there
/// are.
class PostgresRelay {
 public:
  struct Life {
    std::string event;
    std::uint64_t number = 0;
  };
  using LivesDone = std::function<void(const std::vector<Life>& lives)>;

  /// `messaging` outlives the relay. `lives` hears after each look: of every event where one is
  /// new, else of none.
  PostgresRelay(SessionPoolOptions options, Executor home, Messaging& messaging, LivesDone lives);

  /// Looks, unless a look is under way or was a moment ago.
  void tick(WallTime now);
  bool idle() const { return pool_.is_idle(); }
  void stop() { pool_.interrupt(); }

 private:
  /// Differs whenever an event began, began anew or was deleted since.
  struct LivesMark {
    std::uint64_t events = 0;
    std::uint64_t lives = 0;  ///< of all events together
    std::uint64_t last = 0;   ///< highest number of an event, which none has again
    bool operator==(const LivesMark&) const = default;
  };
  struct Look;
  static void look_into(pqxx::work& transaction, Look& found);
  void look();
  void seen(const Look& look);

  Messaging& messaging_;
  LivesDone lives_;
  LivesMark mark_;           ///< as of the last look
  std::uint64_t fed_ = 0;    ///< position of the last message that the outbox was given
  bool publishing_ = false;  ///< this server does
  std::optional<WallTime> next_;
  SessionPool pool_;
};

}  // namespace fairrush::server
