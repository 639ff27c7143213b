#include "server/stores/postgres/relay.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

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
  bool publishing = false;  ///< before the look, and then after it
  std::uint64_t fed = 0;    ///< likewise: the last message that the outbox was given
  LivesMark mark;           ///< likewise
  std::uint64_t published = 0;
  std::vector<BusMessage> messages{};
  std::vector<Life> lives{};  ///< empty where the mark is the same
  std::vector<EventCreated> events{};
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
  const auto work = [found, before = Look{.publishing = publishing_, .fed = fed_, .mark = mark_}](
                        pqxx::work& transaction) {
    *found = before;
    look_into(transaction, *found);
  };
  pool_.run(work, [this, found](const PostgresResult<void>& result) {
    if (result) {
      seen(*found);
    } else {
      publishing_ = false;  // the lock went with the session
    }
  });
}

void PostgresRelay::look_into(pqxx::work& transaction, Look& found) {
  // Who publishes has the lock for as long as this session lasts.
  const bool was_publishing = found.publishing;
  if (!was_publishing) found.publishing = transaction.exec1(kPublish)[0].as<bool>();
  const pqxx::row row = transaction.exec_prepared1("relay_look");
  found.published = row[0].as<std::uint64_t>();
  const auto last = row[1].as<std::uint64_t>();
  const LivesMark mark{row[2].as<std::uint64_t>(), row[3].as<std::uint64_t>(),
                       row[4].as<std::uint64_t>()};
  if (mark != std::exchange(found.mark, mark)) {
    static const std::string kEvents = fmt::format("SELECT {}, life FROM events", kEventColumns);
    for (const pqxx::row& one : transaction.exec(kEvents)) {
      auto event = event_from_row(one);
      if (!event) throw pqxx::usage_error(event.error());
      found.lives.push_back({event->spec.name, one["life"].as<std::uint64_t>()});
      found.events.push_back(std::move(*event));
    }
  }
  if (!found.publishing) return;
  if (!was_publishing) found.fed = found.published;
  if (last <= found.fed) return;
  static const std::string kMessages = std::string("SELECT ") + kMessageColumns +
                                       " FROM outbox WHERE position > $1 ORDER BY position"
                                       " LIMIT 5000";
  for (const pqxx::row& one : transaction.exec_params(kMessages, found.fed)) {
    const auto message = message_from_row(one);
    if (!message) throw pqxx::usage_error(message.error());
    found.messages.push_back(*message);
  }
  // Places become visible in their order: none up to here will come that is not there.
  found.fed = found.messages.empty() ? last : found.messages.back().position.value();
}

void PostgresRelay::seen(const Look& look) {
  for (const EventCreated& event : look.events) messaging_.see(event);
  if (look.publishing && !publishing_) {
    messaging_.outbox.restore(OutboxPublished{OutboxPosition(look.published)});
  }
  for (const BusMessage& message : look.messages) messaging_.outbox.restore(message);
  publishing_ = look.publishing;
  fed_ = look.fed;
  mark_ = look.mark;
  lives_(look.lives);
}

}  // namespace fairrush::server
