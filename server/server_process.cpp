#include "server/server_process.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>

#include "base/runtime/delay.hpp"
#include "base/runtime/io_thread.hpp"
#include "server/faults/wiring.hpp"
#include "server/ledger/ledger_thread.hpp"
#include "server/ledger/paced_writer.hpp"
#include "server/ledger/postgres/postgres_ledger.hpp"
#include "server/ledger/sqlite_ledger.hpp"
#include "server/metrics/overload_metrics.hpp"
#include "server/metrics/process_metrics.hpp"
#include "server/metrics/store_metrics.hpp"
#include "server/overload/guarded_service.hpp"
#include "server/stores/running_store.hpp"
#include "server/stores/stored_designs.hpp"

namespace fairrush::server {
namespace {

using SignalSet = asio::basic_signal_set<Executor>;

constexpr Duration kFlushPoll = std::chrono::milliseconds(1);
constexpr Duration kHearingTime = std::chrono::seconds(1);

std::expected<std::unique_ptr<Ledger>, std::string> open_ledger(const ServerOptions& options) {
  const bool faulty = options.app.fault != nullptr;
  if (faulty && (options.store.redis || options.store.postgres)) {
    return std::unexpected("--fault: expected --store memory: faults are let into that one only");
  }
  if (options.store.postgres) {
    return PostgresLedger::open(*options.store.postgres, LedgerSharing::shared);
  }
  if (options.ledger.postgres) {
    if (faulty) {
      return std::unexpected(
          "a server that is wrong on purpose keeps its ledger in SQLite: expected --ledger "
          "sqlite:PATH");
    }
    return PostgresLedger::open(*options.ledger.postgres, LedgerSharing::alone);
  }
  auto ledger = SqliteLedger::open(options.ledger.path, faulty ? Promises::waived : Promises::kept,
                                   options.ledger_wait);
  if (!ledger) return std::unexpected(ledger.error());
  return std::make_unique<SqliteLedger>(std::move(*ledger));
}

/// Where answers do not wait for the ledger, nobody gains by small batches. What a crash may take
/// back grows by this.
Duration linger_of(Acknowledge acknowledge) {
  return acknowledge == Acknowledge::decided ? std::chrono::milliseconds(50) : Duration();
}

AppOptions app_options(const ServerOptions& options) {
  AppOptions app = options.app;
  app.default_design = options.design.value_or(std::string(default_design(options.store.kind())));
  return app;
}

/// The parts of a running server, in the order in which they need each other.
class ServerProcess {
 public:
  ServerProcess(const ServerOptions& options, const Clock& clock, std::unique_ptr<Ledger> ledger,
                OpenNotices notices)
      : options_(options),
        writer_(std::move(ledger), context_.get_executor()),
        faulty_writer_(make_writer(options.app.fault, writer_)),
        paced_writer_(options.ledger_rate.per_second > 0
                          ? std::make_unique<PacedWriter>(
                                faulty_writer_ ? *faulty_writer_ : writer_, options.ledger_rate,
                                clock, delay_on(context_.get_executor()))
                          : nullptr),
        queue_(paced_writer_    ? *paced_writer_
               : faulty_writer_ ? *faulty_writer_
                                : writer_,
               options.ledger_patience, linger_of(options.app.acknowledge)),
        bus_(options.bus, std::move(notices), context_.get_executor(), clock),
        messaging_(queue_, bus_.parts(make_bus_filter(options.app.fault))),
        store_(options, {.home = context_.get_executor(),
                         .clock = clock,
                         .queue = queue_,
                         .messaging = messaging_,
                         .records = writer_,
                         .drawer = drawer_}),
        guarded_(options.overload, {.clock = clock, .queue = queue_, .service = store_.service()}),
        app_(app_options(options), {.clock = clock,
                                    .queue = queue_,
                                    .messaging = messaging_,
                                    .ledger = writer_,
                                    .service = guarded_}),
        sessions_(app_, clock, options.limits, options.timeouts),
        signals_(context_.get_executor(), SIGTERM, SIGINT),
        renewals_(context_.get_executor(), SIGHUP) {
    writer_.report_to(queue_);
    add_process_metrics(app_.metrics());
    add_overload_metrics(app_.metrics(), guarded_);
    if (options.store.redis || options.store.postgres) {
      store_metrics_.emplace(app_.metrics(), clock, options.store.kind());
      store_.watch(store_metrics_->watch());
    }
  }

  Executor executor() { return context_.get_executor(); }

  std::expected<void, std::string> restore() {
    return writer_.ledger().replay([this](const LedgerRecord& record) {
      const auto restored = app_.restore(record);
      return restored ? store_.service().restore(record) : restored;
    });
  }

