#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "server/redis/connection.hpp"
#include "server/redis/script.hpp"
#include "tests/integration/support/redis_server.hpp"

namespace fairrush::server {

/// What a connection told its listener.
class HeardFromRedis final : public RedisConnection::Listener {
 public:
  void connected(const std::string& run_id) override { run_ids.push_back(run_id); }
  void disconnected(const std::string& why) override { failures.push_back(why); }

  std::vector<std::string> run_ids;
  std::vector<std::string> failures;
};

/// A Redis, a connection to it and the loop that both live on.
class RedisWorld : public testing::Test {
 protected:
  void SetUp() override {
    if (!integration::RedisServer::is_installed()) GTEST_SKIP() << "Redis is not installed";
  }
  void TearDown() override {
    if (!connection_) return;
    asio::co_spawn(context_, connection_->stop(), [](const std::exception_ptr& error) {
      if (error) std::rethrow_exception(error);
    });
    context_.restart();
    context_.run();
  }

  /// Opens the connection and waits until it stands.
  void connect(const std::string& url, RedisPatience patience = {}) {
    connection_.emplace(context_.get_executor(), clock_, parse_redis_url(url).value(), heard_,
                        patience);
    connection_->open();
    run_until([this] { return connection_->is_ready(); });
  }

  /// Runs the loop until `holds`; fails after ten seconds.
  void run_until(const std::function<bool()>& holds) {
    const SteadyTime give_up = clock_.steady_now() + std::chrono::seconds(10);
    while (!holds()) {
      ASSERT_LT(clock_.steady_now(), give_up);
      context_.restart();
      context_.run_one_for(std::chrono::milliseconds(100));
    }
  }

  /// Sends a command and waits for what becomes of it.
  RedisResult ask(const RedisCommand& command) {
    std::optional<RedisResult> result;
    connection_->send(command, [&result](RedisResult answer) { result = std::move(answer); });
    run_until([&result] { return result.has_value(); });
    return std::move(*result);
  }

  /// Likewise with a script.
  RedisResult call(const RedisScript& script, const std::vector<std::string>& keys,
                   const std::vector<std::string>& arguments) {
    std::optional<RedisResult> result;
    script.call(*connection_, keys, arguments,
                [&result](RedisResult answer) { result = std::move(answer); });
    run_until([&result] { return result.has_value(); });
    return std::move(*result);
  }

  RealClock clock_;
  asio::io_context context_{1};
  HeardFromRedis heard_;
  std::optional<RedisConnection> connection_;
};

}  // namespace fairrush::server
