#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "server/ledger/commit_queue.hpp"
#include "server/ledger/issue_reader.hpp"
#include "server/ledger/record_reader.hpp"

namespace fairrush::server {

/// Takes one record; an error says how it contradicts those before it.
using RecordSink = std::function<std::expected<void, std::string>(const LedgerRecord&)>;

/// Hears why a ledger cannot write just now though it goes on trying, and nothing once it can.
using TroubleReport = std::function<void(const std::optional<std::string>& what)>;

/// The durable record. Blocking calls, one thread at a time. Errors name the ledger.
class Ledger {
 public:
  Ledger() = default;
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;
  virtual ~Ledger() = default;

  /// What it is called in logs: the option's value, without secrets.
  virtual std::string name() const = 0;

  /// Hands out every record in an order in which they can be applied: events and their groups of
  /// coupons, then reservations, draws, coupons, losses, redemptions and the outbox, each in the
  /// order of their numbers. Stops at the sink's first error.
  virtual std::expected<void, std::string> replay(const RecordSink& sink) = 0;

  /// What `RecordReader` promises of an event. O(all records).
  EventRecords records(EventId event);

  /// An event's coupons in the order of issue.
  virtual IssuedRows issues(EventId event) = 0;

  /// Writes `batch` in one transaction; when this returns without an error, it survives the loss of
  /// process and power. After an error nothing of the batch may be relied on, and nothing may be
  /// written after it. May take as long as whatever it writes to is away.
  virtual CommitResult commit(std::span<const LedgerRecord> batch) = 0;

  /// Who hears of trouble during `commit`, on the thread that calls it.
  virtual void report_trouble_to(TroubleReport) {}

  /// Ends a `commit` that waits for better times, with an error. Any thread.
  virtual void give_up() {}

 protected:
  Ledger(Ledger&&) = default;
};

}  // namespace fairrush::server
