#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "analysis/run/ledger.hpp"
#include "analysis/run/ledger_columns.hpp"
#include "loadgen/ledger/source.hpp"

namespace fairrush::loadgen {

using LedgerRead = std::expected<analysis::Ledger, std::string>;

/// One reader a kind; each takes a source that has been checked and the event's name.
LedgerRead read_http_ledger(const LedgerSource& source, const std::string& event);
LedgerRead read_postgresql_ledger(const LedgerSource& source, const std::string& event);
LedgerRead read_sqlite_ledger(const LedgerSource& source, const std::string& event);
LedgerRead read_redis_ledger(const LedgerSource& source, const std::string& event);
LedgerRead read_csv_ledger(const LedgerSource& source, const std::string& event);
LedgerRead read_ndjson_ledger(const LedgerSource& source, const std::string& event);

/// `text` with every {event} replaced by `replacement`.
std::string with_event(std::string_view text, std::string_view replacement);

/// Gathers the rows that a query yields.
class QueryRows {
 public:
  explicit QueryRows(analysis::UserOf user_of) : user_of_(std::move(user_of)) {}

  /// The names of the result's columns; the error says what is missing among them.
  std::expected<void, std::string> take_columns(std::span<const std::string_view> names);

  const analysis::LedgerColumns& columns() const { return columns_; }

  /// The next row; `values` by column. The error names the row, counted from 1.
  std::expected<void, std::string> take(const analysis::LedgerFields& values);
  /// The error of a row in which a needed column is null.
  std::string null_row(std::string_view column) const;

  analysis::Ledger& rows() { return rows_; }

 private:
  analysis::UserOf user_of_;
  analysis::LedgerColumns columns_;
  analysis::Ledger rows_;
};

}  // namespace fairrush::loadgen
