#include "server/ledger/commit_queue.hpp"

#include <utility>

#include "base/assert.hpp"
#include "server/log.hpp"

namespace fairrush::server {

Sequence CommitQueue::append(LedgerRecord record) {
  FAIRRUSH_ASSERT(!failure_);
  gathered_.push_back(std::move(record));
  last_ = Sequence(last_.value() + 1);
  write_if_due();
  return last_;
}

void CommitQueue::when_durable(Sequence sequence, Waiter waiter) {
  if (is_durable(sequence)) return waiter(true);
  if (failure_) return waiter(false);
  wait({sequence, std::move(waiter), false});
}

void CommitQueue::answer_when_durable(Sequence sequence, Waiter waiter) {
  if (is_durable(sequence)) return waiter(true);
  if (failure_ || stalled_) return waiter(false);
  wait({sequence, std::move(waiter), true});
  if (!in_flight_ && !gathered_.empty()) write_gathered();
}

void CommitQueue::wait(Waiting waiting) {
  // Nearly always the latest decision; a barrier for an older one must not overtake.
  auto place = waiting_.end();
  while (place != waiting_.begin() && waiting.sequence < std::prev(place)->sequence) --place;
  waiting_.insert(place, std::move(waiting));
}

void CommitQueue::tick(SteadyTime now) {
  now_ = now;
  write_if_due();
  if (!in_flight_ || stalled_ || now - in_flight_since_ < patience_) return;
  stalled_ = true;
  log_warning("the ledger takes too long; nothing is granted until it answers",
              {{"what", *stall()}});
  std::deque<Waiting> impatient;
  std::deque<Waiting> patient;
  for (Waiting& one : std::exchange(waiting_, {})) {
    (one.answers ? impatient : patient).push_back(std::move(one));
  }
  waiting_ = std::move(patient);
  for (const Waiting& one : impatient) one.waiter(false);
}

void CommitQueue::note_trouble(const std::optional<std::string>& what) {
  trouble_ = what;
}

std::optional<std::string> CommitQueue::stall() const {
  if (trouble_) return trouble_;
  if (!stalled_) return std::nullopt;
  return "the ledger does not answer";
}

void CommitQueue::batch_done(const CommitResult& result) {
  FAIRRUSH_ASSERT(in_flight_);
  in_flight_ = false;
  trouble_.reset();
  if (std::exchange(stalled_, false) && result) log_info("the ledger answers again");
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
  write_if_due();
  release(durable_, true);
}

void CommitQueue::write_if_due() {
  const bool rested = now_ - in_flight_since_ >= linger_;
  if (!in_flight_ && !gathered_.empty() && rested) write_gathered();
}

void CommitQueue::write_gathered() {
  in_flight_ = true;
  in_flight_since_ = now_;
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
