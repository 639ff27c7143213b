#pragma once

#include <memory>
#include <vector>

#include "base/clock.hpp"
#include "base/runtime/delay.hpp"
#include "base/units.hpp"
#include "server/ledger/commit_queue.hpp"

namespace fairrush::server {

/// Gives a ledger that others use too no more records a second than it is to bear: a batch begins
/// once its records have had their time at that rate. On the queue's thread.
class PacedWriter final : public BatchWriter {
 public:
  /// `rate` is above zero, `delay` works on the queue's thread; what is referred to outlives the
  /// writer.
  PacedWriter(BatchWriter& writer, Rate rate, const Clock& clock, Delay delay)
      : writer_(writer), rate_(rate), clock_(clock), delay_(std::move(delay)) {}

  void write(std::vector<LedgerRecord> batch) override;

 private:
  BatchWriter& writer_;
  Rate rate_;
  const Clock& clock_;
  Delay delay_;
  SteadyTime free_at_{};
};

}  // namespace fairrush::server
