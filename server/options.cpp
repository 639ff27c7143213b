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

#include "server/designs/designs.hpp"

namespace fairrush::server {
namespace {

using Assigned = std::expected<void, std::string>;
using std::chrono::hours;
using std::chrono::milliseconds;

constexpr double kRateMax = 1e6;
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

std::optional<std::string> from_environment(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

void add_service_options(OptionTable& table, ServerOptions& options) {
  table.add_custom(
      {"listen", "ADDRESS:PORT", "Where to listen; port 0 lets the kernel pick"},
      [&listen = options.listen] { return fmt::format("{}:{}", listen.host, listen.port); },
      [&options](std::string_view text) { return assign_listen(options.listen, text); });
  std::vector<std::pair<std::string, std::string>> names;
  for (const DesignRow& row : designs()) names.emplace_back(row.name, row.name);
  table.add_choice({"design", "NAME", "How events decide that do not say themselves"},
                   options.app.default_design, std::move(names));
  table.add_choice<Store>({"store", "NAME", "Where events are decided"}, options.store,
                          {{"memory", Store::memory}});
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

void add_rate(OptionTable& table, OptionInfo info, Rate& target) {
  table.add_custom(
      std::move(info), [&target] { return format_rate(target); },
      [&target](std::string_view text) -> Assigned {
        const auto rate = parse_rate(text);
        if (!rate || rate->per_second > kRateMax) {
          return std::unexpected("a rate such as 500/s, at most 1000k/s; 0/s sets no limit");
        }
        target = *rate;
        return {};
      });
}

void add_overload_options(OptionTable& table, ServerOptions& options) {
  OverloadLimits& overload = options.overload;
  add_rate(table, {"rate-limit", "RATE", "Claims and reservations taken, else 429; 0/s: any"},
           overload.rates.total);
  add_rate(table, {"user-rate-limit", "RATE", "The same of one user; 0/s: any"},
           overload.rates.per_user);
  table.add({"claims-in-flight", "N", "Decisions that may wait for the ledger; 0: any number"},
            overload.in_flight_max, {0U, 10'000'000U});
  table.add({"breaker-latency", "TIME",
             "The ledger or store is too slow when it is behind by more; 0s: never"},
            overload.breaker.latency_max, {milliseconds(0), hours(1)});
  table.add({"breaker-pause", "TIME", "Then nothing is asked of it for so long"},
            overload.breaker.pause, {milliseconds(10), hours(1)});
  table.add({"waiting-line", "PLACES",
             "Claims that wait while there is no time for them, else 503; 0: none"},
            overload.line.places_max, {0U, 10'000'000U});
  table.add({"deadline", "TIME", "A claim that has waited in line longer is refused"},
            overload.line.deadline, {milliseconds(10), hours(1)});
  table.add({"followers", "N", "Clients that follow accepted claims at once, else 503"},
            options.app.follow.followers_max, {0U, 10'000'000U});
  add_rate(table, {"ledger-rate", "RATE", "Records that the ledger is given at most; 0/s: any"},
           options.ledger_rate);
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
  add_overload_options(table, options);
  add_fault_options(table, options);
  add_limit_options(table, options);
  return table;
}

}  // namespace fairrush::server
