#include "server/ledger/ledger_thread.hpp"

#include <boost/asio/post.hpp>
#include <memory>
#include <utility>

#include "base/assert.hpp"

namespace fairrush::server {

LedgerThread::LedgerThread(std::unique_ptr<Ledger> ledger, Executor home)
    : ledger_(std::move(ledger)), home_(home), thread_("ledger") {
  ledger_->report_trouble_to([this](const std::optional<std::string>& what) {
    asio::post(home_, [queue = queue_, what] { queue->note_trouble(what); });
  });
}

void LedgerThread::write(std::vector<LedgerRecord> batch) {
  FAIRRUSH_ASSERT(queue_ != nullptr);
  thread_.post([this, records = std::move(batch)] {
    asio::post(home_,
               [queue = queue_, result = ledger_->commit(records)] { queue->batch_done(result); });
  });
}

void LedgerThread::read_issues(EventId event, std::function<void(const IssuedRows&)> done) {
  thread_.post([this, event, done = std::move(done)] {
    asio::post(home_, [done, rows = ledger_->issues(event)] { done(rows); });
  });
}

void LedgerThread::read_records(EventId event, std::function<void(EventRecords)> done) {
  thread_.post([this, event, done = std::move(done)] {
    asio::post(home_, [done, records = ledger_->records(event)] { done(records); });
  });
}

}  // namespace fairrush::server
