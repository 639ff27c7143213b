#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct redisContext;
struct redisReply;

namespace fairrush::loadgen {

/// Where a Redis listens, from "redis://[USER@]HOST[:PORT][/DB]".
struct RedisAddress {
  std::string host;
  std::uint16_t port = 6379;
  std::uint32_t database = 0;
};

std::expected<RedisAddress, std::string> parse_redis_url(std::string_view url);

/// An answer of Redis; owns it. Views into it are valid as long as it lives.
class RedisAnswer {
 public:
  explicit RedisAnswer(redisReply* reply);

  bool is_nil() const;
  bool is_text() const;
  /// A text, a status, or the digits of a number; empty otherwise.
  std::string_view text() const;
  /// Of an array; any other answer has none.
  std::size_t size() const;
  /// Text of an element; empty when it is none.
  std::string_view text(std::size_t element) const;
  bool is_nil(std::size_t element) const;
  /// Texts of the array inside an element, as SCAN gives them.
  std::vector<std::string_view> texts(std::size_t element) const;

 private:
  struct Free {
    void operator()(redisReply* reply) const;
  };
  std::unique_ptr<redisReply, Free> reply_;
};

/// A blocking connection to one Redis. The password, when there is one, is taken from
/// REDISCLI_AUTH, as redis-cli does. One thread.
class RedisConnection {
 public:
  static std::expected<RedisConnection, std::string> open(const RedisAddress& address);

  using Command = std::vector<std::string>;

  /// Sends one command and waits for its answer; an error answer is an error.
  std::expected<RedisAnswer, std::string> ask(const Command& command);

  /// Sends all commands at once and gives their answers in order.
  std::expected<std::vector<RedisAnswer>, std::string> ask(std::span<const Command> commands);

 private:
  struct Free {
    void operator()(redisContext* context) const;
  };
  explicit RedisConnection(redisContext* context) : context_(context) {}

  std::string failure() const;

  std::unique_ptr<redisContext, Free> context_;
};

}  // namespace fairrush::loadgen
