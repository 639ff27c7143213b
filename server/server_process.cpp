#include "server/server_process.hpp"

#include <fmt/format.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>

#include "base/runtime/io_thread.hpp"
#include "server/faults/wiring.hpp"
#include "server/ledger/ledger_thread.hpp"
#include "server/metrics/process_metrics.hpp"

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
        service_(make_service(options.app.fault,
                              {.queue = queue_,
                               .messaging = messaging_,
                               .run_draw = draw_runner(worker_, context_.get_executor())},
                              delay_on(context_.get_executor()))),
        app_(options.app, {.clock = clock,
                           .queue = queue_,
                           .messaging = messaging_,
                           .ledger = writer_,
                           .service = *service_}),
        sessions_(app_, clock, options.limits, options.timeouts),
        signals_(context_.get_executor(), SIGTERM, SIGINT),
        renewals_(context_.get_executor(), SIGHUP) {
    writer_.report_to(queue_);
    add_process_metrics(app_.metrics());
  }

  Executor executor() { return context_.get_executor(); }

  std::expected<void, std::string> restore() {
    return writer_.ledger().replay([this](const LedgerRecord& record) {
      const auto restored = app_.restore(record);
      return restored ? service_->restore(record) : restored;
    });
  }

  /// `identity`, where there is one, is what connections are shown.
  void run(TcpAcceptor acceptor, std::optional<TlsIdentity> identity) {
    if (identity) sessions_.tls = &*identity;
    Listener listener(std::move(acceptor), sessions_);
    app_.tick();
    listener.start();
    fmt::print("listening on {}\n", listener.url());
    std::fflush(stdout);
    log_info("listening", {{"url", listener.url()}, {"ledger", options_.ledger_path}});
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
    renewals_.cancel();
    log_info(drained ? "stopped" : "stopped with connections cut off");
  }

  const ServerOptions& options_;
  asio::io_context context_{1};
  LedgerThread writer_;
  std::unique_ptr<BatchWriter> faulty_writer_;
  CommitQueue queue_;
  Messaging messaging_;
  IoThread worker_{"draw"};
  std::unique_ptr<RushService> service_;
  App app_;
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
  auto ledger = SqliteLedger::open(options.ledger_path,
                                   options.app.fault == nullptr ? Promises::kept : Promises::waived,
                                   options.ledger_wait);
  if (!ledger) return std::unexpected(ledger.error());
  ServerProcess process(options, clock, std::move(*ledger));
  if (auto restored = process.restore(); !restored) return restored;
  const auto inherited = inherited_listener(std::getenv("LISTEN_PID"), std::getenv("LISTEN_FDS"));
  auto acceptor = inherited ? adopt_listener(process.executor(), *inherited)
                            : listen_on(process.executor(), options.listen);
  if (!acceptor) return std::unexpected(acceptor.error());
  process.run(std::move(*acceptor), std::move(identity));
  return {};
}

}  // namespace fairrush::server
