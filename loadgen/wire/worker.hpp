#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "analysis/history/writer.hpp"
#include "analysis/latency/histogram.hpp"
#include "analysis/run/facts.hpp"
#include "base/clock.hpp"
#include "loadgen/click_queue.hpp"
#include "loadgen/persona.hpp"
#include "loadgen/plan.hpp"
#include "loadgen/transport/transport.hpp"
#include "loadgen/wire/connection.hpp"
#include "loadgen/wire/counters.hpp"
#include "loadgen/wire/measurements.hpp"
#include "loadgen/wire/thread_meter.hpp"

namespace fairrush::loadgen {

/// What a worker needs. All references outlive it.
struct WorkerSpec {
  const Plan& plan;
  Shard shard;
  std::vector<Instance> instances;  ///< connections are spread over them; at least one
  const Clock& clock;
  SteadyTime epoch;  ///< time 0 of the plan
  analysis::HistoryFile& history;
  TransportSpec transport;
  ConnectionMode mode = ConnectionMode::pool;
  /// This worker's part of the pool, or of what may be open at once with per_request; at least 1.
  std::uint32_t connections = 1;
  Rate openings;                    ///< new connections at most; zero: any number
  bool keep_between_phases = true;  ///< else who reserved connects anew for the rush
  Duration attempt_timeout{};
  Pacing pacing = Pacing::economic;
  bool resolve_by_status = false;  ///< users whose claim stayed open look into their wallet
};

/// Plays one shard of the plan on a thread of its own: releases clicks when they are due, hands
/// them to connections, lets personas react, and records how every attempt ended, exactly once.
///
/// `stop`, `counters`, `finished` and `measured` may be called from any thread; the rest belongs
/// to the owner's.
class Worker final : Driver, ConnectionOwner {
 public:
  explicit Worker(const WorkerSpec& spec);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  /// Stops and waits.
  ~Worker();

  /// Releases no more clicks; attempts in flight get `kStopGrace` to end, then count as stopped.
  void stop();

  /// Waits until every attempt has been recorded. Call before reading the results below.
  void join();

  /// Every attempt has been recorded, or the worker has failed.
  bool finished() const { return finished_.load(std::memory_order_acquire); }

  const WorkerCounters& counters() const { return counters_; }

  /// What has been measured so far; at most kSnapshotEvery old, as are the records in the history
  /// that a killed process would leave.
  Measurements measured() const;

  /// Of all attempts sent. After `join`.
  const Delays& delays() const { return measured_.delays; }

  /// What its thread had of the processor. After `join`.
  const ThreadUse& thread_use() const { return meter_.use(); }

  /// Why the history could not be written, with the number of records that are not in it. After
  /// `finished`.
  const std::optional<std::string>& storage_failure() const { return storage_failure_; }

  /// What went wrong inside the worker itself; its attempts are recorded as stopped. After `join`.
  const std::optional<std::string>& failure() const { return failure_; }

  static constexpr Duration kStopGrace = std::chrono::milliseconds(500);
  static constexpr Duration kSnapshotEvery = std::chrono::milliseconds(200);

 private:
  void work();
  void play();
  void conclude();
  std::optional<NextTick> tick() override;
  void ended(Connection& connection, const Click& click, const Ending& ending) override;

  bool is_precise() const { return spec_.pacing == Pacing::precise; }
  void sweep();
  void hand_out(std::int64_t now_ns);
  std::int64_t waited_ns(std::int64_t free_ns, const Click& click) const;
  bool drained() const;
  bool given_up(std::int64_t now_ns);
  std::int64_t next_wake_ns(std::int64_t now_ns) const;

  bool may_open(std::int64_t now_ns);
  Connection& add_connection();
  Connection* pick(const Click& click);
  Connection& pick_for_user(UserIndex user);

  void hear(const Click& click, const Ending& ending);
  void wait_for_outcome(const Click& click, const Ending& told);
  void hear_outcome(const Click& question, const Ending& ending);
  void conclude_claim(const Click& question, const Ending& outcome);
  void react(const Click& click, const Ending& ending);
  std::int64_t ended_ns(const Click& click, const Ending& ending) const;
  void lose(const Click& due);
  void record(const Click& click, const Ending& ending);
  void count(const Click& click, const Ending& ending);
  void count_unsent(analysis::Reason reason);
  void measure_delays(const Click& click, const Ending& ending);
  bool has_won(UserIndex user) const;
  void count_winner(UserIndex user);
  void celebrate(const Click& click, const Ending& ending, std::int64_t seen_ns);
  void click_again(const Click& click, const WinnerClick& what, std::int64_t intended_ns);
  std::uint64_t key_of(const PlannedAttempt& planned) const;
  void append(const analysis::AttemptRecord& record, std::string_view receipt);
  void stop_connections();
  analysis::Reason unsent_reason() const;
  void record_unsent(const Click& click, analysis::Reason reason);
  void record_the_rest();
  void publish();
  void keep_records();
  void take_note(const std::expected<void, std::string>& written);

  WorkerSpec spec_;
  ClickQueue clicks_;
  WorkerCounters counters_;
  Wire wire_;
  analysis::HistoryAppender appender_;
  Measurements measured_;
  ThreadMeter meter_;
  mutable std::mutex published_mutex_;
  Measurements published_;

  std::deque<Connection> connections_;
  std::vector<Connection*> idle_;        // of a pool, or between requests of per_request
  std::vector<Connection*> user_first_;  // per_user: a user's list of connections
  std::vector<bool> winners_;            // one bit for each user of the shard
  std::uint64_t attempts_ = 0;
  std::int64_t last_answer_ns_ = 0;
  std::int64_t published_ns_ = 0;
  std::optional<std::int64_t> wanted_ns_;     // the next turn
  std::optional<std::int64_t> exhausted_ns_;  // since when clicks wait for a connection
  std::int64_t next_opening_ns_ = 0;          // the rate of openings allows none before
  std::optional<std::int64_t> stopped_ns_;    // when a stop was first seen
  bool held_ = false;                         // given up: the target holds every connection
  bool stopping_ = false;                     // connections have been told to end

  std::atomic<bool> stop_requested_{false};
  std::atomic<bool> finished_{false};
  std::optional<std::string> storage_failure_;
  std::optional<std::string> failure_;
  std::thread thread_;  // last: works on all of the above
};

}  // namespace fairrush::loadgen