  /// `identity`, where there is one, is what connections are shown.
  void run(TcpAcceptor acceptor, std::optional<TlsIdentity> identity) {
    if (identity) sessions_.tls = &*identity;
    Listener listener(std::move(acceptor), sessions_);
    store_.open();
    app_.tick();
    listener.start();
    fmt::print("listening on {}\n", listener.url());
    std::fflush(stdout);
    log_info("listening", {{"url", listener.url()},
                           {"store", options_.store.text()},
                           {"ledger", writer_.ledger().name()},
                           {"bus", shown(options_.bus.address)}});
    TaskGroup tasks(executor());
    tasks.spawn(stop_on_signal(listener));
    tasks.spawn(renew_on_signal(identity));
    context_.run();
  }

 private:
  /// SIGHUP: the certificate was renewed. Without one it means nothing.
  Task<void> renew_on_signal(std::optional<TlsIdentity>& identity) {
    while (true) {
      const auto [error, signal] = co_await renewals_.async_wait(kAwait);
      if (error) co_return;
      if (!identity) continue;
      if (const auto renewed = identity->reload(); renewed) {
        log_info("certificate read again");
      } else {
        log_error("the old certificate stays", {{"what", renewed.error()}});
      }
    }
  }

  using Moment = std::chrono::steady_clock::time_point;

  /// Waits until everything decided is durable, at most until then. What is under way at
  /// `give_up_at` is given up: it was acknowledged to nobody.
  Task<void> flush(Moment until, Moment give_up_at) {
    Timer poll(executor());
    for (;;) {
      const Moment now = std::chrono::steady_clock::now();
      if (now >= give_up_at) writer_.give_up();
      const bool settled = store_.wind_up(now >= give_up_at);
      if ((settled && queue_.idle()) || now >= until) co_return;
      poll.expires_after(kFlushPoll);
      co_await poll.async_wait(kAwait);
    }
  }

  Task<void> stop_on_signal(Listener& listener) {
    const auto [error, signal] = co_await signals_.async_wait(kAwait);
    log_info("draining", {{"signal", fmt::format("{}", signal)},
                          {"connections", fmt::format("{}", listener.connections())}});
    const auto give_up_at = std::chrono::steady_clock::now() + options_.drain_timeout;
    const bool drained = co_await listener.drain(options_.drain_timeout);
    // What consumers heard is recorded, and settled, before the bus goes; others may still publish.
    co_await flush(std::min(give_up_at, std::chrono::steady_clock::now() + kHearingTime),
                   give_up_at);
    co_await bus_.stop();
    co_await flush(Moment::max(), give_up_at);
    co_await listener.stop();
    co_await store_.close();
    renewals_.cancel();
    log_info(drained ? "stopped" : "stopped with connections cut off");
  }

  const ServerOptions& options_;
  // One thread runs it and alone touches its sockets; other threads only post.
  asio::io_context context_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  LedgerThread writer_;
  std::unique_ptr<BatchWriter> faulty_writer_;
  std::unique_ptr<BatchWriter> paced_writer_;
  CommitQueue queue_;
  BusShell bus_;
  Messaging messaging_;
  IoThread drawer_{"draw"};
  RunningStore store_;
  GuardedService guarded_;
  App app_;
  std::optional<StoreMetrics> store_metrics_;  ///< unset: the store is this process
  SessionContext sessions_;
  SignalSet signals_;
  SignalSet renewals_;
};

}  // namespace

std::expected<void, std::string> run_server(const ServerOptions& options, const Clock& clock) {
  if (options.app.fault != nullptr) {
    log_error("THIS SERVER IS WRONG ON PURPOSE: a fault is switched on",
              {{"fault", std::string(options.app.fault->name)},
               {"what", std::string(options.app.fault->breaks)}});
  }
  std::optional<TlsIdentity> identity;
  if (options.tls.wanted()) {
    auto loaded = TlsIdentity::load(options.tls);
    if (!loaded) return std::unexpected(loaded.error());
    identity = std::move(*loaded);
  }
  auto ledger = open_ledger(options);
  if (!ledger) return std::unexpected(ledger.error());
  auto notices = open_notices(options.bus);
  if (!notices) return std::unexpected(notices.error());
  ServerProcess process(options, clock, std::move(*ledger), std::move(*notices));
  if (auto restored = process.restore(); !restored) return restored;
  const auto inherited = inherited_listener(std::getenv("LISTEN_PID"), std::getenv("LISTEN_FDS"));
  auto acceptor = inherited ? adopt_listener(process.executor(), *inherited)
                            : listen_on(process.executor(), options.listen);
  if (!acceptor) return std::unexpected(acceptor.error());
  process.run(std::move(*acceptor), std::move(identity));
  return {};
}

}  // namespace fairrush::server
