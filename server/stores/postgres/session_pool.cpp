#include "server/stores/postgres/session_pool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <thread>
#include <utility>

#include "base/assert.hpp"
#include "server/ledger/postgres/record_batch.hpp"
#include "server/stores/postgres/transactions.hpp"

namespace fairrush::server {
namespace {

using Kind = PostgresError::Kind;
using SteadyClock = std::chrono::steady_clock;

constexpr Duration kFirstPause = std::chrono::milliseconds(5);
constexpr Duration kLongestPause = std::chrono::milliseconds(200);
/// Somebody is in the way only once for each user of a batch; more is a fault of ours.
constexpr unsigned kClashesMax = 100;

}  // namespace

SessionPool::SessionPool(SessionPoolOptions options, Executor home)
    : options_(std::move(options)), home_(home) {
  for (unsigned index = 0; index < options_.sessions; ++index) {
    sessions_.push_back(std::make_unique<Session>(fmt::format("postgres-{}", index)));
    free_.push_back(sessions_.back().get());
  }
}

SessionPool::~SessionPool() {
  FAIRRUSH_ASSERT(is_idle());
  // A connection belongs to its thread, to the last.
  for (auto& session : sessions_) {
    session->thread.post([&connection = session->connection] { connection.reset(); });
    session->thread.join();
  }
}

void SessionPool::run(Work work, Done done) {
  FAIRRUSH_ASSERT(has_free());
  Session& session = *free_.back();
  free_.pop_back();
  session.thread.post([this, &session, work = std::move(work), done = std::move(done)]() mutable {
    PostgresResult<void> result = perform(session, work);
    work = nullptr;  // what it holds goes before its owner hears of the end
    asio::post(home_, [this, &session, result = std::move(result), done = std::move(done)] {
      free_.push_back(&session);
      done(result);
    });
  });
}

void SessionPool::interrupt() {
  for (auto& session : sessions_) session->interrupt.fire();
}

PostgresResult<void> SessionPool::perform(Session& session, const Work& work) const {
  const auto give_up_at = SteadyClock::now() + options_.patience;
  Duration pause = kFirstPause;
  for (unsigned clashes = 0;;) {
    const auto done = perform_once(session, work);
    if (done || done.error().kind == Kind::refused) return done;
    if (done.error().kind == Kind::clash) {
      if (++clashes == kClashesMax) return done;
      continue;
    }
    session.connection.reset();
    if (session.interrupt.fired() || SteadyClock::now() + pause >= give_up_at) return done;
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, kLongestPause);
  }
}

PostgresResult<void> SessionPool::perform_once(Session& session, const Work& work) const {
  if (!session.connection) {
    auto opened =
        PostgresConnection::open(options_.address, options_.application, session.interrupt);
    if (!opened) return std::unexpected(opened.error());
    session.connection.emplace(std::move(*opened));
    for (const auto statements : {record_statements(), store_statements()}) {
      if (auto known = session.connection->prepare(statements); !known) return known;
    }
  }
  return session.connection->transact(work);
}

}  // namespace fairrush::server
