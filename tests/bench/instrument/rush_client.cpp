// Plays one rush against a service that answers everybody the same, and says what it took: lines of
// `name value`. Started by instrument_bench; the figures are of this process alone.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>

#include "analysis/history/reader.hpp"
#include "analysis/history/writer.hpp"
#include "analysis/latency/histogram.hpp"
#include "base/clock.hpp"
#include "loadgen/plan.hpp"
#include "loadgen/scenario/dialect_reader.hpp"
#include "loadgen/target/requests.hpp"
#include "loadgen/wire/worker.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::Histogram;

/// What to play, as `name=value` words.
class Orders {
 public:
  Orders(int count, char** words) {
    for (int word = 1; word < count; ++word) {
      const std::string_view text = words[word];
      const std::size_t equals = std::min(text.find('='), text.size());
      values_[std::string(text.substr(0, equals))] = text.substr(std::min(equals + 1, text.size()));
    }
  }
  double number(const std::string& name, double otherwise) const {
    const auto found = values_.find(name);
    return found == values_.end() ? otherwise : std::strtod(found->second.c_str(), nullptr);
  }
  bool has(const std::string& name) const { return values_.contains(name); }

 private:
  std::map<std::string, std::string> values_;
};

double cpu_seconds() {
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(use.ru_utime) + seconds(use.ru_stime);
}

double resident_kib() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("VmRSS:")) return std::strtod(line.c_str() + 6, nullptr);
  }
  return 0;
}

Scenario scenario_of(const Orders& orders) {
  using std::chrono::milliseconds;
  Scenario scenario;
  scenario.name = "bench";
  scenario.users = static_cast<std::uint32_t>(orders.number("users", 100'000));
  scenario.connections = static_cast<std::uint32_t>(orders.number("connections", 64));
  scenario.cohorts = {{.name = "everyone", .share = Share{1}}};
  const bool reserves = orders.has("reserve");
  scenario.personas = {{reserves ? Persona::honest : Persona::intruder, Share{1}}};
  scenario.winners = {Share{0}, Share{0}, Share{0}};
  scenario.lead = milliseconds(100);
  scenario.reserve = milliseconds(static_cast<int>(orders.number("reserve", 100)));
  scenario.pause = milliseconds(static_cast<int>(orders.number("pause", 100)));
  const double rate = orders.number("rate", 0);
  scenario.arrivals.pattern.shape = rate > 0 ? ArrivalShape::uniform : ArrivalShape::at_once;
  scenario.rush = rate > 0 ? Duration(static_cast<std::int64_t>(scenario.users / rate * 1e9))
                           : std::chrono::seconds(60);
  scenario.connection_mode =
      orders.has("per_user") ? ConnectionMode::per_user : ConnectionMode::pool;
  return scenario;
}

/// Latencies of claims from the click and from the first byte, and when the first and the last
/// left.
struct Seen {
  Histogram from_click;
  Histogram on_the_wire;
  std::int64_t first_ns = INT64_MAX;
  std::int64_t last_ns = INT64_MIN;
};

Seen look_into(const std::filesystem::path& path) {
  Seen seen;
  const auto history = analysis::History::open(path).value();
  for (const analysis::HistoryBlock& block : history.blocks()) {
    for (const analysis::AttemptRecord& record : block.records) {
      if (record.operation() != analysis::Op::claim || !record.completed()) continue;
      seen.from_click.record(static_cast<std::uint64_t>(record.complete_ns - record.intended_ns));
      seen.on_the_wire.record(
          static_cast<std::uint64_t>(record.complete_ns - record.first_byte_out_ns));
      seen.first_ns = std::min(seen.first_ns, record.first_byte_out_ns);
      seen.last_ns = std::max(seen.last_ns, record.first_byte_out_ns);
    }
  }
  return seen;
}

void say(std::string_view name, double value) {
  fmt::print("{} {:.9g}\n", name, value);
}

void say_quantiles(std::string_view what, const Histogram& times) {
  for (const double quantile : {0.5, 0.99, 0.999}) {
    say(fmt::format("{}_p{:g}_us", what, quantile * 100),
        static_cast<double>(times.value_at(quantile)) / 1e3);
  }
}

void play(const Orders& orders) {
  const RealClock clock;
  const Scenario scenario = scenario_of(orders);
  const SteadyTime before_plan = clock.steady_now();
  const Plan plan(scenario);
  std::vector<Problem> problems;
  const Dialect dialect = read_dialect(scenario, problems);
  const RequestTemplates requests({.dialect = dialect,
                                   .authority = "127.0.0.1",
                                   .constants = {.texts = {{"event", "bench"}}, .times_ms = {}},
                                   .voices = {},
                                   .connections = scenario.connection_mode});
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / fmt::format("fairrush-bench-{}.bin", getpid());
  const auto history = analysis::HistoryFile::create(path).value();
  const double cpu_before = cpu_seconds();
  const SteadyTime start = clock.steady_now();
  Worker worker(
      {.plan = plan,
       .shard = {},
       .instances = {{{boost::asio::ip::address_v4::loopback(),
                       static_cast<std::uint16_t>(orders.number("port", 80))},
                      &requests}},
       .clock = clock,
       .epoch = start,
       .history = *history,
       .transport = {.kind = orders.has("asio") ? TransportKind::asio : TransportKind::io_uring,
                     .clock = clock,
                     .sockets_max = 19'000,
                     .sources = orders.has("per_user")
                                    ? std::vector{boost::asio::ip::make_address("127.0.0.2"),
                                                  boost::asio::ip::make_address("127.0.0.3")}
                                    : std::vector<boost::asio::ip::address>{},
                     .tls = nullptr,
                     .server_name = {}},
       .mode = scenario.connection_mode,
       .connections = scenario.connections,
       .openings = {},
       .attempt_timeout = std::chrono::seconds(20),
       .pacing = orders.has("precise") ? Pacing::precise : Pacing::economic});
  say("planned_s", std::chrono::duration<double>(clock.steady_now() - before_plan).count());
  if (orders.has("waiting")) say("waiting_kib", resident_kib());
  worker.join();
  say("wall_s", std::chrono::duration<double>(clock.steady_now() - start).count());
  say("cpu_s", cpu_seconds() - cpu_before);
  say("resident_kib", resident_kib());
  say("requests", static_cast<double>(worker.counters().sent.value()));
  say("errors", static_cast<double>(worker.counters().errors.value()));
  say_quantiles("lag", worker.delays().lag);
  if (const auto closed = history->close(); !closed) throw std::runtime_error(closed.error());
  const Seen seen = look_into(path);
  say_quantiles("click", seen.from_click);
  say_quantiles("wire", seen.on_the_wire);
  say("burst_s", static_cast<double>(seen.last_ns - seen.first_ns) / 1e9);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace fairrush::loadgen

int main(int count, char** words) {
  fairrush::loadgen::play(fairrush::loadgen::Orders(count, words));
}
