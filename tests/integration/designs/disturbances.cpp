#include "tests/integration/designs/disturbances.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iterator>
#include <thread>

#include "server/stores/stored_designs.hpp"

namespace fairrush::design_matrix {
namespace {

constexpr int kFrozen_s = 5;
constexpr int kSettle_ms = 3000;  // of a rush that has stood still, to go on

/// How long PostgreSQL is away; shorter in every run of the test than for the page.
int away_s() {
  return plays_everything() ? 30 : 3;
}

int rush_ms_around(int stretch_s) {
  return stretch_s * 1000 + kSettle_ms;
}

constexpr const char* kUniform = R"(shape = "uniform")";

void stand_still(int seconds) {
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
}

void restart_server(World& world) {
  world.kill_server();
  world.start_server();
}

void restart_redis(World& world) {
  world.redis().kill();
  world.redis().restart();
}

void restart_postgres(World& world) {
  world.postgres().kill();
  world.postgres().restart();
}

void take_postgres_away(World& world) {
  world.postgres().kill();
  stand_still(away_s());
  world.postgres().restart();
}

void restart_rabbitmq(World& world) {
  world.rabbitmq().kill();
  world.rabbitmq().restart();
}

void freeze_redis(World& world) {
  world.redis().freeze();
  stand_still(kFrozen_s);
  world.redis().thaw();
}

void freeze_postgres(World& world) {
  world.postgres().freeze();
  stand_still(kFrozen_s);
  world.postgres().thaw();
}

/// An operator makes room and starts the server again.
void fill_disk_for_a_while(World& world) {
  world.fill_disk();
  EXPECT_TRUE(world.becomes_unready()) << "the disk never filled";
  EXPECT_EQ(world.stop_server(), 0);
  world.start_server();
}

const std::vector<std::string_view> kAnyStore{"memory", "redis", "postgres"};

/// What follows when the server forgets a decision that somebody was told.
const std::vector<std::string_view> kOfLosses{"I1",  "I2",  "I3",  "I4",  "I5",  "I6", "I9",
                                              "I10", "I11", "I12", "I13", "I15", "I16"};

const std::vector<Disturbance> kOfTheServer{
    {.name = kClean, .what = "nothing", .stores = kAnyStore},
    {.name = "server killed",
     .what = "SIGKILL to `fairrush-server`, which is started again at once on its socket",
     .stores = kAnyStore,
     .sample = "sealed-draw on memory",
     .strike = restart_server},
    {.name = "server killed, ack=decided",
     .what = "the same, of a server that answers before it has recorded",
     .stores = kAnyStore,
     .sample = "ticket-list on memory",
     .setup = {.ack = "decided"},
     .strike = restart_server,
     .may_break = kOfLosses,
     .loss_free = {"redis", "postgres"}},
};

const std::vector<Disturbance> kOfWhatItDependsOn{
    {.name = "Redis killed, no AOF",
     .what = "SIGKILL to Redis, which comes back empty",
     .stores = {"redis"},
     .sample = "sealed-draw on redis",
     .strike = restart_redis},
    {.name = "Redis killed, AOF everysec",
     .what = "SIGKILL to Redis, which comes back as it was up to a second before",
     .stores = {"redis"},
     .sample = "ticket-list on redis",
     .setup = {.redis_options = {"--appendonly", "yes", "--appendfsync", "everysec"}},
     .strike = restart_redis},
    {.name = "Redis killed, AOF always",
     .what = "SIGKILL to Redis, which comes back as it was",
     .stores = {"redis"},
     .sample = "stock-counter on redis",
     .setup = {.redis_options = {"--appendonly", "yes", "--appendfsync", "always"}},
     .strike = restart_redis},
    {.name = "Redis frozen",
     .what = fmt::format("SIGSTOP to Redis, SIGCONT {} s later", kFrozen_s),
     .stores = {"redis"},
     .sample = "ticket-list on redis",
     .strike = freeze_redis,
     .rush_ms = rush_ms_around(kFrozen_s),
     .arrivals = kUniform},
    {.name = "PostgreSQL killed",
     .what = "SIGKILL to all of PostgreSQL, which recovers from its log",
     .stores = {"postgres"},
     .sample = "row-lock on postgres",
     .strike = restart_postgres,
     .rush_ms = 4000,
     .arrivals = kUniform},
    {.name = "PostgreSQL away",
     .what = fmt::format("SIGKILL to all of PostgreSQL, and {} s without it", away_s()),
     .stores = {"postgres"},
     .sample = "row-lock on postgres",
     .strike = take_postgres_away,
     .rush_ms = rush_ms_around(away_s()),
     .arrivals = kUniform},
    {.name = "PostgreSQL frozen",
     .what = fmt::format("SIGSTOP to all of PostgreSQL, SIGCONT {} s later", kFrozen_s),
     .stores = {"postgres"},
     .sample = "generate-outbox on postgres",
     .strike = freeze_postgres,
     .rush_ms = rush_ms_around(kFrozen_s),
     .arrivals = kUniform},
    {.name = "RabbitMQ killed",
     .what = "SIGKILL to the bus, `--bus amqp://…`, which is started again at once",
     .stores = {"memory", "redis"},
     .designs = {"ticket-list", "sealed-draw"},
     .sample = "ticket-list on memory",
     .setup = {.over_rabbitmq = true},
     .strike = restart_rabbitmq},
};

const std::vector<Disturbance> kOfItsMachine{
    {.name = "disk full",
     .what = "writes of the server's files fail (RLIMIT_FSIZE), its SQLite ledger among them; once "
             "`/readyz` says so there is room again and the server is restarted",
     .stores = {"memory", "redis"},
     .sample = "waiting-room on memory",
     .setup = {.disk_can_fill = true},
     .strike = fill_disk_for_a_while,
     .arrivals = kUniform},
    {.name = "clock 1 s ahead",
     .what = "the server's wall clock jumps ahead (simulated: libfaketime gives it the time)",
     .stores = kAnyStore,
     .designs = {"sealed-draw", "ticket-list", "row-lock"},
     .sample = "ticket-list on memory",
     .setup = {.clock_can_step = true},
     .strike = [](World& world) { world.step_clock(1); },
     .may_break = {"I8"}},
    {.name = "clock 1 s back",
     .what = "it jumps back",
     .stores = kAnyStore,
     .designs = {"sealed-draw", "ticket-list", "row-lock"},
     .sample = "sealed-draw on memory",
     .setup = {.clock_can_step = true},
     .strike = [](World& world) { world.step_clock(-1); },
     .may_break = {"I8", "I11"}},
};

bool is_in(const std::vector<std::string_view>& list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

}  // namespace

const std::vector<Disturbance>& disturbances() {
  static const std::vector<Disturbance> all = [] {
    std::vector<Disturbance> rows;
    for (const auto& part : {kOfTheServer, kOfWhatItDependsOn, kOfItsMachine}) {
      rows.insert(rows.end(), part.begin(), part.end());
    }
    return rows;
  }();
  return all;
}

bool plays_everything() {
  const char* const wanted = std::getenv("FAIRRUSH_MATRIX");
  return std::getenv("FAIRRUSH_UPDATE_GOLDEN") != nullptr ||
         (wanted != nullptr && std::string_view(wanted) == "all");
}

void PrintTo(const Cell& cell, std::ostream* out) {
  *out << cell.design << " on " << cell.store << ", " << cell.disturbance->name;
}

std::vector<Cell> all_cells() {
  std::vector<Cell> cells;
  for (const std::string_view store : kAnyStore) {
    for (const Disturbance& one : disturbances()) {
      if (!is_in(one.stores, store)) continue;
      for (const std::string_view design : server::designs_on(store)) {
        if (!one.designs.empty() && !is_in(one.designs, design)) continue;
        cells.push_back({std::string(design), std::string(store), &one});
      }
    }
  }
  return cells;
}

std::vector<Cell> sample_cells() {
  std::vector<Cell> cells;
  std::ranges::copy_if(all_cells(), std::back_inserter(cells), [](const Cell& cell) {
    return !cell.disturbance->strike ||
           cell.disturbance->sample == fmt::format("{} on {}", cell.design, cell.store);
  });
  return cells;
}

}  // namespace fairrush::design_matrix
