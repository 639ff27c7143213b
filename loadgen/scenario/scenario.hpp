#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/run/facts.hpp"
#include "base/options.hpp"
#include "base/units.hpp"
#include "loadgen/ledger/source.hpp"
#include "loadgen/scenario/arrivals.hpp"

namespace fairrush::loadgen {

inline constexpr std::uint64_t kUsersMax = 10'000'000;
inline constexpr std::uint32_t kConnectionsMax = 1'000'000;
inline constexpr std::uint32_t kThreadsMax = 64;
inline constexpr std::uint32_t kRoundsMax = 100'000;

inline constexpr Duration kDelayMax = std::chrono::seconds(4);

/// How delays spread over the users of a cohort.
enum class DelayKind : std::uint8_t {
  fixed,       ///< every user has the median
  uniform,     ///< evenly between `from` and `to`
  log_normal,  ///< by median and 99th percentile, cut at kDelayMax
  file,        ///< as often as they stand in a file
};

/// A delay in one direction, 0 … kDelayMax.
struct DelaySpec {
  DelayKind kind = DelayKind::fixed;
  Duration median{};
  Duration p99{};
  Duration from{};
  Duration to{};
  TimeFile file = {};

  static DelaySpec fixed(Duration delay) { return {.median = delay}; }
  static DelaySpec uniform(Duration from, Duration to) {
    return {.kind = DelayKind::uniform, .from = from, .to = to};
  }
  static DelaySpec log_normal(Duration median, Duration p99) {
    return {.kind = DelayKind::log_normal, .median = median, .p99 = p99};
  }
};

/// Shares of what a user's network loses (docs/decisions/0013).
struct Losses {
  Share requests;  ///< never leave; the user waits for the time-out
  Share answers;   ///< are never seen; what they would have said stands at the target
};

/// Users who share a trait that must not matter.
struct Cohort {
  std::string name;
  Share share;
  DelaySpec one_way_delay = {};
  Losses losses = {};
};

/// How a user behaves. Values are stored in histories: append, never renumber.
enum class Persona : std::uint8_t {
  honest = 0,          ///< reserves, claims once
  double_clicker = 1,  ///< a second click shortly after the first, without waiting for its answer
  retrier = 2,         ///< repeats the claim with the same idempotency key, whatever the answer
  intruder = 3,        ///< claims without being on the roster
  early_bird = 4,      ///< claims before the window opens, and again in the window
  latecomer = 5,       ///< claims after the window has closed
  replayer = 6,        ///< sends its claim again, byte for byte: later in the window, and after it
  bot = 7,             ///< claims many times from just before the opening on, without a network
};
inline constexpr std::size_t kPersonas = 8;
std::string_view name_of(Persona persona);

/// How users share connections.
enum class ConnectionMode : std::uint8_t {
  per_user,     ///< one, kept alive from reservation to rush
  per_request,  ///< a new one for every request
  pool,         ///< `connections` of them for everybody, as behind a gateway
};

/// What carries requests and answers.
enum class TransportChoice : std::uint8_t {
  best,      ///< the fastest that the machine allows
  asio,      ///< works on every Linux
  io_uring,  ///< Linux 6.0 that does not forbid it
};

/// How closely clicks keep to their times.
enum class Pacing : std::uint8_t {
  economic,  ///< within a millisecond: many requests for the CPU time
  precise,   ///< as closely as the machine can
};
constexpr std::string_view name_of(Pacing pacing) {
  return pacing == Pacing::precise ? "precise" : "economic";
}

/// What winners do besides winning, as shares of them.
struct WinnerHabits {
  Share read_status{0.1};   ///< look into their wallet right after the win
  Share redeem{0.0};        ///< spend the coupon during the rush
  Share redeem_twice{0.5};  ///< of those who spend it: at once a second time, on another order
};

/// A coupon service this project ships, started for the run.
struct BuiltinTarget {
  std::string design = "sealed-draw";
  std::string store = "memory";
  std::string ledger = "sqlite";  ///< in the run's directory, or a URL
  std::string bus = "in-process";
  std::string ack = "durable";
  std::string fault = "none";  ///< switched on in the server on purpose
};

/// What a scenario says about one request of users; unset: as the reference server takes it.
struct RequestOrder {
  std::optional<std::string> method = {};
  std::optional<std::string> path = {};
  std::optional<std::string> headers = {};  ///< this and the two below the body as TOML text
  std::optional<std::string> body = {};
  std::optional<std::string> answers = {};
  std::optional<std::string> extract = {};
};

/// What a scenario says about the HTTP of the service under test.
struct TargetOrder {
  std::array<RequestOrder, 4> requests;  ///< by analysis::Op
  std::optional<std::string> setup;      ///< TOML text, as `reset`
  std::optional<std::string> reset;
  std::string user = "{index}";
  std::optional<std::string> feeder;  ///< path of a CSV file
};

/// How a target at an https address is believed.
struct TlsOrder {
  std::optional<std::string> ca;           ///< path of a PEM file; unset: the machine's authorities
  std::optional<std::string> server_name;  ///< in place of the URL's host
  bool insecure = false;                   ///< whatever its certificate says
};

/// Where users' bearer tokens come from: one of the first four, or none.
struct TokenOrder {
  std::optional<std::string> secret = {};    ///< signed with it (HS256)
  std::optional<std::string> key_file = {};  ///< signed with the RSA key in this PEM file (RS256)
  std::optional<std::string> file = {};      ///< one a line, the line of user 0 first
  std::optional<std::string> text = {};      ///< a template of the feeder's columns
  std::string claims = R"({"sub":"{user}"})";
  std::optional<std::string> key_id = {};  ///< told in the header of signed ones

