#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <pqxx/pqxx>
#include <string_view>

#include "server/postgres/array.hpp"

namespace fairrush::server {

/// Rows on their way into one statement, which takes each column as an array: as many parameters as
/// there are columns, whatever the number of rows.
template <std::size_t kColumns>
class PostgresColumns {
 public:
  /// Adds a row: integers and texts, in the order of the columns.
  template <class... Values>
    requires(sizeof...(Values) == kColumns)
  void add(const Values&... values) {
    std::size_t column = 0;
    (add_to(columns_.at(column++), values), ...);
    ++rows_;
  }

  std::size_t rows() const { return rows_; }

  /// Runs the prepared statement over all rows, if there are any, and forgets them. Parameters of
  /// its own come before the columns.
  template <class... Own>
  pqxx::result execute(pqxx::transaction_base& transaction, const char* statement,
                       const Own&... own) {
    if (rows_ == 0) return {};
    rows_ = 0;
    return std::apply(
        [&](auto&... column) {
          return transaction.exec_prepared(statement, own..., column.take()...);
        },
        columns_);
  }

 private:
  static void add_to(PostgresArray& column, std::integral auto value) {
    column.add(static_cast<std::int64_t>(value));
  }
  static void add_to(PostgresArray& column, std::string_view text) { column.add(text); }

  std::array<PostgresArray, kColumns> columns_;
  std::size_t rows_ = 0;
};

}  // namespace fairrush::server
