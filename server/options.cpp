#include "server/options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/stores/stored_designs.hpp"

namespace fairrush::server {
namespace {

using Assigned = std::expected<void, std::string>;
using std::chrono::hours;
using std::chrono::milliseconds;

constexpr ByteCount kHeaderMin{256};
constexpr ByteCount kHeaderMax{std::uint64_t{1} << 20};
constexpr ByteCount kBodyMax{std::uint64_t{64} << 20};
constexpr std::string_view kSqlite = "sqlite:";

Assigned assign_listen(ListenAddress& target, std::string_view text) {
  const auto refused = std::unexpected("ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:0");
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return refused;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const std::string_view port = text.substr(colon + 1);
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  boost::system::error_code address_error;
  asio::ip::make_address(std::string(host), address_error);
  if (address_error || error != std::errc{} || end != port.data() + port.size()) return refused;
  target = {std::string(host), number};
  return {};
}

Assigned assign_ledger(std::string& target, std::string_view text) {
  if (!text.starts_with(kSqlite) || text.size() == kSqlite.size()) {
    return std::unexpected("sqlite:PATH, or sqlite::memory: to keep nothing");
  }
  target = text.substr(kSqlite.size());
  return {};
}

/// Secrets come from the environment by preference: a command line is there for everybody to read.
constexpr const char* kAdminTokenVariable = "FAIRRUSH_ADMIN_TOKEN";
constexpr const char* kJwtSecretVariable = "FAIRRUSH_JWT_SECRET";
constexpr const char* kRedisVariable = "REDISCLI_AUTH";  // as for Redis's own client

std::optional<std::string> from_environment(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

constexpr std::string_view kMemory = "memory";

Assigned assign_store(std::optional<RedisEndpoint>& target, std::string_view text) {
  target.reset();
  if (text == kMemory) return {};
  const auto endpoint = parse_redis_url(text);
  if (!endpoint) {
    return std::unexpected("memory, or redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]");
  }
  target = *endpoint;
  if (target->password.empty()) target->password = from_environment(kRedisVariable).value_or("");
  return {};
}

/// Its default is shown, and what is shown holds no password.
std::string store_text(const std::optional<RedisEndpoint>& redis) {
  if (!redis) return std::string(kMemory);
  return fmt::format("redis://{}:{}/{}", redis->host, redis->port, redis->database);
}

void add_store_option(OptionTable& table, ServerOptions& options) {
  table.add_custom(
      {"store", "STORE",
       fmt::format("Where events are decided; a Redis's password is better given as {}",
                   kRedisVariable)},
      [&redis = options.redis] { return store_text(redis); },
      [&redis = options.redis](std::string_view text) { return assign_store(redis, text); });
}

void add_service_options(OptionTable& table, ServerOptions& options) {
  table.add_custom(
      {"listen", "ADDRESS:PORT", "Where to listen; port 0 lets the kernel pick"},
      [&listen = options.listen] { return fmt::format("{}:{}", listen.host, listen.port); },
      [&options](std::string_view text) { return assign_listen(options.listen, text); });
  std::vector<std::pair<std::string, std::string>> names;
  for (const StoredDesign& row : stored_designs()) names.emplace_back(row.name, row.name);
  table.add_choice({"design", "NAME", "How events decide that do not say themselves"},
                   options.app.default_design, std::move(names));
  add_store_option(table, options);
  table.add_custom(
      {"ledger", "sqlite:PATH", "The durable record"},
      [&options] { return std::string(kSqlite) + options.ledger_path; },
      [&options](std::string_view text) { return assign_ledger(options.ledger_path, text); });
  table.add_choice<Acknowledge>(
      {"ack", "WHEN", "Answer after the commit, or as soon as it is decided (may lose)"},
      options.app.acknowledge,
      {{"durable", Acknowledge::durable}, {"decided", Acknowledge::decided}});
  auto& credentials = options.app.credentials;
  credentials.admin_token = from_environment(kAdminTokenVariable);
  credentials.jwt_secret = from_environment(kJwtSecretVariable);
  table.add({.name = "admin-token",
             .hint = "TOKEN",
             .help = fmt::format("Bearer token of admin routes, better given as {}; without one "
                                 "nobody passes",
                                 kAdminTokenVariable),
             .secret = true},
            credentials.admin_token);
  table.add({.name = "jwt-secret",
             .hint = "SECRET",
             .help = fmt::format("Users come with HS256 tokens under this secret, better given as "
                                 "{}; without one X-User-ID is trusted",
                                 kJwtSecretVariable),
             .secret = true},
            credentials.jwt_secret);
}

/// For proving that a verifier sees what goes wrong; never for a real event.
void add_fault_options(OptionTable& table, ServerOptions& options) {
  table.add_custom(
      {"fault", "NAME",
       "Do something wrong on purpose, for tests of a verifier; see --list-faults"},
      [&options] {
        return std::string(options.app.fault == nullptr ? "none" : options.app.fault->name);
      },
      [&options](std::string_view text) -> Assigned {
        options.app.fault = find_fault(text);
        if (options.app.fault != nullptr || text == "none") return {};
        std::vector<std::string_view> names{"none"};
        for (const FaultRow& row : faults()) names.push_back(row.name);
        return std::unexpected(fmt::format("one of {}", fmt::join(names, ", ")));
      });
}

void add_limit_options(OptionTable& table, ServerOptions& options) {
  table.add({"header-limit", "BYTES", "Longest request line and fields, else 431"},
            options.limits.header, {kHeaderMin, kHeaderMax});
  table.add({"body-limit", "BYTES", "Longest body, else 413"}, options.limits.body,
            {ByteCount{0}, kBodyMax});
  table.add({"request-timeout", "TIME", "First to last byte of a request, else 408"},
            options.timeouts.request, {milliseconds(50), hours(1)});
  table.add({"idle-timeout", "TIME", "A connection without a request is closed after this"},
            options.timeouts.idle, {milliseconds(50), hours(24)});
  table.add({"drain-timeout", "TIME", "How long a stop may wait for requests under way"},
            options.drain_timeout, {milliseconds(0), hours(1)});
  table.add_choice<LogLevel>({"log-level", "LEVEL", "Least important line that is logged"},
                             options.log_level,
                             {{"debug", LogLevel::debug},
                              {"info", LogLevel::info},
                              {"warning", LogLevel::warning},
                              {"error", LogLevel::error},
                              {"off", LogLevel::off}});
}

}  // namespace

OptionTable server_option_table(ServerOptions& options) {
  OptionTable table;
  add_service_options(table, options);
  add_fault_options(table, options);
  add_limit_options(table, options);
  return table;
}

}  // namespace fairrush::server
