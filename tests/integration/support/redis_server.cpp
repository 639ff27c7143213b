#include "tests/integration/support/redis_server.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace fairrush::integration {
namespace {

constexpr const char* kProgram = "/usr/bin/redis-server";

}  // namespace

bool RedisServer::is_installed() {
  return std::filesystem::exists(kProgram);
}

RedisServer::RedisServer(std::vector<std::string> options) : options_(std::move(options)) {
  // Somebody else may take a free port before the server does.
  for (int attempt = 0; attempt < 5 && process_ == nullptr; ++attempt) {
    port_ = free_port();
    start();
  }
  EXPECT_NE(process_, nullptr) << "Redis does not start";
}

std::string RedisServer::url() const {
  return "redis://127.0.0.1:" + std::to_string(port_);
}

bool RedisServer::start() {
  std::vector<std::string> words{kProgram, "--port",    std::to_string(port_),
                                 "--bind", "127.0.0.1", "--save",
                                 "",       "--dir",     directory_.path()};
  words.insert(words.end(), options_.begin(), options_.end());
  auto process = std::make_unique<ChildProcess>(std::move(words), "");
  if (!process->wait_for("Ready to accept connections")) return false;
  process_ = std::move(process);
  return true;
}

void RedisServer::kill() {
  process_->signal(SIGKILL);
  EXPECT_EQ(process_->wait(), -1);
  process_.reset();
}

void RedisServer::restart() {
  EXPECT_TRUE(start());
}

}  // namespace fairrush::integration
