#pragma once

#include <expected>
#include <functional>
#include <string>
#include <vector>

#include "server/ledger/record.hpp"

namespace fairrush::server {

using EventRecords = std::expected<std::vector<LedgerRecord>, std::string>;

/// Reads what the durable record has of an event, for a store that has lost it.
class RecordReader {
 public:
  RecordReader() = default;
  RecordReader(const RecordReader&) = delete;
  RecordReader& operator=(const RecordReader&) = delete;
  virtual ~RecordReader() = default;

  /// Calls `done` with an event's reservations, draw, coupons, losses and redemptions, each in the
  /// order of their numbers, or with what went wrong: later, on the calling thread.
  virtual void read_records(EventId event, std::function<void(EventRecords)> done) = 0;
};

}  // namespace fairrush::server
