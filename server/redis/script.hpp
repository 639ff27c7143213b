#pragma once

#include <span>
#include <string>
#include <string_view>

#include "server/redis/connection.hpp"

namespace fairrush::server {

/// A Lua script, which Redis carries out as one step. Immutable.
class RedisScript {
 public:
  /// `source` is a file of lua/.
  explicit RedisScript(std::string source);

  /// What Redis calls it: the SHA-1 of the source, in hexadecimal.
  const std::string& digest() const { return digest_; }

  /// Calls the script with `keys` and `arguments`. A Redis that does not know it is told, and asked
  /// again: after a flush, a restart or a fail-over. `connection` and the script live until `done`
  /// was called.
  void call(RedisConnection& connection, std::span<const std::string> keys,
            std::span<const std::string> arguments, RedisConnection::Done done) const;

 private:
  std::string source_;
  std::string digest_;
};

}  // namespace fairrush::server
