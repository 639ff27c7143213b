// The instrument beside its peers: prints one line a question, with the peers' figures of the same
// minutes and the goal (see support/questions.hpp).
#include <fmt/format.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "analysis/latency/histogram.hpp"
#include "base/version.hpp"
#include "tests/bench/instrument/peers.hpp"
#include "tests/bench/support/questions.hpp"
#include "tests/bench/support/turns.hpp"
#include "tests/bench/support/wrk.hpp"

namespace fairrush::bench {
namespace {

/// How many connections, and at least how many times as efficient as wrk with a script and without
/// one; zero: no goal.
struct ClosedLoop {
  int connections = 0;
  double script_goal = 0;
  double wrk_goal = 0;
};

class Bench {
 public:
  Bench(int turns, const WebServer& server) : turns_(turns), server_(server) {}

  Row closed_loop(const ClosedLoop& loop) {
    const auto [connections, script_goal, wrk_goal] = loop;
    Turns turns;
    const bool many = connections >= 10'000;
    const int users = many ? 800'000 : 200'000;
    turns.add("fairrush", [&] {
      return play_rush(
          server_, {fmt::format("users={}", users), fmt::format("connections={}", connections)});
    });
    turns.add("wrk", [&] { return play_wrk(server_.url(), wrk(connections)); });
    turns.add("script", [&] { return play_wrk(server_.url(), wrk(connections, kDifferentPosts)); });
    turns.add("ring", [&] { return play_bare_ring(server_, connections, users); });
    // Many short turns, but for those that open thousands of connections first.
    turns.take(many ? turns_ : 5 * turns_);
    const double to_get = turns.ratio("fairrush", "wrk", "per_cpu_s");
    const double to_script = turns.ratio("fairrush", "script", "per_cpu_s");
    const std::string goal =
        script_goal > 0 ? fmt::format("≥ {:.2f} × script, ≥ {:.2f} × GET", script_goal, wrk_goal)
                        : fmt::format("≥ {:.2f} × GET", wrk_goal);
    const auto rate = [&](const char* name) { return thousands(turns.of(name, "per_cpu_s")); };
    return {
        .question = fmt::format("requests a CPU-second of the client, {} connections", connections),
        .figure =
            fmt::format("{} ({:.2f} × script, {:.2f} × GET)", rate("fairrush"), to_script, to_get),
        .peers = fmt::format(
            "wrk, one GET: {}; wrk, script: {}; the kernel alone: {} ({:.2f} × GET)", rate("wrk"),
            rate("script"), rate("ring"), turns.ratio("ring", "wrk", "per_cpu_s")),
        .goal = goal,
        .held = to_script >= script_goal && to_get >= wrk_goal};
  }

