#include "server/metrics/ledger_metrics.hpp"

namespace fairrush::server {

LedgerMetrics::LedgerMetrics(Metrics& metrics, CommitQueue& queue, const Clock& clock)
    : clock_(clock),
      latency_(metrics.histogram(
          {"fairrush_ledger_commit_seconds", "From handing a batch to the ledger to its report."},
          latency_bounds())),
      records_(metrics.histogram({"fairrush_ledger_commit_records", "Records in a commit."},
                                 size_bounds())),
      commits_(metrics.counter({"fairrush_ledger_commits_total", "Batches committed."})),
      failures_(metrics.counter(
          {"fairrush_ledger_failures_total", "Batches that could not be committed."})) {
  queue.watch({.begun = [this](std::size_t records) { begun(records); },
               .ended = [this](bool durable) { ended(durable); }});
  metrics.gauge({"fairrush_ledger_queue_records", "Decisions that wait for the commit under way."},
                {}, [&queue] { return static_cast<double>(queue.gathered()); });
  metrics.gauge({"fairrush_ledger_undurable_records", "Decisions that are not durable yet."}, {},
                [&queue] { return static_cast<double>(queue.undurable()); });
  metrics.gauge({"fairrush_ledger_commit_age_seconds", "How long the commit under way takes."}, {},
                [this, &queue] {
                  if (queue.idle()) return 0.0;
                  return std::chrono::duration<double>(clock_.steady_now() - begun_at_).count();
                });
}

void LedgerMetrics::begun(std::size_t records) {
  begun_at_ = clock_.steady_now();
  records_.observe(static_cast<double>(records));
}

void LedgerMetrics::ended(bool durable) {
  latency_.observe(clock_.steady_now() - begun_at_);
  (durable ? commits_ : failures_).add();
}

}  // namespace fairrush::server
