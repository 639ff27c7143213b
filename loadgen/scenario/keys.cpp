#include "loadgen/scenario/keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <cmath>
#include <set>

#include "loadgen/scenario/arrival_values.hpp"
#include "loadgen/scenario/dialect_reader.hpp"
#include "loadgen/scenario/structured_values.hpp"
#include "loadgen/scenario/target_keys.hpp"
#include "loadgen/scenario/toml_values.hpp"

namespace fairrush::loadgen {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kSeedMax = (std::uint64_t{1} << 63) - 1;  // TOML has signed integers
constexpr Duration kWindowMin = 100ms;
constexpr Duration kWindowMax = 24h;

/// A length, or none at all.
void add_reservation(OptionTable& keys, Scenario& scenario) {
  OptionTable length;
  length.add({"event.reserve", "", ""}, scenario.reserve, {kWindowMin, kWindowMax});
  const OptionTable::Row row = length.rows().front();
  keys.add_custom(
      {"event.reserve", "TIME", "Length of the reservation window; none: everybody may claim"},
      [row, &scenario] { return scenario.takes_reservations() ? row.echo() : "none"; },
      [row, &scenario](std::string_view text) -> std::expected<void, std::string> {
        if (text == "none") {
          scenario.reserve = Duration::zero();
        } else if (!row.assign(text)) {
          return std::unexpected(row.accepted + ", or none");
        }
        return {};
      });
}

void add_event(OptionTable& keys, Scenario& scenario) {
  keys.add_custom(
      {"event.coupons", "C", "Coupons: a share of the roster (rounded down) or a number"},
      [&scenario] { return format_quota(scenario.coupons); },
      [&scenario](std::string_view text) -> std::expected<void, std::string> {
        auto rule = parse_quota(text);
        if (!rule) return std::unexpected(rule.error());
        scenario.coupons = *rule;
        return {};
      });
  keys.add({"event.lead", "TIME", "From the start of the run to the opening of reservations"},
           scenario.lead, {100ms, 1h});
  add_reservation(keys, scenario);
  keys.add({.name = "event.roster",
            .hint = "FILE",
            .help = "Who may claim if nobody reserves, by target.user; unset: everybody",
            .is_path = true},
           scenario.roster.file);
  keys.add({"event.roster_column", "NAME", "Column of that file, if it is CSV with a header"},
           scenario.roster.column);
  keys.add({"event.pause", "TIME", "From the close of reservations to the opening of the rush"},
           scenario.pause, {kWindowMin, kWindowMax});
  keys.add({"event.rush", "TIME", "Length of the rush"}, scenario.rush, {kWindowMin, kWindowMax});
  keys.add({"event.rounds", "R", "How often the event takes place, for the same users"},
           scenario.rounds, Between<std::uint32_t>{1, kRoundsMax});
}

void add_population(OptionTable& keys, Scenario& scenario) {
  keys.add({"population.users", "N", "How many users there are"}, scenario.users,
           Between<std::uint32_t>{1, kUsersMax});
  keys.add({"population.seed", "S", "Everything random in the plan follows from it"}, scenario.seed,
           Between<std::uint64_t>{0, kSeedMax});
  keys.add({"population.show_up", "SHARE", "Part of the roster that claims"}, scenario.show_up,
           {Share{0}, Share{1}});
  keys.add_custom(
      {"population.cohorts", "LIST", "Users who share a trait that must not matter"},
      [&scenario] { return format_cohorts(scenario.cohorts); },
      [&scenario](std::string_view text) -> std::expected<void, std::string> {
        auto cohorts = parse_cohorts(text);
        if (!cohorts) return std::unexpected(cohorts.error());
        scenario.cohorts = std::move(*cohorts);
        return {};
      });
  keys.add_custom(
      {"population.personas", "TABLE", "How users behave, as shares"},
      [&scenario] { return format_personas(scenario.personas); },
      [&scenario](std::string_view text) -> std::expected<void, std::string> {
        auto personas = parse_personas(text);
        if (!personas) return std::unexpected(personas.error());
        scenario.personas = std::move(*personas);
        return {};
      });
}

void add_winners(OptionTable& keys, Scenario& scenario) {
  WinnerHabits& winners = scenario.winners;
  keys.add({"winners.read_status", "SHARE", "Winners who look into their wallet at once"},
           winners.read_status, {Share{0}, Share{1}});
  keys.add({"winners.redeem", "SHARE", "Winners who spend their coupon during the rush"},
           winners.redeem, {Share{0}, Share{1}});
  keys.add({"winners.redeem_twice", "SHARE", "Of those, who try to spend it a second time"},
           winners.redeem_twice, {Share{0}, Share{1}});
}

bool is_address(const std::string& text) {
  boost::system::error_code unread;
  boost::asio::ip::make_address(text, unread);
  return !unread;
}

bool is_secure(const std::string& url) {
  return url.starts_with("https://");
}

bool is_http_url(const std::string& text) {
  return text.starts_with("http://") || is_secure(text);
}

void add_connections(OptionTable& keys, Scenario& scenario) {
  keys.add_choice<ConnectionMode>({"connections.mode", "MODE", "How users share connections"},
                                  scenario.connection_mode,
                                  {{"per_user", ConnectionMode::per_user},
                                   {"per_request", ConnectionMode::per_request},
                                   {"pool", ConnectionMode::pool}});
  keys.add({"connections.count", "K", "Connections of a pool, or open at once with per_request"},
           scenario.connections, Between<std::uint32_t>{1, kConnectionsMax});
  keys.add({"connections.timeout", "TIME", "How long an attempt may take"},
           scenario.attempt_timeout, {10ms, 10min});
  keys.add_custom(
      {"connections.open_rate", "RATE", "New connections at most; 0/s: as many as it takes"},
      [&scenario] { return fmt::format("{}/s", scenario.open_rate.per_second); },
      [&scenario](std::string_view text) -> std::expected<void, std::string> {
        const auto rate = parse_rate(text);
        if (!rate) return std::unexpected(rate.error().expected);
        scenario.open_rate = *rate;
        return {};
      });
  keys.add({"connections.streams", "S",
            "HTTP/2 with so many requests at once on a TCP connection; 0: HTTP/1.1"},
           scenario.streams, Between<std::uint32_t>{0, 1000});
  keys.add_flag({"connections.keep", "", "Who reserved keeps the connection for the rush"},
                scenario.keep_between_phases);
  keys.add_custom(
      {"connections.sources", "LIST", "Addresses of this machine to connect from, in turn"},
      [&scenario] { return format_texts(scenario.sources); },
      [&scenario](std::string_view text) -> std::expected<void, std::string> {
        auto sources = parse_texts(text, is_address, "a list such as [\"10.0.0.2\", \"10.0.0.3\"]");
        if (!sources) return std::unexpected(sources.error());
        scenario.sources = std::move(*sources);
        return {};
      });
  keys.add({"connections.threads", "T", "Threads of the instrument; 0 is one a core"},
           scenario.threads, Between<std::uint32_t>{0, kThreadsMax});
  keys.add_choice<TransportChoice>({"connections.transport", "WHAT", "What carries the requests"},
                                   scenario.transport,
                                   {{"best", TransportChoice::best},
                                    {"asio", TransportChoice::asio},
                                    {"io_uring", TransportChoice::io_uring}});
  keys.add_choice<Pacing>({"connections.pacing", "HOW", "How closely clicks keep to their times"},
                          scenario.pacing,
                          {{"economic", Pacing::economic}, {"precise", Pacing::precise}});
}

/// Choices that are their own values.
std::vector<std::pair<std::string, std::string>> same_names(
    std::initializer_list<const char*> names) {
  std::vector<std::pair<std::string, std::string>> choices;
  for (const char* const name : names) choices.emplace_back(name, name);
  return choices;
}

/// What the built-in server can be told to do wrong: docs/faults.md.
std::vector<std::pair<std::string, std::string>> built_in_faults() {
  return same_names({"none",
                     "oversell-race",
                     "off-by-one",
                     "duplicate-burns-stock",
                     "code-counter-wraps",
                     "racy-dedupe",
                     "ack-then-drop",
                     "phantom-row",
                     "reservation-not-checked",
                     "window-off-by-1s",
                     "losers-may-retry",
                     "lock-expires-early",
                     "lost-on-disconnect",
                     "retry-mints-new",
                     "status-stuck",
                     "stale-stock-cache",
                     "lifo-queue",
                     "draw-ignores-seed",
                     "double-redeem",
                     "outbox-skips",
                     "every-fifth-wins",
                     "sticky-winners",
                     "fast-cohort-favoured",
                     "modulo-biased-shuffle",
                     "always-403"});
}

void add_target(OptionTable& keys, Scenario& scenario) {
  BuiltinTarget& builtin = scenario.builtin;
  keys.add_choice({"target.builtin.design", "D", "How the built-in server decides who wins"},
                  builtin.design,
                  same_names({"sealed-draw", "ticket-list", "preloaded-shuffle", "blank-tickets",
                              "stock-counter", "batch-draw", "waiting-room", "bernoulli"}));
  keys.add_choice({"target.builtin.store", "S", "Where it decides"}, builtin.store,
                  same_names({"memory"}));
  keys.add_choice({"target.builtin.ledger", "L", "Its durable record"}, builtin.ledger,
                  same_names({"sqlite"}));
  keys.add_choice({"target.builtin.ack", "WHEN", "Answer when decided, or when durable"},
                  builtin.ack, same_names({"durable", "decided"}));
  keys.add_choice({"target.builtin.fault", "NAME", "A fault switched on in it, to see it caught"},
                  builtin.fault, built_in_faults());
  keys.add({"target.url", "URL", "A running service instead: docs/your-server.md"}, scenario.url);
  keys.add_custom(
      {"target.instances", "LIST", "Further URLs of it; users are spread over all"},
      [&scenario] { return format_texts(scenario.instances); },
      [&scenario](std::string_view text) -> std::expected<void, std::string> {
        auto urls = parse_texts(text, is_http_url, "a list such as [\"http://10.0.0.2:8080\"]");
        if (!urls) return std::unexpected(urls.error());
        scenario.instances = std::move(*urls);
        return {};
      });
  keys.add({"target.settle_deadline", "TIME", "After a rush, for it to issue what it still will"},
           scenario.settle_deadline, {100ms, 1h});
  keys.add(
      {"target.status_deadline", "TIME", "After a win, for the wallet to show it; 0s: at once"},
      scenario.status_deadline, {0ms, 1h});
  keys.add({"target.ledger", "SOURCE",
            "Where it keeps what it issued (docs/ledgers.md); unset: its own HTTP export"},
           scenario.ledger.source);
  keys.add({"target.ledger_query", "SQL", "Yields user, coupon; PostgreSQL and SQLite"},
           scenario.ledger.query);
  keys.add({"target.ledger_key", "KEY", "Redis key, or a template such as coupon:{user}:{coupon}"},
           scenario.ledger.key);
  keys.add({"target.ledger_member", "TEMPLATE", "Redis member or value, such as {user}:{coupon}"},
           scenario.ledger.member);
  keys.add({.name = "target.admin_token",
            .hint = "TOKEN",
            .help = "Lets the run create its event",
            .secret = true},
           scenario.admin_token);
  keys.add({.name = "target.jwt_secret",
            .hint = "SECRET",
            .help = "Short for target.token.secret",
            .secret = true},
           scenario.tokens.secret);
}

void add_checks(OptionTable& keys, Scenario& scenario) {
  keys.add({"checks.fairness_margin", "SHARE", "Smaller differences between cohorts do not matter"},
           scenario.fairness_margin, {Share{0.0001}, Share{0.5}});
  keys.add_choice({"checks.fairness", "WHAT", "Whether an unfair run fails, or is only reported"},
                  scenario.fairness_gates,
                  std::vector<std::pair<std::string, bool>>{{"gate", true}, {"report", false}});
}

template <class Values>
void check_shares(const char* key, const Values& shares, std::vector<Problem>& problems) {
  double sum = 0;
  for (const Share share : shares) sum += share.of_one;
  if (std::abs(sum - 1) > 1e-9) {
    problems.push_back({key, fmt::format("the shares add up to {}: expected 1 (100%)", sum)});
  }
}

/// Users of a loop who wait for a connection are in it by name only.
void check_loops(const Scenario& scenario, std::vector<Problem>& problems) {
  if (scenario.connection_mode == ConnectionMode::per_user) return;
  const auto check = [&](const std::string& prefix, const Arrivals& arrivals) {
    if (!arrivals.is_closed() || arrivals.pattern.users <= scenario.connections) return;
    problems.push_back(
        {"connections.count",
         fmt::format(
             "{} are fewer than the {} users in the closed loop ({}.users), who would wait "
             "for each other: expected at least as many, or connections.mode = \"per_user\"",
             format_count(scenario.connections), format_count(arrivals.pattern.users), prefix)});
  };
  check("arrivals", scenario.arrivals);
  if (scenario.takes_reservations()) check("arrivals.reserve", scenario.reserve_arrivals);
}

/// Who is on the roster, and who comes without being on it.
void check_roster(const Scenario& scenario, std::vector<Problem>& problems) {
  const RosterOrder& roster = scenario.roster;
  if (roster.file && scenario.takes_reservations()) {
    problems.push_back(
        {"event.roster",
         fmt::format("'{}' is not accepted: who reserves is on the roster, expected no list or "
                     "event.reserve = \"none\"",
                     *roster.file)});
  }
  if (roster.column && !roster.file) {
    problems.push_back({"event.roster_column",
                        fmt::format("'{}' is not accepted: expected event.roster to be set as well",
                                    *roster.column)});
  }
  for (const auto& [persona, share] : scenario.personas) {
    if (persona != Persona::intruder || share.of_one == 0 || scenario.takes_reservations())
      continue;
    problems.push_back({"population.personas",
                        roster.file ? "those whom event.roster does not name are the intruders: "
                                      "expected no share of them"
                                    : "intruders claim without a reservation, and event.reserve is "
                                      "none: expected no intruders, or a list in event.roster"});
  }
}

bool is_literal(std::string_view text) {
  if (text == "true" || text == "false") return true;
  if (text.empty() || text.size() > 18) return text.starts_with('[') || text.starts_with('{');
  if (text.starts_with('[') || text.starts_with('{')) return true;
  return (text.size() == 1 || text.front() != '0') &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

OptionTable scenario_keys(Scenario& scenario) {
  OptionTable keys;
  keys.add({"question", "TEXT", "What the run is to answer"}, scenario.question);
  add_event(keys, scenario);
  add_population(keys, scenario);
  add_arrivals(keys, "arrivals", scenario.arrivals);
  add_arrivals(keys, "arrivals.reserve", scenario.reserve_arrivals);
  add_winners(keys, scenario);
  add_connections(keys, scenario);
  add_target(keys, scenario);
  add_request_keys(keys, scenario.target);
  add_tls_keys(keys, scenario.tls);
  add_token_keys(keys, scenario.tokens);
  add_checks(keys, scenario);
  return keys;
}

std::string format_scenario(const OptionTable& keys) {
  std::string text;
  for (const OptionTable::Row& row : keys.rows()) {
    const std::string value = row.echo();
    if (value.empty() || row.info.secret) continue;
    text += !row.is_text && is_literal(value)
                ? fmt::format("{} = {}\n", row.info.name, value)
                : fmt::format("{} = {}\n", row.info.name, toml_quoted(value));
  }
  return text;
}

std::vector<Problem> contradictions(const Scenario& scenario) {
  std::vector<Problem> problems;
  std::vector<Share> cohort_shares;
  std::set<std::string> names;
  for (const Cohort& cohort : scenario.cohorts) {
    cohort_shares.push_back(cohort.share);
    if (!names.insert(cohort.name).second) {
      problems.push_back({"population.cohorts", fmt::format("'{}' is named twice", cohort.name)});
    }
  }
  check_shares("population.cohorts", cohort_shares, problems);
  std::vector<Share> persona_shares;
  for (const auto& [persona, share] : scenario.personas) persona_shares.push_back(share);
  check_shares("population.personas", persona_shares, problems);
  for (const auto& found :
       {contradictions("arrivals", scenario.arrivals, scenario.rush, scenario.users),
        contradictions("arrivals.reserve", scenario.reserve_arrivals, reservation_span(scenario),
                       scenario.users)}) {
    problems.insert(problems.end(), found.begin(), found.end());
  }
  if (!scenario.instances.empty() && !scenario.url) {
    problems.push_back({"target.instances",
                        fmt::format("{} are not accepted: expected target.url to be set as well",
                                    format_texts(scenario.instances))});
  }
  check_roster(scenario, problems);
  check_loops(scenario, problems);
  if (!scenario.takes_reservations() && !scenario.url) {
    problems.push_back({"event.reserve",
                        "'none' is for another service, and target.url is not "
                        "set: the built-in server takes reservations"});
  }
  if (scenario.url && !is_http_url(*scenario.url)) {
    problems.push_back(
        {"target.url", fmt::format("'{}' is not accepted: expected http:// or https://HOST:PORT",
                                   *scenario.url)});
  }
  for (const std::string& instance : scenario.instances) {
    if (!scenario.url || is_secure(instance) == is_secure(*scenario.url)) continue;
    problems.push_back(
        {"target.instances",
         fmt::format("'{}' is not accepted: expected http or https as in target.url", instance)});
  }
  if (scenario.url && scenario.builtin.fault != "none") {
    problems.push_back({"target.builtin.fault",
                        fmt::format("'{}' works in the built-in server only, and target.url is set",
                                    scenario.builtin.fault)});
  }
  if (const auto source = ledger_source(scenario.ledger, scenario.admin_token); !source) {
    problems.push_back({"target.ledger", source.error()});
  }
  read_dialect(scenario, problems);
  return problems;
}

}  // namespace fairrush::loadgen
