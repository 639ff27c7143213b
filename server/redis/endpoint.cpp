#include "server/redis/endpoint.hpp"

#include <fmt/format.h>

#include <boost/url/parse.hpp>
#include <charconv>
#include <optional>

namespace fairrush::server {
namespace {

constexpr unsigned kDatabaseMax = 9'999;

std::unexpected<std::string> not_accepted(std::string_view what) {
  return std::unexpected(
      fmt::format("{}: expected redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]", what));
}

/// The number behind the slash; 0 for none, unset for anything else.
std::optional<unsigned> database_of(std::string_view path) {
  if (path.empty() || path == "/") return 0;
  unsigned number = 0;
  const auto [end, error] = std::from_chars(path.data() + 1, path.data() + path.size(), number);
  if (error != std::errc{} || end != path.data() + path.size()) return std::nullopt;
  return number <= kDatabaseMax ? std::optional(number) : std::nullopt;
}

}  // namespace

std::expected<RedisEndpoint, std::string> parse_redis_url(std::string_view text) {
  const auto url = boost::urls::parse_uri({text.data(), text.size()});
  if (!url) return not_accepted("this is no URL");
  if (url->scheme() != "redis") {
    return not_accepted(fmt::format("the scheme is '{}'", std::string_view(url->scheme())));
  }
  if (url->host().empty()) return not_accepted("the host is missing");
  if (url->has_query() || url->has_fragment()) return not_accepted("there is something behind it");
  RedisEndpoint endpoint;
  endpoint.host = url->host_address();
  if (url->has_port()) {
    if (url->port_number() == 0) return not_accepted("the port is not 1 to 65535");
    endpoint.port = url->port_number();
  }
  endpoint.user = url->user();
  endpoint.password = url->password();
  const auto database = database_of(url->encoded_path());
  if (!database) {
    return not_accepted(fmt::format("the database is not 0 to {}", kDatabaseMax));
  }
  endpoint.database = *database;
  return endpoint;
}

}  // namespace fairrush::server
