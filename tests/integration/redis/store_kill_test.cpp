// A rush goes on while Redis or the server dies, stands still or forgets: what was acknowledged
// holds.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <ostream>
#include <string>
#include <thread>

#include "tests/integration/redis/store_rush.hpp"

namespace fairrush::server_test {
namespace {

void kill_redis(StoreRush& rush) {
  rush.redis().kill();
  rush.redis().restart();
}

void freeze(StoreRush& rush) {
  rush.redis().freeze();
  std::this_thread::sleep_for(std::chrono::seconds(5));
  rush.redis().thaw();
}

const Disturbance kDisturbances[] = {
    {"killed_with_nothing_kept", {"--appendonly", "no"}, kill_redis},
    {"killed_with_a_log_of_every_second",
     {"--appendonly", "yes", "--appendfsync", "everysec"},
     kill_redis},
    {"killed_with_a_log_of_everything",
     {"--appendonly", "yes", "--appendfsync", "always"},
     kill_redis},
    {"flushed", {}, [](StoreRush& rush) { rush.tell_redis("FLUSHALL"); }, 12, 130},
    {"without_its_scripts", {}, [](StoreRush& rush) { rush.tell_redis("SCRIPT FLUSH"); }, 20, 70},
    {"frozen_for_five_seconds", {}, freeze, 2, 900},
    {"asked_by_a_server_that_is_killed", {}, [](StoreRush& rush) { rush.kill_server(); }, 6, 250},
};

struct Case {
  std::string design;
  const Disturbance* disturbance;
};

void PrintTo(const Case& row, std::ostream* out) {
  *out << row.design << ' ' << row.disturbance->name;
}

/// Every disturbance with one design, and every design with the worst; all with all where
/// FAIRRUSH_STORE_CASES is "all".
std::vector<Case> cases() {
  const char* const wanted = std::getenv("FAIRRUSH_STORE_CASES");
  const bool all_with_all = wanted != nullptr && std::string(wanted) == "all";
  std::vector<Case> all;
  for (const char* const design : {"ticket-list", "sealed-draw", "stock-counter",
                                   "preloaded-shuffle", "batch-draw", "distributed-lock"}) {
    for (const Disturbance& one : kDisturbances) {
      const bool first = std::string(design) == "ticket-list";
      const bool worst = &one == &kDisturbances[0];
      if (first || worst || all_with_all) all.push_back({design, &one});
    }
  }
  return all;
}

class RedisStoreUnderLoad : public testing::TestWithParam<Case> {};

TEST_P(RedisStoreUnderLoad, KeepsWhatWasAcknowledged) {
  if (!integration::RedisServer::is_installed()) GTEST_SKIP() << "Redis is not installed";
  StoreRush(GetParam().design, *GetParam().disturbance).play();
}

INSTANTIATE_TEST_SUITE_P(Redis, RedisStoreUnderLoad, testing::ValuesIn(cases()),
                         [](const auto& row) {
                           std::string name = row.param.design + "_" + row.param.disturbance->name;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace fairrush::server_test
