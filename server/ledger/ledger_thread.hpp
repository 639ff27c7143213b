#pragma once

#include <memory>
#include <vector>

#include "base/runtime/io_thread.hpp"
#include "server/ledger/commit_queue.hpp"
#include "server/ledger/ledger.hpp"
#include "server/ledger/record_reader.hpp"

namespace fairrush::server {

/// Writes batches on a thread of its own and posts each outcome back as one piece of work.
///
/// The queue must be idle, and every reading done, when either of the two is destroyed: a report
/// must find its queue.
class LedgerThread final : public BatchWriter, public IssueReader, public RecordReader {
 public:
  /// Reports run on `home`, the thread of the queue.
  LedgerThread(std::unique_ptr<Ledger> ledger, Executor home);

  /// The queue that reports go to; before the first batch.
  void report_to(CommitQueue& queue) { queue_ = &queue; }

  /// For reading it back before the first batch.
  Ledger& ledger() { return *ledger_; }

  /// The batch in flight fails if the ledger is away; for a stop that has waited long enough.
  void give_up() { ledger_->give_up(); }

  void write(std::vector<LedgerRecord> batch) override;
  void read_issues(EventId event, std::function<void(const IssuedRows&)> done) override;
  void read_records(EventId event, std::function<void(EventRecords)> done) override;

 private:
  std::unique_ptr<Ledger> ledger_;
  Executor home_;
  CommitQueue* queue_ = nullptr;
  IoThread thread_;  // last: ends before what its work uses
};

}  // namespace fairrush::server
