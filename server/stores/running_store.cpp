#include "server/stores/running_store.hpp"

#include <boost/asio/post.hpp>

#include "base/runtime/delay.hpp"
#include "server/faults/wiring.hpp"
#include "server/stores/postgres/postgres_service.hpp"
#include "server/stores/redis/redis_service.hpp"

namespace fairrush::server {
namespace {

/// Runs draws on `drawer` and hands their outcomes to the thread of `home`.
DrawRunner draw_runner(IoThread& drawer, Executor home) {
  return [&drawer, home](DrawJob job, std::function<void(DrawResult&)> done) {
    drawer.post([home, job = std::move(job), done = std::move(done)] {
      asio::post(home, [result = run_draw(job), done]() mutable { done(result); });
    });
  };
}

std::unique_ptr<RedisService> make_redis(const RedisEndpoint& endpoint, const StoreParts& parts) {
  return std::make_unique<RedisService>(
      RedisServiceParts{.executor = parts.home,
                        .clock = parts.clock,
                        .queue = parts.queue,
                        .messaging = parts.messaging,
                        .records = parts.records,
                        .run_draw = draw_runner(parts.drawer, parts.home)},
      endpoint);
}

std::unique_ptr<PostgresService> make_postgres(const ServerOptions& options,
                                               const StoreParts& parts) {
  return std::make_unique<PostgresService>(
      SessionPoolOptions{.address = *options.store.postgres,
                         .application = "fairrush-server store",
                         .sessions = options.store_sessions,
                         .patience = options.ledger_patience},
      PostgresServiceParts{.home = parts.home,
                           .clock = parts.clock,
                           .queue = parts.queue,
                           .messaging = parts.messaging});
}

std::unique_ptr<RushService> make_memory(const FaultRow* fault, const StoreParts& parts) {
  return make_service(fault,
                      {.queue = parts.queue,
                       .messaging = parts.messaging,
                       .run_draw = draw_runner(parts.drawer, parts.home)},
                      delay_on(parts.home));
}

}  // namespace

RunningStore::RunningStore(const ServerOptions& options, const StoreParts& parts) {
  if (options.store.redis) {
    redis_ = make_redis(*options.store.redis, parts);
    service_ = redis_.get();
  } else if (options.store.postgres) {
    postgres_ = make_postgres(options, parts);
    service_ = postgres_.get();
  } else {
    memory_ = make_memory(options.app.fault, parts);
    service_ = memory_.get();
  }
}

RunningStore::~RunningStore() = default;

void RunningStore::watch(StoreWatch watch) {
  if (redis_) redis_->watch(std::move(watch));
  if (postgres_) postgres_->watch(std::move(watch));
}

void RunningStore::open() {
  if (redis_) redis_->open();
}

bool RunningStore::wind_up(bool too_late) {
  if (!postgres_) return true;
  if (too_late || postgres_->is_settled()) postgres_->stop();
  return postgres_->has_ended();
}

Task<void> RunningStore::close() {
  if (redis_) co_await redis_->stop();
}

}  // namespace fairrush::server
