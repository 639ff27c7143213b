#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/latency/lags.hpp"
#include "base/draw/digest.hpp"
#include "base/ids.hpp"
#include "base/units.hpp"

namespace fairrush::analysis {

/// A span of time on the run's clock: nanoseconds since the run's epoch, open ≤ t < close.
struct Window {
  std::int64_t open_ns = 0;
  std::int64_t close_ns = 0;
};

/// How many coupons a roster of n earns.
struct QuotaRule {
  std::optional<Share> share;          ///< floor(share · n)
  std::optional<std::uint64_t> count;  ///< a fixed number; exactly one of the two is set

  /// C for a roster of `roster` users.
  std::uint64_t coupons(std::uint64_t roster) const;
};

/// The roster of an event that takes no reservations, as a list of names said it.
struct ListedRoster {
  std::uint64_t names = 0;  ///< N: all names of the list, those that no user of the run has too
  Bytes users;      ///< a bit for each user, 1: is listed; user 0 has the first byte's lowest
  Digest sha256{};  ///< of the list's file

  bool holds(UserIndex user) const {
    const std::size_t byte = user.value() / 8;
    return byte < users.size() && (users[byte] >> (user.value() % 8) & 1U) != 0;
  }
  /// Users of the run who are listed. O(users).
  std::uint64_t present() const;

  bool operator==(const ListedRoster&) const = default;
};

/// How the target says it decides, as far as checks depend on it.
enum class Allocation : std::uint8_t {
  unknown,
  first_come_first_served,
  draw,  ///< a published draw can be recomputed
};

/// What a run can have seen; after the "sometimes assertions" of Antithesis, which ask of a test
/// whether what it tests ever happened.
enum class Sighting : std::uint8_t {
  win,
  loss,
  rejected_duplicate,
  refused_intruder,
  refused_early_claim,
  refused_late_claim,
  identical_idempotent_answer,
  claims_inside_window,    ///< at least 90 % of the planned claims
  contention_at_sell_out,  ///< two or more claims in flight when the stock ran out
  redemption,
  refused_second_redemption,
  info_became_win,   ///< a claim went unanswered, and ledger or status read show its coupon
  info_became_none,  ///< a claim went unanswered, and they show that it brought none
};
inline constexpr std::size_t kSightings = 13;
std::string_view name_of(Sighting sighting);

struct CohortFacts {
  std::string name;
  double share = 0;  ///< of the population, 0 … 1
  std::string
      one_way_delay;  ///< and losses, as "5ms", or "median 60ms, p99 400ms; loses 1 % of answers"
};

/// How clicks spread over the two windows, as planned: the same in every round.
struct ArrivalFacts {
  /// Of a phase whose clicks wait for answers: how many users are in the loop at once.
  std::optional<std::uint64_t> reserve_loop;
  std::optional<std::uint64_t> rush_loop;
  /// Empty for a closed loop. When the first i of n − 1 equal parts of the users have clicked,
  /// after the opening; ascending.
  std::vector<std::int64_t> reserve_quantiles_ns;
  std::vector<std::int64_t> rush_quantiles_ns;
  /// By persona number: the try of a claim that comes when `rush_quantiles_ns` says; -1: none does.
  std::vector<std::int64_t> claim_tries;
};
inline constexpr std::size_t kQuantilesMax = 10'001;

/// How many attempts the plan of a round holds.
struct PlannedAttempts {
  std::uint64_t reservations = 0;
  std::uint64_t claims = 0;         ///< first clicks of claims, in the window or not
  std::uint64_t claims_inside = 0;  ///< of those, meant to reach the target in the rush
};

/// Three quantiles of a kind of delay; zeros where there was none.
struct DelayFacts {
  std::uint64_t p50_ns = 0;
  std::uint64_t p99_ns = 0;
  std::uint64_t max_ns = 0;
};

/// The clicks of one phase that left, by the instrument's own lateness.
struct PunctualityFacts {
  std::uint64_t sent = 0;
  std::uint64_t late = 0;  ///< more than kOwnLatenessNs

  void add(const PunctualityFacts& other) {
    sent += other.sent;
    late += other.late;
  }
};
/// What a person could notice, and as much as a click may be off the plan (decision 0013).
inline constexpr std::int64_t kOwnLatenessNs = 50'000'000;

/// What the cgroup that the instrument lives in was denied by its CPU quota.
struct ThrottleFacts {
  std::uint64_t periods = 0;  ///< in which it was stopped
  double seconds = 0;         ///< for which it was stopped
};

/// Counted by the kernel for all programs of the instrument's host, during the run. Unset: this
/// kernel does not count it.
struct HostFacts {
  std::optional<std::uint64_t> listen_overflows;     ///< handshakes lost, accept queue full
  std::optional<std::uint64_t> listen_drops;         ///< connections refused by a listening socket
  std::optional<std::uint64_t> request_queue_drops;  ///< SYNs lost, queue of requests full
  std::optional<std::uint64_t> retransmits;          ///< TCP segments sent again
};

/// How an instrument sent its requests. Empty: nothing was sent.
struct WiringFacts {
  std::string transport;  ///< "asio" or "io_uring"; of several shards "asio and io_uring"
  std::string pacing;     ///< "economic" or "precise"

