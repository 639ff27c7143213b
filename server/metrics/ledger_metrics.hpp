#pragma once

#include "base/clock.hpp"
#include "server/ledger/commit_queue.hpp"
#include "server/metrics/metrics.hpp"

namespace fairrush::server {

/// Watches a queue's commits. `metrics`, `queue` and `clock` outlive this.
class LedgerMetrics {
 public:
  LedgerMetrics(Metrics& metrics, CommitQueue& queue, const Clock& clock);
  LedgerMetrics(const LedgerMetrics&) = delete;
  LedgerMetrics& operator=(const LedgerMetrics&) = delete;

 private:
  void begun(std::size_t records);
  void ended(bool durable);

  const Clock& clock_;
  Histogram& latency_;
  Histogram& records_;
  Counter& commits_;
  Counter& failures_;
  SteadyTime begun_at_;
};

}  // namespace fairrush::server
