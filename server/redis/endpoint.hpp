#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace fairrush::server {

/// Where a Redis is and how it is entered.
struct RedisEndpoint {
  std::string host = "127.0.0.1";
  std::uint16_t port = 6379;
  std::string user;      ///< empty: the default user
  std::string password;  ///< empty: none is asked for
  unsigned database = 0;

  bool operator==(const RedisEndpoint&) const = default;
};

/// Reads `redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]`, percent-encoded where need be. The
/// error says what is wrong and what is accepted, and no password.
std::expected<RedisEndpoint, std::string> parse_redis_url(std::string_view text);

}  // namespace fairrush::server