  Row open_loop() {
    Turns turns;
    turns.add("fairrush", [&] {
      return play_rush(server_, {"users=400000", "connections=256", "rate=100000"});
    });
    const char* const wrk2 = std::getenv("WRK2");
    if (wrk2 != nullptr) {
      turns.add("wrk2", [&] {
        return play_wrk(
            server_.url(),
            {.program = wrk2, .connections = 256, .seconds = 12, .rate = 100'000, .script = {}});
      });
    }
    turns.take(turns_);
    const double ours = turns.of("fairrush", "per_cpu_s");
    const double wire_us = turns.of("fairrush", "wire_p50_us");
    const double to_wrk2 = wrk2 != nullptr ? turns.ratio("fairrush", "wrk2", "per_cpu_s") : 0;
    return {.question = "open loop at 100,000 requests/s: requests a CPU-second, median latency",
            .figure = fmt::format("{}, {:.0f} µs on the wire{}", thousands(ours), wire_us,
                                  to_wrk2 > 0 ? fmt::format(" ({:.2f} × wrk2)", to_wrk2) : ""),
            .peers = to_wrk2 > 0 ? fmt::format("wrk2: {}, {:.0f} µs",
                                               thousands(turns.of("wrk2", "per_cpu_s")),
                                               turns.of("wrk2", "p50_us"))
                                 : "wrk2: not built (WRK2=/path)",
            .goal = "≥ 1.20 × wrk2",
            .held = to_wrk2 >= 1.2};
  }

  Row waiting_users() {
    Turns turns;
    turns.add("fairrush",
              [&] { return play_rush(server_, {"users=500000", "rate=250000", "waiting"}); });
    turns.take(turns_);
    const double mib = turns.of("fairrush", "waiting_kib") / 1024;
    const double planned_s = turns.of("fairrush", "planned_s");
    return {.question = "500,000 users before the rush: resident memory, time to plan",
            .figure = fmt::format("{:.1f} MiB, {:.0f} ms", mib, planned_s * 1e3),
            .peers = "",
            .goal = "≤ 64 MiB, ≤ 500 ms",
            .held = mib <= 64 && planned_s <= 0.5};
  }

  Row connected_users() {
    Turns turns;
    for (const int users : {1'000, 15'000}) {
      turns.add(std::to_string(users), [this, users] {
        return play_rush(server_, {fmt::format("users={}", users), "per_user", "rate=6000"});
      });
    }
    turns.take(turns_);
    const double kib =
        (turns.of("15000", "resident_kib") - turns.of("1000", "resident_kib")) / 14'000;
    return {.question = "memory a connected user, from 1,000 to 15,000 connections",
            .figure = fmt::format("{:.2f} KiB", kib),
            .peers = "",
            .goal = "≤ 3 KiB",
            .held = kib <= 3};
  }

  /// At half of what one core of the client sends at exact moments.
  Row schedule_lag() {
    const double capacity =
        play_rush(server_, {"users=200000", "connections=256", "rate=80000", "precise"})
            .at("per_cpu_s");
    Turns turns;
    const auto rate = fmt::format("rate={:.0f}", capacity / 2);
    turns.add("precise", [&] {
      return play_rush(server_,
                       {fmt::format("users={:.0f}", capacity), "connections=256", rate, "precise"});
    });
    turns.add("timerfd", [] { return bare_timer(); });
    turns.take(turns_);
    const double p50 = turns.of("precise", "lag_p50_us");
    const double p99 = turns.of("precise", "lag_p99_us");
    return {
        .question = fmt::format("schedule lag, precise, at {} requests/s", thousands(capacity / 2)),
        .figure = fmt::format("p50 {:.0f} µs, p99 {:.0f} µs", p50, p99),
        .peers = fmt::format("bare timerfd, 1 ms: p50 {:.0f} µs, p99 {:.0f} µs",
                             turns.of("timerfd", "p50_us"), turns.of("timerfd", "p99_us")),
        .goal = "p50 ≤ 60 µs, p99 ≤ 600 µs",
        .held = p50 <= 60 && p99 <= 600};
  }

  Row burst() {
    constexpr double kUsers = 15'000;
    Turns turns;
    turns.add("fairrush", [&] {
      return play_rush(server_, {"users=15000", "per_user", "reserve=4000", "pause=1000"});
    });
    turns.add("wrk", [&] { return play_wrk(server_.url(), wrk(64)); });
    turns.take(turns_);
    const double seconds = turns.least("fairrush", "burst_s");
    const double loop = kUsers / turns.most("wrk", "rps");
    return {.question = "15,000 users at T0 over kept connections: until the last has left",
            .figure = fmt::format("{:.0f} ms ({:.2f} ×; the quietest turn)", seconds * 1e3,
                                  seconds / loop),
            .peers = fmt::format("wrk, closed loop, as many: {:.0f} ms in its fastest", loop * 1e3),
            .goal = "≤ 1.2 ×",
            .held = seconds <= 1.2 * loop};
  }

  /// p_q = D − (1 − q)·T for a target that stops for D in T.
  Row freeze() {
    const auto frozen = [this] {
      std::jthread freezer([worker = server_.worker()] {
        std::this_thread::sleep_for(std::chrono::seconds(10));
        ::kill(worker, SIGSTOP);
        std::this_thread::sleep_for(std::chrono::seconds(1));
        ::kill(worker, SIGCONT);
      });
      return play_rush(server_, {"users=30000", "connections=2000", "rate=1000"});
    };
    const Figures seen = frozen();
    const double p99 = seen.at("click_p99_us") / 1e6;
    const double p999 = seen.at("click_p99.9_us") / 1e6;
    return {.question = "a target that stops for 1 s in 30 s of 1,000 requests/s",
            .figure = fmt::format("p99 {:.3f} s, p99.9 {:.3f} s", p99, p999),
            .peers = "truth: 0.700 s, 0.970 s",
            .goal = "± 0.02 s",
            .held = std::abs(p99 - 0.70) <= 0.02 && std::abs(p999 - 0.97) <= 0.02};
  }

  Row cost_of_size() {
    Turns turns;
    for (const int users : {30'000, 500'000}) {
      turns.add(std::to_string(users), [this, users] {
        return play_rush(server_, {fmt::format("users={}", users), "connections=64"});
      });
    }
    turns.take(turns_);
    const double few = 1e6 / turns.of("30000", "per_cpu_s");
    const double many = 1e6 / turns.of("500000", "per_cpu_s");
    const double growth = turns.ratio("30000", "500000", "per_cpu_s");
    return {.question = "CPU a request at 500,000 users, against 30,000",
            .figure = fmt::format("{:.2f} µs, {:.2f} µs ({:.2f} ×)", many, few, growth),
            .peers = "",
            .goal = "≤ 1.1 ×",
            .held = growth <= 1.1};
  }

 private:
  static WrkOrder wrk(int connections, std::string script = {}) {
    return {.program = "wrk",
            .connections = connections,
            .seconds = connections >= 10'000 ? 8 : 1,
            .rate = 0,
            .script = std::move(script)};
  }

  /// How late a thread wakes that does nothing but wait for a timer.
  static Figures bare_timer() {
    analysis::Histogram lag;
    std::jthread([&lag] {
      cpu_set_t cores;
      CPU_ZERO(&cores);
      CPU_SET(kClientCore, &cores);
      sched_setaffinity(0, sizeof cores, &cores);
      const int timer = timerfd_create(CLOCK_MONOTONIC, 0);
      auto due = std::chrono::steady_clock::now();
      for (int tick = 0; tick < 2'000; ++tick) {
        due += std::chrono::milliseconds(1);
        const auto ns = due.time_since_epoch().count();
        const itimerspec at{
            .it_interval = {},
            .it_value = {.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000}};
        timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, nullptr);
        std::uint64_t expired = 0;
        if (read(timer, &expired, sizeof expired) < 0) break;
        lag.record(static_cast<std::uint64_t>((std::chrono::steady_clock::now() - due).count()));
      }
      close(timer);
    }).join();
    return {{"p50_us", static_cast<double>(lag.value_at(0.5)) / 1e3},
            {"p99_us", static_cast<double>(lag.value_at(0.99)) / 1e3}};
  }

  int turns_;
  const WebServer& server_;
};

}  // namespace
}  // namespace fairrush::bench

int main(int count, char** words) {
  using namespace fairrush::bench;
  const WebServer server;
  const auto bench = [&server](Row (Bench::*row)()) {
    return [&server, row](int turns) { return (Bench(turns, server).*row)(); };
  };
  const auto closed_loop = [&server](ClosedLoop loop) {
    return [&server, loop](int turns) { return Bench(turns, server).closed_loop(loop); };
  };
  return ask({{"closed-64", closed_loop({64, 1.65, 1.10})},
              {"closed-1000", closed_loop({1'000, 1.65, 1.10})},
              {"closed-10000", closed_loop({10'000, 0, 1.15})},
              {"open", bench(&Bench::open_loop)},
              {"waiting", bench(&Bench::waiting_users)},
              {"connected", bench(&Bench::connected_users)},
              {"lag", bench(&Bench::schedule_lag)},
              {"burst", bench(&Bench::burst)},
              {"freeze", bench(&Bench::freeze)},
              {"size", bench(&Bench::cost_of_size)}},
             {words + 1, words + count});
}
