#pragma once

#include <expected>
#include <functional>
#include <string>
#include <vector>

#include "server/ledger/record.hpp"

namespace fairrush::server {

/// A coupon as the durable record has it.
struct IssuedRow {
  UserIndex user;
  CouponCode code;
  WallTime at;
};

using IssuedRows = std::expected<std::vector<IssuedRow>, std::string>;

/// Reads what was issued from the durable record itself, not from the memory that it was written
/// from.
class IssueReader {
 public:
  IssueReader() = default;
  IssueReader(const IssueReader&) = delete;
  IssueReader& operator=(const IssueReader&) = delete;
  virtual ~IssueReader() = default;

  /// Calls `done` with an event's coupons in the order of issue, or with what went wrong: later, on
  /// the calling thread.
  virtual void read_issues(EventId event, std::function<void(const IssuedRows&)> done) = 0;
};

}  // namespace fairrush::server
