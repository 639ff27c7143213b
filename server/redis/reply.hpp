#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct redisReply;

namespace fairrush::server {

/// One value that Redis answered. Immutable.
class RedisValue {
 public:
  /// `reply` outlives the value.
  explicit RedisValue(const redisReply* reply) : reply_(reply) {}

  bool is_null() const;
  /// Set for an error, which scripts may also return inside a list.
  std::optional<std::string_view> error() const;
  /// Set for an integer.
  std::optional<std::int64_t> integer() const;
  /// Set for a string or a status.
  std::optional<std::string_view> text() const;
  /// Elements of a list; none for anything else.
  std::size_t size() const;
  RedisValue operator[](std::size_t element) const;

 private:
  const redisReply* reply_;
};

/// A whole answer, which owns its memory.
class RedisReply {
 public:
  /// Takes a reply that hiredis made.
  explicit RedisReply(redisReply* reply) : reply_(reply) {}
  RedisValue value() const { return RedisValue(reply_.get()); }

 private:
  struct Free {
    void operator()(redisReply* reply) const;
  };
  std::unique_ptr<redisReply, Free> reply_;
};

/// Why a command has no answer.
struct RedisFailure {
  enum class Kind : std::uint8_t {
    not_sent,  ///< nothing has happened in Redis
    unknown,   ///< it was sent and may have been carried out: the connection ended, or time ran out
    refused,   ///< Redis answered with an error
  };
  Kind kind{};
  std::string detail;
};

using RedisResult = std::expected<RedisReply, RedisFailure>;

}  // namespace fairrush::server
