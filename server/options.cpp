#include "server/options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/bus/brokers/bus_options.hpp"
#include "server/stores/stored_designs.hpp"

namespace fairrush::server {
namespace {

using Assigned = std::expected<void, std::string>;
using std::chrono::hours;
using std::chrono::milliseconds;

constexpr double kRateMax = 1e6;
constexpr ByteCount kHeaderMin{256};
constexpr ByteCount kHeaderMax{std::uint64_t{1} << 20};
constexpr ByteCount kBodyMax{std::uint64_t{64} << 20};
constexpr std::string_view kMemory = "memory";
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

std::string listen_text(const ListenAddress& listen) {
  return listen.host.contains(':') ? fmt::format("[{}]:{}", listen.host, listen.port)
                                   : fmt::format("{}:{}", listen.host, listen.port);
}

Assigned assign_ledger(LedgerAddress& target, std::string_view text) {
  if (is_postgres_url(text)) {
    auto address = parse_postgres_url(text);
    if (!address) return std::unexpected(address.error());
    target = {.postgres = std::move(*address)};
    return {};
  }
  if (!text.starts_with(kSqlite) || text.size() == kSqlite.size()) {
    return std::unexpected(
        "sqlite:PATH, sqlite::memory: to keep nothing, or postgresql://USER@HOST/DATABASE");
  }
  target = {.path = std::string(text.substr(kSqlite.size()))};
  return {};
}

/// What this call is to do.
void add_call_options(OptionTable& table, CallOptions& call) {
  table.add(
      {.name = "config",
       .hint = "FILE",
       .help = "TOML file of the options below; FAIRRUSH_… variables and options win over it"},
      call.config);
  table.add_flag({.name = "print-config",
                  .hint = {},
                  .help = "Print the configuration in force with its sources, and exit",
                  .of_this_call = true},
                 call.print_config);
  table.add_flag({.name = "version",
                  .hint = {},
                  .help = "Print version and build, and exit",
                  .of_this_call = true},
                 call.version);
  table.add_flag({.name = "list-faults",
                  .hint = {},
                  .help = "Print what --fault knows, and exit",
                  .of_this_call = true},
                 call.list_faults);
  table.add_flag({.name = "list-designs",
                  .hint = {},
                  .help = "Print the designs and the stores that they run on, and exit",
                  .of_this_call = true},
                 call.list_designs);
}

Assigned assign_store(StoreAddress& target, std::string_view text) {
  if (text == kMemory) {
    target = {};
    return {};
  }
  if (auto redis = parse_redis_url(text)) {
    target = {.redis = std::move(*redis)};
    return {};
  }
  if (auto postgres = parse_postgres_url(text)) {
    target = {.postgres = std::move(*postgres)};
    return {};
  }
  return std::unexpected(
      "memory, redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE] or "
      "postgresql://USER@HOST/DATABASE");
}

void add_store_options(OptionTable& table, ServerOptions& options) {
  table.add_custom(
      {"store", "memory|redis://…|postgresql://…",
       "Where events are decided; a PostgreSQL is its own ledger, for any number of servers. A "
       "password is better given by FAIRRUSH_STORE"},
      [&store = options.store] { return store.text(); },
      [&store = options.store](std::string_view text) { return assign_store(store, text); });
  table.add({"store-sessions", "COUNT", "Sessions with a PostgreSQL that decides"},
            options.store_sessions, {1, 64});
}

void add_ledger_options(OptionTable& table, ServerOptions& options) {
  table.add_custom(
      {"ledger", "sqlite:PATH|postgresql://…", "The durable record"},
      [&options] { return options.ledger.text(); },
      [&options](std::string_view text) { return assign_ledger(options.ledger, text); });
  table.add(
      {"ledger-patience", "TIME", "How long answers wait for a ledger that is away, else 503"},
      options.ledger_patience, {milliseconds(50), hours(1)});
}

void add_service_options(OptionTable& table, ServerOptions& options) {
  table.add_custom(
      {"listen", "ADDRESS:PORT", "Where to listen; port 0 lets the kernel pick"},
      [&options] { return listen_text(options.listen); },
      [&options](std::string_view text) { return assign_listen(options.listen, text); });
  std::vector<std::pair<std::string, std::optional<std::string>>> names;
  for (const StoredDesign& row : stored_designs())
    names.emplace_back(row.name, std::string(row.name));
  table.add_choice({"design", "NAME",
                    "How events decide that do not say themselves; else sealed-draw, in PostgreSQL "
                    "row-lock"},
                   options.design, std::move(names));
  add_store_options(table, options);
  add_ledger_options(table, options);
  table.add({"ledger-wait", "TIME", "How long a start may wait for the server before it to let go"},
            options.ledger_wait, {milliseconds(0), hours(1)});
  table.add_choice<Acknowledge>(
      {"ack", "WHEN",
       "Answer after the commit, or as soon as it is decided: a crash then takes back the last 50 "
       "ms or more"},
      options.app.acknowledge,
      {{"durable", Acknowledge::durable}, {"decided", Acknowledge::decided}});
}

/// Secrets come from the environment by preference: a command line is there for everybody to read.
void add_credential_options(OptionTable& table, Credentials& credentials) {
  table.add({.name = "admin-token",
             .hint = "TOKEN",
             .help = "Bearer token of admin routes, better given as FAIRRUSH_ADMIN_TOKEN; without "
                     "one nobody passes",
             .secret = true},
            credentials.admin_token);
  table.add({.name = "jwt-secret",
             .hint = "SECRET",
             .help = "Users come with HS256 tokens under this secret, better given as "
                     "FAIRRUSH_JWT_SECRET; without any JWT key X-User-ID is trusted",
             .secret = true},
            credentials.jwt_secret);
  table.add_custom(
      {.name = "jwt-public-key",
       .hint = "FILE",
       .help = "Users come with RS256 tokens that this key checks",
       .is_path = true},
      [&credentials] {
        return credentials.jwt_public ? credentials.jwt_public->path : std::string();
      },
      [&credentials](std::string_view text) -> Assigned {
        auto key = RsaPublicKey::read(std::string(text));
        if (!key) return std::unexpected(key.error());
        credentials.jwt_public = std::move(*key);
        return {};
      });
  table.add({"jwt-audience", "NAME", "Whom users' tokens must be meant for (aud); empty: anybody"},
            credentials.jwt_audience);
  table.add({.name = "metrics-token",
             .hint = "TOKEN",
             .help = "Bearer token of /metrics, better given as FAIRRUSH_METRICS_TOKEN; without "
                     "one everybody may read it",
             .secret = true},
            credentials.metrics_token);
}

void add_tls_options(OptionTable& table, TlsOptions& tls) {
  table.add({.name = "tls-certificate",
             .hint = "FILE",
             .help = "PEM with the server's certificate and its chain; with it connections are "
                     "encrypted. Read again on SIGHUP",
             .is_path = true},
            tls.certificate);
  table.add({.name = "tls-key",
             .hint = "FILE",
             .help = "PEM with the certificate's key, not encrypted",
             .is_path = true},
            tls.key);
  table.add_choice<TlsVersion>({"tls-minimum-version", "VERSION", "Oldest TLS that is spoken"},
                               tls.version_min,
                               {{"1.2", TlsVersion::v1_2}, {"1.3", TlsVersion::v1_3}});
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

std::string_view StoreAddress::kind() const {
  if (redis) return "redis";
  return postgres ? "postgres" : kMemory;
}

std::string StoreAddress::text() const {
  // What is shown holds no password.
  if (redis) return fmt::format("redis://{}:{}/{}", redis->host, redis->port, redis->database);
  return postgres ? postgres->shown : std::string(kMemory);
}

OptionTable server_option_table(ServerOptions& options) {
  OptionTable table;
  add_call_options(table, options.call);
  add_service_options(table, options);
  add_credential_options(table, options.app.credentials);
  add_tls_options(table, options.tls);
  add_overload_options(table, options);
  add_bus_options(table, options.bus);
  add_fault_options(table, options);
  add_limit_options(table, options);
  return table;
}

std::vector<Problem> check_options(const ServerOptions& options) {
  std::vector<Problem> problems;
  const std::vector<std::string_view> designs = designs_on(options.store.kind());
  if (options.design && std::ranges::find(designs, *options.design) == designs.end()) {
    problems.push_back(
        {"design", fmt::format("'{}' does not run on store {}: expected one of {}", *options.design,
                               options.store.text(), fmt::join(designs, ", "))});
  }
  if (options.tls.certificate.empty() != options.tls.key.empty()) {
    const bool no_key = options.tls.key.empty();
    problems.push_back(
        {no_key ? "tls-key" : "tls-certificate",
         fmt::format("is missing: expected beside {}", no_key ? "tls-certificate" : "tls-key")});
  }
  const Credentials& credentials = options.app.credentials;
  if (credentials.jwt_secret && credentials.jwt_public) {
    problems.push_back({"jwt-public-key",
                        "is set beside jwt-secret: expected one of the two, "
                        "which also says which algorithm tokens have"});
  }
  if (credentials.jwt_secret && credentials.jwt_secret->empty()) {
    problems.push_back({"jwt-secret", "is empty: expected a secret, or no such option"});
  }
  if (!credentials.jwt_audience.empty() && !credentials.want_tokens()) {
    problems.push_back({"jwt-audience", "has no effect without jwt-secret or jwt-public-key"});
  }
  return problems;
}

}  // namespace fairrush::server