  bool ordered() const { return secret || key_file || file || text; }
};

/// Which file names those who are entitled to claim, where nobody reserves.
struct RosterOrder {
  std::optional<std::string> file = {};    ///< path; unset: everybody is
  std::optional<std::string> column = {};  ///< of a CSV with a header; unset: one name a line
};

/// Such a file, read for this population.
struct RosterList {
  analysis::ListedRoster listed;
  std::vector<std::string> absent;  ///< the first few names that no user has
};

/// The question a run answers, resolved: every default filled in, every value within its range.
struct Scenario {
  std::string name;  ///< file name without the extension
  std::string question;

  analysis::QuotaRule coupons{.share = Share{0.2}, .count = {}};
  Duration lead = std::chrono::milliseconds(500);  ///< before reservations open
  Duration reserve = std::chrono::seconds(10);     ///< reservation window; zero: there is none
  Duration pause = std::chrono::seconds(1);        ///< between the windows
  Duration rush = std::chrono::seconds(60);        ///< claim window
  RosterOrder roster;
  std::shared_ptr<const RosterList> roster_list = nullptr;  ///< what the file says; null: no file
  std::uint32_t rounds = 1;                                 ///< how often all of it is played

  std::uint32_t users = 300;
  std::uint64_t seed = 23;
  Share show_up{1.0};                               ///< part of the roster that claims
  std::vector<Cohort> cohorts;                      ///< shares add up to 1
  std::vector<std::pair<Persona, Share>> personas;  ///< shares add up to 1

  WinnerHabits winners;

  Arrivals arrivals;  ///< of claims, over the rush
  Arrivals reserve_arrivals{.pattern = {.shape = ArrivalShape::uniform}};

  ConnectionMode connection_mode = ConnectionMode::pool;
  std::uint32_t connections = 256;   ///< of a pool, over all threads
  Rate open_rate;                    ///< of new connections, at most; zero: any
  bool keep_between_phases = true;   ///< who reserved uses the same connection in the rush
  std::vector<std::string> sources;  ///< addresses of this machine to connect from
  Duration attempt_timeout = std::chrono::seconds(5);
  std::uint32_t threads = 0;  ///< 0: one a core
  std::uint32_t streams = 0;  ///< of an HTTP/2 connection that users share; 0: HTTP/1.1
  TransportChoice transport = TransportChoice::best;
  Pacing pacing = Pacing::economic;

  BuiltinTarget builtin;
  std::optional<std::string> url;                       ///< set: a running service, instead
  TargetOrder target;                                   ///< how it is spoken to
  std::vector<std::string> instances;                   ///< URLs that serve users beside `url`
  std::string admin_token = "fairrush-admin";           ///< secret; never logged
  Duration settle_deadline = std::chrono::seconds(10);  ///< for the target to come to rest
  Duration status_deadline{};  ///< after a win, for the wallet to show it; zero: at once
  LedgerOrder ledger;          ///< where what the target issued is read; unset: its own HTTP export
  TlsOrder tls;
  TokenOrder tokens;  ///< none: users come with X-User-ID

  Share fairness_margin{0.01};
  bool fairness_gates = true;  ///< false: fairness is reported but does not fail the run

  /// Without reservations those of the roster's list are entitled to claim, or everybody.
  bool takes_reservations() const { return reserve > Duration::zero(); }

  /// N where nobody reserves, and at most N where users do.
  std::uint64_t roster_size() const { return roster_list ? roster_list->listed.names : users; }

  std::vector<std::pair<std::string, std::string>> echo;  ///< every key with the value in force
  std::string source;  ///< TOML text that gives this scenario again
};

/// Reservation clicks fall into this first part of their window: who is on a slow network is still
/// on the roster. Nobody clicks there when there are no reservations, but a shape needs a length.
inline Duration reservation_span(const Scenario& scenario) {
  constexpr int kPercent = 75;
  return std::max<Duration>(std::chrono::milliseconds(1), scenario.reserve * kPercent / 100);
}

/// Users in the smallest closed loop of any phase; unset: every phase is an open loop.
std::optional<std::uint32_t> smallest_loop(const Scenario& scenario);

/// Reads a scenario file, follows its `extends`, applies `overrides` ("key", "value") last. All
/// problems at once; each names file, line, column, key, value and what is accepted.
std::expected<Scenario, std::vector<Problem>> load_scenario(
    const std::filesystem::path& file,
    const std::vector<std::pair<std::string, std::string>>& overrides);

}  // namespace fairrush::loadgen
