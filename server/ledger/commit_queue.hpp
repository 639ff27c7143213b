#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "server/ledger/record.hpp"

namespace fairrush::server {

/// Place of a record in the order of decisions; zero stands for "nothing to wait for".
using Sequence = StrongId<struct SequenceTag, std::uint64_t>;

/// What became of a batch of records: all of it is durable, or the reason why it is not.
using CommitResult = std::expected<void, std::string>;

/// Writes batches to the durable record, one at a time.
class BatchWriter {
 public:
  BatchWriter() = default;
  BatchWriter(const BatchWriter&) = delete;
  BatchWriter& operator=(const BatchWriter&) = delete;
  virtual ~BatchWriter() = default;

  /// Starts writing `batch` as one transaction. The writer reports with
  /// `CommitQueue::batch_done` on the queue's thread, not from within this call.
  virtual void write(std::vector<LedgerRecord> batch) = 0;
};

/// Keeps decisions in order on their way to the ledger and answers back once they are durable.
/// Group commit by itself: while one batch is being written, the next one gathers. Sans I/O; lives
/// on the thread that decides.
///
/// A batch that cannot be written is final (fail-stop): what is in memory is ahead of the ledger
/// then, and no later batch may be written over the gap. A batch that is merely long on its way is
/// not: after a while nobody waits any more and nothing new is accepted, until it has arrived.
class CommitQueue {
 public:
  /// Gets whether the awaited record became durable. Capture at most two pointers: then nothing is
  /// allocated.
  using Waiter = std::function<void(bool durable)>;

  /// How long answers wait for a ledger that is slow or away, unless said otherwise.
  static constexpr Duration kPatience = std::chrono::seconds(5);

  /// `writer` must outlive the queue. `patience` is how long a batch may be on its way before
  /// answers no longer wait for it. Batches begin at least `linger` after each other while no
  /// answer waits for one: a transaction costs more than most of its records.
  explicit CommitQueue(BatchWriter& writer, Duration patience = kPatience, Duration linger = {})
      : writer_(writer), patience_(patience), linger_(linger) {}
  CommitQueue(const CommitQueue&) = delete;
  CommitQueue& operator=(const CommitQueue&) = delete;

  /// Whether decisions may be added: no batch has failed and the writer keeps up. The caller
  /// refuses requests otherwise.
  bool accepts() const { return !failure_ && !stalled_ && gathered_.size() < kGatheredMax; }

  /// Adds a decision. Not after a failure (asserted).
  Sequence append(LedgerRecord record);

  /// The latest decision.
  Sequence last() const { return last_; }

  /// The latest decision that is durable.
  Sequence durable() const { return durable_; }

  bool is_durable(Sequence sequence) const { return sequence <= durable_; }

  /// Decisions that wait for the batch under way.
  std::size_t gathered() const { return gathered_.size(); }
  /// Decisions that are not durable yet.
  std::uint64_t undurable() const { return last_.value() - durable_.value(); }

  /// Who wants to know of batches: how many records one has as it begins, and whether it became
  /// durable.
  struct Watcher {
    std::function<void(std::size_t records)> begun;
    std::function<void(bool durable)> ended;
  };
  void watch(Watcher watcher) { watcher_ = std::move(watcher); }

  /// Calls `waiter` when everything up to `sequence` is durable, or can never become so; at once if
  /// that is known.
  void when_durable(Sequence sequence, Waiter waiter);

  /// The same for an answer that somebody waits for: when the batch in flight takes longer than the
  /// patience allows, it is told that its record is not durable, although it may become so.
  void answer_when_durable(Sequence sequence, Waiter waiter);

  /// What time it is; call it every few milliseconds.
  void tick(SteadyTime now);

  /// Why the batch in flight is still on its way, as far as the writer knows; nothing when it is
  /// none the worse.
  void note_trouble(const std::optional<std::string>& what);

  /// Why answers do not wait just now, a failure apart.
  std::optional<std::string> stall() const;

  /// The writer's report on the batch in flight.
  void batch_done(const CommitResult& result);

  /// Whether everything decided has been written, or never will be.
  bool idle() const { return !in_flight_ && gathered_.empty(); }

  /// Set after a failure: what the ledger said.
  const std::optional<std::string>& failure() const { return failure_; }

 private:
  /// Where answers wait for the ledger, its clients bound this; where they do not, memory would.
  static constexpr std::size_t kGatheredMax = 100'000;

  struct Waiting {
    Sequence sequence;
    Waiter waiter;
    bool answers = false;  ///< a request: it does not wait for ever
  };

  void write_if_due();
  void write_gathered();
  void wait(Waiting waiting);
  void release(Sequence up_to, bool durable);

  BatchWriter& writer_;
  std::vector<LedgerRecord> gathered_;
  std::deque<Waiting> waiting_;  ///< by sequence
  Sequence last_;
  Sequence written_;  ///< last of the batch in flight
  Sequence durable_;
  bool in_flight_ = false;
  Duration patience_;
  Duration linger_;
  SteadyTime now_{};  ///< as of the latest tick
  SteadyTime in_flight_since_{};
  bool stalled_ = false;  ///< the batch in flight has outlasted the patience
  std::optional<std::string> trouble_;
  Watcher watcher_;
  std::optional<std::string> failure_;
};

}  // namespace fairrush::server
