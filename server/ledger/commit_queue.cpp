#include "server/ledger/commit_queue.hpp"

#include <utility>

#include "base/assert.hpp"
#include "server/log.hpp"

namespace fairrush::server {

Sequence CommitQueue::append(LedgerRecord record) {
  FAIRRUSH_ASSERT(!failure_);
  gathered_.push_back(std::move(record));
  last_ = Sequence(last_.value() + 1);
  if (!in_flight_) write_gathered();
  return last_;
}

void CommitQueue::when_durable(Sequence sequence, Waiter waiter) {
  if (is_durable(sequence)) return waiter(true);
  if (failure_) return waiter(false);
  // Nearly always the latest decision; a barrier for an older one must not overtake.
  auto place = waiting_.end();
  while (place != waiting_.begin() && sequence < std::prev(place)->sequence) --place;
  waiting_.insert(place, {sequence, std::move(waiter)});
}

void CommitQueue::batch_done(const CommitResult& result) {
  FAIRRUSH_ASSERT(in_flight_);
  in_flight_ = false;
  if (watcher_.ended) watcher_.ended(result.has_value());
  if (!result) {
    failure_ = result.error();
    log_error("the ledger has failed; nothing more is granted", {{"what", *failure_}});
    gathered_.clear();
    release(last_, false);
    return;
  }
  durable_ = written_;
  // The next batch starts before the answers of this one are written, so that the disk never idles.
  if (!gathered_.empty()) write_gathered();
  release(durable_, true);
}

void CommitQueue::write_gathered() {
  in_flight_ = true;
  written_ = last_;
  if (watcher_.begun) watcher_.begun(gathered_.size());
  writer_.write(std::exchange(gathered_, {}));
}

void CommitQueue::release(Sequence up_to, bool durable) {
  while (!waiting_.empty() && waiting_.front().sequence <= up_to) {
    const Waiter waiter = std::move(waiting_.front().waiter);
    waiting_.pop_front();  // first: a waiter may append or wait again
    waiter(durable);
  }
}

}  // namespace fairrush::server
