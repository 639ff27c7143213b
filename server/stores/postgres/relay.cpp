#include "server/stores/postgres/relay.hpp"

#include <fmt/format.h>

#include <memory>

#include "server/ledger/postgres/postgres_replay.hpp"

namespace fairrush::server {
namespace {

constexpr Duration kPause = std::chrono::milliseconds(20);

/// Held by the session of the one server that publishes, for as long as the session lasts.
constexpr const char* kPublish = "SELECT pg_try_advisory_lock(1179800392, 3)";

SessionPoolOptions of_one_session(SessionPoolOptions options) {
  options.sessions = 1;
  options.patience = Duration::zero();  // the next look is a look again
  return options;
}

}  // namespace

struct PostgresRelay::Look {
  bool publishing = false;
  std::uint64_t published = 0;
  std::vector<BusMessage> messages;
  std::vector<Life> lives;
  std::vector<EventCreated> events;
};

PostgresRelay::PostgresRelay(SessionPoolOptions options, Executor home, Messaging& messaging,
                             LivesDone lives)
    : messaging_(messaging),
      lives_(std::move(lives)),
      pool_(of_one_session(std::move(options)), home) {}

void PostgresRelay::tick(WallTime now) {
  messaging_.outbox.relay();
  if (!pool_.has_free() || (next_ && now < *next_ && now >= *next_ - kPause)) return;
  next_ = now + kPause;
  look();
}

void PostgresRelay::look() {
  const auto found = std::make_shared<Look>();
  const auto work = [found, fed = publishing_ ? std::optional(fed_)
                                              : std::nullopt](pqxx::work& transaction) {
    *found = {};
    static const std::string kEvents = fmt::format("SELECT {}, life FROM events", kEventColumns);
    for (const pqxx::row& row : transaction.exec(kEvents)) {
      auto event = event_from_row(row);
      if (!event) throw pqxx::usage_error(event.error());
      found->lives.push_back({event->spec.name, row["life"].as<std::uint64_t>()});
      found->events.push_back(std::move(*event));
    }
    found->publishing = transaction.exec1(kPublish)[0].as<bool>();
    if (!found->publishing) return;
    found->published =
        transaction.exec1("SELECT published FROM outbox_cursor")[0].as<std::uint64_t>();
    static const std::string kMessages =
        std::string("SELECT ") + kMessageColumns +
        " FROM outbox WHERE position > $1 ORDER BY position LIMIT 5000";
    for (const pqxx::row& row :
         transaction.exec_params(kMessages, fed.value_or(found->published))) {
      const auto message = message_from_row(row);
      if (!message) throw pqxx::usage_error(message.error());
      found->messages.push_back(*message);
    }
  };
  pool_.run(work, [this, found](const PostgresResult<void>& result) {
    if (result) {
      seen(*found);
    } else {
      publishing_ = false;  // the lock went with the session
    }
  });
}

void PostgresRelay::seen(const Look& look) {
  for (const EventCreated& event : look.events) messaging_.see(event);
  if (look.publishing && !publishing_) {
    messaging_.outbox.restore(OutboxPublished{OutboxPosition(look.published)});
  }
  publishing_ = look.publishing;
  for (const BusMessage& message : look.messages) {
    messaging_.outbox.restore(message);
    fed_ = message.position.value();
  }
  if (look.publishing && look.messages.empty()) fed_ = std::max(fed_, look.published);
  lives_(look.lives);
}

}  // namespace fairrush::server
