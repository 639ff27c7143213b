#include "tests/bench/server/redis_server.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <vector>

#include "tests/bench/support/ports.hpp"
#include "tests/bench/support/scratch.hpp"

namespace fairrush::bench {
namespace {

/// One user a call: whoever has no coupon pops one off the list.
constexpr const char* kScript = R"lua(
local user = tonumber(ARGV[1])
if redis.call('GETBIT', KEYS[3], user) == 1 then return 'ALREADY_RECEIVED' end
local coupon = redis.call('LPOP', KEYS[1])
if not coupon then return 'NO_COUPONS' end
redis.call('SETBIT', KEYS[3], user, 1)
redis.call('RPUSH', KEYS[2], coupon)
return coupon)lua";

}  // namespace

RedisServer::RedisServer() : directory_(scratch("redis")), port_(free_port()) {
  std::filesystem::create_directories(directory_);
  process_ = std::make_unique<Pinned>(
      std::vector<std::string>{"redis-server", "--port", std::to_string(port_), "--bind",
                               "127.0.0.1", "--save", "", "--dir", directory_.string()},
      kAnyCore);
  wait_until_listening(port_, "redis-server");
}

RedisServer::~RedisServer() {
  process_.reset();
  std::filesystem::remove_all(directory_);
}

std::string RedisServer::url() const {
  return fmt::format("redis://127.0.0.1:{}", port_);
}

std::string RedisServer::command(std::vector<std::string> words) const {
  words.insert(words.begin(), {"redis-cli", "-p", std::to_string(port_)});
  const Ran ran = Pinned(words, kClientCore).wait();
  if (!ran.succeeded) throw std::runtime_error("redis-cli: " + ran.output);
  return ran.output.substr(0, ran.output.find('\n'));
}

Figures RedisServer::play_scripts(int users, int coupons) const {
  command({"FLUSHALL"});
  const std::string digest = command({"SCRIPT", "LOAD", kScript});
  command({"EVAL", "for at = 1, ARGV[1] do redis.call('RPUSH', KEYS[1], at) end", "1", "coupons",
           std::to_string(coupons)});
  const Used before = used();
  const Ran ran =
      Pinned({"redis-benchmark", "-p", std::to_string(port_), "-c", "50", "-P", "64", "-q", "-n",
              std::to_string(users), "-r", std::to_string(users), "EVALSHA", digest, "3", "coupons",
              "coupons_reserved", "coupon_users", "__rand_int__"},
             kClientCore)
          .wait();
  const double cpu = used().cpu_seconds - before.cpu_seconds;
  if (!ran.succeeded) throw std::runtime_error("redis-benchmark: " + ran.output);
  if (command({"LLEN", "coupons_reserved"}) != std::to_string(coupons)) {
    throw std::runtime_error("the scripts did not give out every coupon");
  }
  return {{"per_redis_cpu_s", users / cpu}};
}

}  // namespace fairrush::bench
