#include "server/server_process.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <memory>

#include "base/runtime/io_thread.hpp"
#include "server/faults/wiring.hpp"
#include "server/ledger/ledger_thread.hpp"
#include "server/stores/redis/redis_service.hpp"

namespace fairrush::server {
namespace {

using SignalSet = asio::basic_signal_set<Executor>;

constexpr Duration kFlushPoll = std::chrono::milliseconds(1);

/// Runs draws on `worker` and hands their outcomes to the thread of `home`.
DrawRunner draw_runner(IoThread& worker, Executor home) {
  return [&worker, home](DrawJob job, std::function<void(DrawResult&)> done) {
    worker.post([home, job = std::move(job), done = std::move(done)] {
      asio::post(home, [result = run_draw(job), done]() mutable { done(result); });
    });
  };
}

/// Does work on the thread of `home` after a wait.
Delay delay_on(Executor home) {
  return [home](Duration wait, std::function<void()> work) {
    auto timer = std::make_shared<Timer>(home, wait);
    timer->async_wait([timer, work = std::move(work)](const error_code&) { work(); });
  };
}

/// The parts of a running server, in the order in which they need each other.
class ServerProcess {
 public:
  ServerProcess(const ServerOptions& options, const Clock& clock, SqliteLedger ledger)
      : options_(options),
        writer_(std::move(ledger), context_.get_executor()),
        faulty_writer_(make_writer(options.app.fault, writer_)),
        queue_(faulty_writer_ ? *faulty_writer_ : writer_),
        messaging_(queue_, make_bus_filter(options.app.fault)),
        redis_(make_redis(clock)),
        memory_(redis_ ? nullptr : make_memory()),
        service_(redis_ ? static_cast<CouponService&>(*redis_) : *memory_),
        app_(options.app, {.clock = clock,
                           .queue = queue_,
                           .messaging = messaging_,
                           .ledger = writer_,
                           .service = service_}),
        sessions_(app_, clock, options.limits, options.timeouts),
        signals_(context_.get_executor(), SIGTERM, SIGINT) {
    writer_.report_to(queue_);
  }

  Executor executor() { return context_.get_executor(); }

  /// Whether the options go together.
  std::expected<void, std::string> check() const {
    const std::vector<std::string_view> designs = service_.designs();
    if (std::ranges::find(designs, options_.app.default_design) == designs.end()) {
      return std::unexpected(
          fmt::format("--design: '{}' does not run on this store: expected one of {}",
                      options_.app.default_design, fmt::join(designs, ", ")));
    }
    return {};
  }

  std::expected<void, std::string> restore() {
    return writer_.ledger().replay(
        [this](const LedgerRecord& record) { return service_.restore(record); });
  }

  void run(TcpAcceptor acceptor) {
    Listener listener(std::move(acceptor), sessions_);
    if (redis_) redis_->open();
    app_.tick();
    listener.start();
    fmt::print("listening on {}\n", listener.url());
    std::fflush(stdout);
    log_info("listening", {{"url", listener.url()}, {"ledger", options_.ledger_path}});
    TaskGroup tasks(executor());
    tasks.spawn(stop_on_signal(listener));
    context_.run();
  }

 private:
  std::unique_ptr<RedisService> make_redis(const Clock& clock) {
    if (!options_.redis) return nullptr;
    return std::make_unique<RedisService>(
        RedisServiceParts{.executor = context_.get_executor(),
                          .clock = clock,
                          .queue = queue_,
                          .messaging = messaging_,
                          .records = writer_,
                          .run_draw = draw_runner(worker_, context_.get_executor())},
        *options_.redis);
  }

  std::unique_ptr<RushService> make_memory() {
    return make_service(options_.app.fault,
                        {.queue = queue_,
                         .messaging = messaging_,
                         .run_draw = draw_runner(worker_, context_.get_executor())},
                        delay_on(context_.get_executor()));
  }

  Task<void> stop_on_signal(Listener& listener) {
    const auto [error, signal] = co_await signals_.async_wait(kAwait);
    log_info("draining", {{"signal", fmt::format("{}", signal)},
                          {"connections", fmt::format("{}", listener.connections())}});
    const bool drained = co_await listener.drain(options_.drain_timeout);
    Timer poll(executor());
    while (!queue_.idle()) {
      poll.expires_after(kFlushPoll);
      co_await poll.async_wait(kAwait);
    }
    co_await listener.stop();
    if (redis_) co_await redis_->stop();
    log_info(drained ? "stopped" : "stopped with connections cut off");
  }

  const ServerOptions& options_;
  asio::io_context context_{1};
  LedgerThread writer_;
  std::unique_ptr<BatchWriter> faulty_writer_;
  CommitQueue queue_;
  Messaging messaging_;
  IoThread worker_{"draw"};
  std::unique_ptr<RedisService> redis_;  ///< one of the two
  std::unique_ptr<RushService> memory_;
  CouponService& service_;
  App app_;
  SessionContext sessions_;
  SignalSet signals_;
};

}  // namespace

std::expected<void, std::string> run_server(const ServerOptions& options, const Clock& clock) {
  if (options.app.fault != nullptr) {
    log_error("THIS SERVER IS WRONG ON PURPOSE: a fault is switched on",
              {{"fault", std::string(options.app.fault->name)},
               {"what", std::string(options.app.fault->breaks)}});
  }
  if (options.app.fault != nullptr && options.redis) {
    return std::unexpected("--fault: expected --store memory: faults are let into that one only");
  }
  auto ledger = SqliteLedger::open(
      options.ledger_path, options.app.fault == nullptr ? Promises::kept : Promises::waived);
  if (!ledger) return std::unexpected(ledger.error());
  ServerProcess process(options, clock, std::move(*ledger));
  if (auto sensible = process.check(); !sensible) return sensible;
  if (auto restored = process.restore(); !restored) return restored;
  auto acceptor = listen_on(process.executor(), options.listen);
  if (!acceptor) return std::unexpected(acceptor.error());
  process.run(std::move(*acceptor));
  return {};
}

}  // namespace fairrush::server
