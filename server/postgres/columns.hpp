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
    return hand_over([&](auto&... columns) {
      return transaction.exec_prepared(statement, own..., columns.take()...);
    });
  }

  /// The same with a statement that is planned anew each time, where the best plan depends on how
  /// many rows there are.
  template <class... Own>
  pqxx::result plan_and_execute(pqxx::transaction_base& transaction, const char* sql,
                                const Own&... own) {
    return hand_over(
        [&](auto&... columns) { return transaction.exec_params(sql, own..., columns.take()...); });
  }

 private:
  template <class Execute>
  pqxx::result hand_over(const Execute& execute) {
    if (rows_ == 0) return {};
    rows_ = 0;
    return std::apply(execute, columns_);
  }

  static void add_to(PostgresArray& column, std::integral auto value) {
    column.add(static_cast<std::int64_t>(value));
  }
  static void add_to(PostgresArray& column, std::string_view text) { column.add(text); }

  std::array<PostgresArray, kColumns> columns_;
  std::size_t rows_ = 0;
};

}  // namespace fairrush::server