  bool operator==(const WiringFacts&) const = default;
};

/// The instrument's own error in one wiring, as `fairrush selftest` measured it on this machine
/// with this version.
struct SelfTestFacts {
  std::string measured_at;         ///< ISO 8601, UTC
  WiringFacts wiring;              ///< it is the error of
  std::uint64_t error_p50_ns = 0;  ///< the worst case's, of answer times on the wire
  std::uint64_t error_p99_ns = 0;
  std::uint64_t click_error_p99_ns = 0;  ///< from the click, so that lag is part of it
  bool passed = false;                   ///< all its bars were held
};

/// How good the instrument was. Lags are sending time minus (intended time + one-way delay), less
/// what the click had to wait for a connection.
struct InstrumentFacts {
  WiringFacts wiring;
  unsigned threads = 0;
  unsigned connections_max = 0;  ///< open at once
  std::uint64_t lag_p50_ns = 0;
  std::uint64_t lag_p99_ns = 0;
  std::uint64_t lag_max_ns = 0;
  std::vector<LagStep> lag_steps;  ///< ascending; empty when nothing was sent
  PunctualityFacts reservations;
  PunctualityFacts claims;
  DelayFacts for_connection;  ///< all were busy with the target, or none might be opened yet
  DelayFacts connecting;      ///< of clicks that opened a connection
  DelayFacts loop;            ///< a worker came round later than it meant to
  DelayFacts reading;         ///< an answer lay in the kernel; zeros where it gives no time stamps
  double thread_share_max = 0;             ///< CPU of the busiest worker in its busiest second
  std::optional<double> queued_share;      ///< of the worst worker's time: ready, but without a CPU
  std::optional<ThrottleFacts> throttled;  ///< unset: no cgroup says
  HostFacts host;
  double cpu_seconds = 0;         ///< user + system, of the instrument's process, during the run
  double target_cpu_seconds = 0;  ///< of a built-in target; 0 when unknown
  std::uint64_t memory_peak_bytes = 0;
  std::uint64_t target_memory_peak_bytes = 0;
  double wall_seconds = 0;            ///< in which clicks were played, the sum over all rounds
  double steal_share = 0;             ///< of the machine's time, during the run
  std::int64_t clock_step_ns = 0;     ///< wall clock against monotonic clock, start to end
  std::int64_t clock_offset_ns = 0;   ///< target's wall clock minus ours, estimated
  std::int64_t clock_error_ns = 0;    ///< half the best round trip: the ε of window checks
  std::uint64_t unsent = 0;           ///< planned attempts that never left
  std::uint64_t ports_exhausted = 0;  ///< attempts for which the machine had no local port
  std::uint64_t descriptors_exhausted = 0;  ///< attempts for which it had no descriptor
  /// Attempts for which no connection was free until the run gave them up: the target held all.
  std::uint64_t held_back = 0;
  std::optional<SelfTestFacts> selftest;  ///< of this wiring; unset: nobody made one
};

/// One instrument of several that play a run together: shard `number` plays the users with
/// user mod `of` == number − 1.
struct ShardFacts {
  std::uint32_t number = 1;             ///< 1 … of
  std::uint32_t of = 1;                 ///< at most `kShardsMax`
  std::string machine;                  ///< as `RunFacts::machine`
  InstrumentFacts instrument;           ///< its own
  std::vector<CountedDelay> lags = {};  ///< of the attempts it sent; ascending
  std::uint64_t foreign_clicks = 0;     ///< its users' reservations that met one of theirs before
  std::optional<std::string> cut_short = {};  ///< why records of it may be missing
};
inline constexpr std::uint32_t kShardsMax = 4096;

/// What the target's store and queues said of themselves once nothing moved any more. Unset: the
/// target does not say.
struct StockFacts {
  std::optional<std::uint64_t> issued;     ///< coupons given out by the store's own count
  std::optional<std::uint64_t> remaining;  ///< units the store still has to give
  /// Units that are neither issued nor remaining, because they were taken and given up for good. A
  /// unit that somebody takes again afterwards is none of them: it is remaining or issued.
  std::optional<std::uint64_t> released;
  std::optional<std::uint64_t> outbox_pending;  ///< events recorded and not published yet
};

/// What is known of one round: one reservation window and one rush. Times count from the run's
/// epoch.
struct RoundFacts {
  Window reservation;
  Window rush;
  PlannedAttempts planned;
  std::optional<std::uint64_t> announced_roster;   ///< N as the target published it
  std::optional<std::uint64_t> announced_coupons;  ///< C as the target published it
  StockFacts stock;
  std::optional<std::string>
      ledger_missing;  ///< why there is no ledger; unset: ledger.csv holds it
  std::optional<std::string>
      draw_missing;  ///< why a design that draws published none; unset: draw.json holds it
  std::optional<std::string> bus_missing =
      "nobody asked";  ///< why what the bus delivered was not read; unset: bus.csv holds it
  std::optional<std::string> unrecorded =
      {};                  ///< why no record of it was kept; unset: history.bin has them
  bool under_way = false;  ///< was not over when this was written: records may be missing
};

/// Everything the verifier must know about a run besides its history, ledger and draws. Written to
/// run.json under "facts"; the run's epoch is time 0. The same users play every round.
struct RunFacts {
  std::string scenario;  ///< its file name without the extension
  std::string question;
  std::string started_at;  ///< ISO 8601, UTC
  /// Time 0 on the target's clock, Unix time; the same for all shards. Unset: in virtual time, or
  /// no round has begun.
  std::optional<std::int64_t> epoch_ms;
  std::string version;  ///< of fairrush, with commit
  std::string build_type;
  std::string machine;  ///< one line: CPU, cores, memory, kernel
  std::string target;   ///< "built-in: sealed-draw, memory, sqlite" or a URL
  std::string event;    ///< the event's id, an input of the draw
  std::uint64_t seed = 0;
  std::uint64_t users = 0;
  Duration attempt_timeout{};
  /// How long after an acknowledged win a status read may still miss it; unset: no time at all.
  std::optional<Duration> status_deadline;
  QuotaRule quota;
  std::optional<ListedRoster> roster;  ///< where nobody reserves; unset: everybody is on it
  Allocation allocation = Allocation::unknown;
  std::optional<std::string> fault;       ///< switched on in the target on purpose
  std::optional<std::string> simulation;  ///< the model, of a run that was played in virtual time
  std::optional<std::string> instrument_failure;  ///< what broke inside the instrument
  std::optional<std::string> target_failure;      ///< how a built-in target ended too soon
  std::optional<std::string> assumed;      ///< taken for granted about another service, a sentence
  std::optional<std::string> ended_early;  ///< why further rounds were not played
  std::vector<RoundFacts> rounds = std::vector<RoundFacts>(1);  ///< at least one
  std::vector<CohortFacts> cohorts;
  std::vector<std::string> personas;     ///< names by persona number
  std::optional<ArrivalFacts> arrivals;  ///< unset: nobody wrote it down
  std::set<Sighting> attempted;          ///< what the scenario can be expected to show
  InstrumentFacts instrument;            ///< of all shards together
  /// Those whose evidence this is, ascending by number; empty when one instrument played it all.
  std::vector<ShardFacts> shards;
  Share fairness_margin{0.01};
  bool fairness_gates = true;  ///< a biased or inconclusive fairness verdict fails the run
  bool interrupted = false;
  std::optional<std::int64_t> interrupted_ns;  ///< when; unset between rounds of a simulation
  std::uint64_t rounds_planned = 1;            ///< `rounds` are those that began
  std::vector<std::pair<std::string, std::string>>
      options;  ///< the scenario as resolved, key → value
};

/// Whether users reserve before the rush; else those of the list are on the roster, or everybody.
bool takes_reservations(const RoundFacts& round);
bool takes_reservations(const RunFacts& facts);  ///< one round is as the next

/// "a list of 300 names, 280 of them users of this run".
std::string describe(const ListedRoster& roster);

/// Whether the last round was not brought to its end: the instrument was killed, or is at work.
/// `ended_early` then says what there is.
bool is_under_way(const RunFacts& facts);

/// Numbers of the shards whose evidence is not part of this run; none for a run without shards.
std::vector<std::uint32_t> missing_shards(const RunFacts& facts);

/// Whether shards are missing, or records of them may be.
bool is_partial(const RunFacts& facts);

/// By how much times that two shards recorded may be off each other: each knows the target's clock,
/// by which both began, only to an error. Zero for a run without shards.
std::int64_t clocks_apart_ns(const RunFacts& facts);

/// What ended the run before its time, a clause such as "the run was interrupted 1.9 s into the
/// rush of round 2 of 3"; empty for a run that was not interrupted.
std::string describe_interruption(const RunFacts& facts);

}  // namespace fairrush::analysis
