#include "tests/contract/contract_store.hpp"

#include <gtest/gtest.h>
#include <hiredis/hiredis.h>

#include <ostream>

#include "server/service/rush_service.hpp"
#include "server/stores/redis/redis_service.hpp"
#include "tests/integration/support/redis_server.hpp"

namespace fairrush::contract {
namespace {

class InMemory final : public RunningService {
 public:
  explicit InMemory(const ServiceGround& ground)
      : service_(
            {.queue = ground.queue, .messaging = ground.messaging, .run_draw = ground.run_draw}) {}
  CouponService& service() override { return service_; }

 private:
  RushService service_;
};

class MemoryStore final : public ContractStore {
 public:
  std::unique_ptr<RunningService> start(ServiceGround ground) override {
    return std::make_unique<InMemory>(ground);
  }
};

class OnRedis final : public RunningService {
 public:
  OnRedis(const ServiceGround& ground, const std::string& url)
      : service_({.executor = ground.context.get_executor(),
                  .clock = ground.clock,
                  .queue = ground.queue,
                  .messaging = ground.messaging,
                  .records = ground.records,
                  .run_draw = ground.run_draw},
                 parse_redis_url(url).value()) {}
  CouponService& service() override { return service_; }
  void open() override { service_.open(); }
  Task<void> stop() override { return service_.stop(); }

 private:
  RedisService service_;
};

class RedisStore final : public ContractStore {
 public:
  std::unique_ptr<RunningService> start(ServiceGround ground) override {
    return std::make_unique<OnRedis>(ground, redis_.url());
  }
  void lose() override {
    redis_.kill();
    redis_.restart();
  }
  std::map<std::string, std::optional<WallTime>> ends() override {
    std::map<std::string, std::optional<WallTime>> ends;
    const std::unique_ptr<redisContext, decltype(&redisFree)> connection(
        redisConnect("127.0.0.1", redis_.port()), redisFree);
    const std::unique_ptr<void, decltype(&freeReplyObject)> reply(
        redisCommand(connection.get(), "EVAL %s 0", kEndsScript), freeReplyObject);
    const auto* const list = static_cast<const redisReply*>(reply.get());
    EXPECT_TRUE(list != nullptr && list->type == REDIS_REPLY_ARRAY);
    for (std::size_t at = 0; list != nullptr && at + 1 < list->elements; at += 2) {
      const std::int64_t ms = list->element[at + 1]->integer;
      ends[list->element[at]->str] = ms < 0 ? std::nullopt : std::optional(from_unix_ms(ms));
    }
    return ends;
  }

 private:
  static constexpr const char* kEndsScript =
      "local ends = {} "
      "for _, key in ipairs(redis.call('KEYS', '*')) do "
      "ends[#ends + 1] = key ends[#ends + 1] = redis.call('PEXPIRETIME', key) end "
      "return ends";
  integration::RedisServer redis_;
};

template <class Store>
std::unique_ptr<ContractStore> make() {
  return std::make_unique<Store>();
}

}  // namespace

std::vector<ContractRow> contract_rows() {
  std::vector<ContractRow> rows;
  for (const DesignRow& row : designs()) {
    if (!row.in_memory) continue;
    rows.push_back({"memory", std::string(row.name), false, make<MemoryStore>});
  }
  const bool has_redis = integration::RedisServer::is_installed();
  for (const RedisDesign& row : redis_designs()) {
    rows.push_back({"redis", std::string(row.name), true, has_redis ? make<RedisStore> : nullptr});
  }
  return rows;
}

std::vector<ContractRow> rows_apart() {
  std::vector<ContractRow> rows = contract_rows();
  std::erase_if(rows, [](const ContractRow& row) { return !row.apart; });
  return rows;
}

void PrintTo(const ContractRow& row, std::ostream* out) {
  *out << row.store << ' ' << row.design;
}

}  // namespace fairrush::contract
