// The instrument beside its peers: prints one line a question, with the peers' figures of the same
// minutes and the goal. `--markdown` prints the table of docs/performance.md, `--quick` takes one
// turn each, other words are the questions to ask, by a part of their names.
#include <fmt/format.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "analysis/latency/histogram.hpp"
#include "base/version.hpp"
#include "tests/bench/instrument/peers.hpp"

namespace fairrush::bench {
namespace {

/// One measured question.
struct Row {
  std::string question;
  std::string figure;
  std::string peers;
  std::string goal;
  bool held = false;
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values.at(values.size() / 2);
}

/// Figures of each of several programs that take turns.
class Turns {
 public:
  void add(std::string name, std::function<Figures()> play) {
    players_.push_back({std::move(name), std::move(play), {}});
  }
  void take(int turns) {
    for (int turn = 0; turn < turns; ++turn) {
      for (Player& player : players_) player.seen.push_back(player.play());
    }
  }
  bool has(const std::string& name) const {
    return std::ranges::any_of(players_, [&](const Player& one) { return one.name == name; });
  }
  /// The median of the turns.
  double of(const std::string& name, const std::string& figure) const {
    return median(all_of(name, figure));
  }
  /// The median of the turns' ratios: neighbours in time share the machine's mood.
  double ratio(const std::string& name, const std::string& peer, const std::string& figure) const {
    std::vector<double> ratios = all_of(name, figure);
    const std::vector<double> peers = all_of(peer, figure);
    for (std::size_t turn = 0; turn < ratios.size(); ++turn) ratios[turn] /= peers[turn];
    return median(ratios);
  }
  /// In the quietest turn: of what lasts a tenth of a second, others can only take away.
  double least(const std::string& name, const std::string& figure) const {
    return std::ranges::min(all_of(name, figure));
  }
  double most(const std::string& name, const std::string& figure) const {
    return std::ranges::max(all_of(name, figure));
  }

 private:
  std::vector<double> all_of(const std::string& name, const std::string& figure) const {
    const auto found = std::ranges::find(players_, name, &Player::name);
    std::vector<double> values;
    for (const Figures& figures : found->seen) values.push_back(figures.at(figure));
    return values;
  }

  struct Player {
    std::string name;
    std::function<Figures()> play;
    std::vector<Figures> seen;
  };
  std::vector<Player> players_;
};

std::string thousands(double value) {
  return fmt::format("{:.0f} k", value / 1e3);
}

class Bench {
 public:
  explicit Bench(int turns) : turns_(turns) {}

  Row closed_loop(int connections, double script_goal, double wrk_goal) {
    Turns turns;
    const bool many = connections >= 10'000;
    const int users = many ? 800'000 : 200'000;
    turns.add("fairrush", [&] {
      return play_rush(
          server_, {fmt::format("users={}", users), fmt::format("connections={}", connections)});
    });
    turns.add("wrk", [&] { return play_wrk(server_, wrk(connections, false)); });
    turns.add("script", [&] { return play_wrk(server_, wrk(connections, true)); });
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
        return play_wrk(server_, {.program = wrk2,
                                  .connections = 256,
                                  .seconds = 12,
                                  .rate = 100'000,
                                  .different_posts = false});
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
    turns.add("wrk", [&] { return play_wrk(server_, wrk(64, false)); });
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
  static WrkOrder wrk(int connections, bool different_posts) {
    return {.program = "wrk",
            .connections = connections,
            .seconds = connections >= 10'000 ? 8 : 1,
            .rate = 0,
            .different_posts = different_posts};
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
  WebServer server_;
};

void print(const Row& row, bool markdown) {
  const std::string_view verdict = row.held ? "held" : "not held";
  if (markdown) {
    fmt::print("| {} | {} | {} | {} | {} |\n", row.question, row.figure, row.peers, row.goal,
               verdict);
  } else {
    fmt::print("{}\n    {}\n    {}\n    goal {}: {}\n", row.question, row.figure, row.peers,
               row.goal, verdict);
  }
  std::fflush(stdout);
}

int measure(const std::vector<std::string>& words) {
  const auto asked = [&words](std::string_view word) {
    return std::ranges::find(words, word) != words.end();
  };
  const bool markdown = asked("--markdown");
  Bench bench(asked("--quick") ? 1 : 5);
  const std::vector<std::pair<std::string, std::function<Row()>>> questions{
      {"closed-64", [&] { return bench.closed_loop(64, 1.65, 1.10); }},
      {"closed-1000", [&] { return bench.closed_loop(1'000, 1.65, 1.10); }},
      {"closed-10000", [&] { return bench.closed_loop(10'000, 0, 1.15); }},
      {"open", [&] { return bench.open_loop(); }},
      {"waiting", [&] { return bench.waiting_users(); }},
      {"connected", [&] { return bench.connected_users(); }},
      {"lag", [&] { return bench.schedule_lag(); }},
      {"burst", [&] { return bench.burst(); }},
      {"freeze", [&] { return bench.freeze(); }},
      {"size", [&] { return bench.cost_of_size(); }},
  };
  const bool choosy =
      std::ranges::any_of(words, [](const std::string& word) { return !word.starts_with("--"); });
  if (markdown) {
    fmt::print("| question | fairrush | peers | goal | |\n|---|---|---|---|---|\n");
  }
  for (const auto& [name, ask] : questions) {
    const bool wanted = !choosy || std::ranges::any_of(words, [&](const std::string& word) {
      return name.contains(word);
    });
    if (wanted) print(ask(), markdown);
  }
  return 0;
}

}  // namespace
}  // namespace fairrush::bench

int main(int count, char** words) {
  try {
    return fairrush::bench::measure({words + 1, words + count});
  } catch (const std::exception& error) {
    fmt::print(stderr, "instrument_bench: {}\n", error.what());
    return 1;
  }
}
