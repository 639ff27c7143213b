#include "tests/integration/designs/world.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <fstream>

#include "tests/integration/server/http_client.hpp"
#include "tests/integration/server/listening_socket.hpp"

namespace fairrush::design_matrix {
namespace {

using std::chrono::steady_clock;

constexpr const char* kFakeTime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
constexpr std::uint64_t kDiskBytes = std::uint64_t{1} << 30;  // until it is filled
constexpr std::uint64_t kLastBytes = 1;
constexpr auto kFirstWinWithin = std::chrono::seconds(3);
constexpr auto kReadinessWithin = std::chrono::seconds(30);

/// An exchange that no other world of this process has named.
std::string new_exchange() {
  static int number = 0;
  return fmt::format("matrix-{}", ++number);
}

/// Whether the counts of claims show one that won.
bool shows_a_win(const std::string& metrics) {
  std::istringstream lines(metrics);
  for (std::string line; std::getline(lines, line);) {
    const bool won = line.starts_with("fairrush_claims_total{") && line.contains("outcome=\"won\"");
    if (won && !line.ends_with(" 0")) return true;
  }
  return false;
}

}  // namespace

World::World(const std::string& design, const std::string& store, const Setup& setup)
    : setup_(setup),
      design_(design),
      store_(store),
      store_address_(store_address()),
      socket_(server_test::listening_socket()) {
  if (setup.over_rabbitmq) {
    bus_ = fmt::format("amqp://guest:guest@127.0.0.1:{}?exchange={}", rabbitmq().port(),
                       new_exchange());
  }
  start_server();
}

std::optional<std::string> World::missing(const std::string& store, const Setup& setup) {
  if (store == "redis" && !integration::RedisServer::is_installed()) {
    return "Redis is not installed";
  }
  if (store == "postgres" && !integration::PostgresServer::is_installed()) {
    return "PostgreSQL is not installed";
  }
  if (setup.over_rabbitmq && !integration::RabbitmqServer::is_installed()) {
    return "RabbitMQ is not installed";
  }
  if (!setup.clock_can_step) return std::nullopt;
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  return "libfaketime is loaded before a sanitizer is ready: builds without one play this";
#endif
  if (!std::filesystem::exists(kFakeTime)) return "libfaketime is not installed";
  return std::nullopt;
}

std::string World::store_address() {
  if (store_ == "redis") {
    redis_ = std::make_unique<integration::RedisServer>(setup_.redis_options);
    return redis_->url();
  }
  if (store_ == "postgres") return postgres().url(postgres().make_database());
  return store_;
}

integration::PostgresServer& World::postgres() {
  static integration::PostgresServer of_process;
  return of_process;
}

integration::RabbitmqServer& World::rabbitmq() {
  static integration::RabbitmqServer of_process;
  return of_process;
}

std::string World::url() const {
  return fmt::format("http://127.0.0.1:{}", server_->port());
}

void World::start_server() {
  server_test::ServerSpec spec{.ledger = directory_.file("ledger.db"),
                               .options = {"--design=" + design_, "--store=" + store_address_,
                                           "--ack=" + setup_.ack, "--log-level=warning"},
                               .socket = socket_.value()};
  if (!bus_.empty()) spec.options.push_back("--bus=" + bus_);
  if (setup_.disk_can_fill) spec.file_size_max = kDiskBytes;
  if (setup_.clock_can_step) {
    step_clock(0);
    spec.environment = {std::string("LD_PRELOAD=") + kFakeTime,
                        "FAKETIME_TIMESTAMP_FILE=" + directory_.file("clock"),
                        "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1"};
  }
  server_ = std::make_unique<server_test::ServerChild>(spec);
  EXPECT_NE(server_->port(), 0) << server_->wait().log;
}

void World::kill_server() {
  cpu_seconds_ += server_->kill().cpu_seconds;
}

int World::stop_server() {
  server_->send(SIGTERM);
  const server_test::ServerExit end = server_->wait();
  cpu_seconds_ += end.cpu_seconds;
  return end.status;
}

void World::fill_disk() const {
  server_->limit_file_size(kLastBytes);
}

void World::step_clock(int seconds) const {
  // Renamed into place: the server reads it all the time.
  std::ofstream(directory_.file("clock.new")) << fmt::format("{:+d}\n", seconds);
  std::filesystem::rename(directory_.file("clock.new"), directory_.file("clock"));
}

void World::await_first_win() const {
  const auto give_up = steady_clock::now() + kFirstWinWithin;
  server_test::HttpClient client(server_->port());
  while (steady_clock::now() < give_up) {
    const auto metrics = client.get("/metrics");
    if (!metrics || shows_a_win(metrics->body)) return;
  }
}

bool World::readiness_becomes(unsigned status) const {
  const auto give_up = steady_clock::now() + kReadinessWithin;
  while (steady_clock::now() < give_up) {
    server_test::HttpClient client(server_->port());
    const auto readiness = client.get("/readyz");
    if (readiness && readiness->status == status) return true;
  }
  return false;
}

}  // namespace fairrush::design_matrix
