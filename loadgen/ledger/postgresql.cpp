#include <fmt/format.h>
#include <libpq-fe.h>

#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "loadgen/ledger/readers.hpp"

namespace fairrush::loadgen {
namespace {

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

/// What the library said, on one line.
std::string one_line(std::string_view message) {
  while (!message.empty() && message.back() == '\n') message.remove_suffix(1);
  std::string line(message);
  for (char& c : line) {
    if (c == '\n') c = ' ';
  }
  return line;
}

Connection connect(const std::string& url) {
  // The URL comes first: what stands after it wins over what the URL says.
  static constexpr std::array kKeywords{"dbname",          "connect_timeout",
                                        "client_encoding", "application_name",
                                        "options",         static_cast<const char*>(nullptr)};
  const std::array values{url.c_str(),
                          "10",
                          "UTF8",
                          "fairrush",
                          "-c default_transaction_read_only=on -c statement_timeout=600000",
                          static_cast<const char*>(nullptr)};
  constexpr int kExpandUrl = 1;
  return {PQconnectdbParams(kKeywords.data(), values.data(), kExpandUrl), &PQfinish};
}

std::expected<void, std::string> take_columns(const PGresult* result, QueryRows& rows) {
  std::vector<std::string_view> names;
  for (int column = 0; column < PQnfields(result); ++column) {
    names.emplace_back(PQfname(result, column));
  }
  return rows.take_columns(names);
}

/// The value of a column, which is not null.
std::string_view value_at(const PGresult* result, int row, std::size_t column) {
  const int index = static_cast<int>(column);
  return {PQgetvalue(result, row, index),
          static_cast<std::size_t>(PQgetlength(result, row, index))};
}

std::expected<void, std::string> take_rows(const PGresult* result, QueryRows& rows) {
  const analysis::LedgerColumns& columns = rows.columns();
  const auto is_null = [result](int row, std::size_t column) {
    return PQgetisnull(result, row, static_cast<int>(column)) != 0;
  };
  for (int row = 0; row < PQntuples(result); ++row) {
    if (is_null(row, columns.user)) return std::unexpected(rows.null_row("user"));
    if (is_null(row, columns.coupon)) return std::unexpected(rows.null_row("coupon"));
    const auto value_if = [&](std::optional<std::size_t> column) {
      const bool known = column && !is_null(row, *column);
      return known ? std::optional(value_at(result, row, *column)) : std::nullopt;
    };
    const auto taken = rows.take({.user = value_at(result, row, columns.user),
                                  .coupon = value_at(result, row, columns.coupon),
                                  .round = value_if(columns.round),
                                  .issued_at_ms = value_if(columns.issued_at_ms),
                                  .issued_at = value_if(columns.issued_at)});
    if (!taken) return taken;
  }
  return {};
}

/// One of the results into which a query streams; in single row mode each holds a row.
std::expected<void, std::string> take_result(const PGresult* result, bool is_first,
                                             QueryRows& rows) {
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY) {
    return std::unexpected("the query yields no rows, expected a SELECT");
  }
  if (status != PGRES_SINGLE_TUPLE && status != PGRES_TUPLES_OK) {
    return std::unexpected(one_line(PQresultErrorMessage(result)));
  }
  if (is_first) {
    if (const auto columns = take_columns(result, rows); !columns) return columns;
  }
  return take_rows(result, rows);
}

}  // namespace

LedgerRead read_postgresql_ledger(const LedgerSource& source, const std::string& event) {
  const Connection connection = connect(source.place);
  if (PQstatus(connection.get()) != CONNECTION_OK) {
    return std::unexpected(one_line(PQerrorMessage(connection.get())));
  }
  const std::string query = with_event(source.query, "$1");
  const int parameters = query == source.query ? 0 : 1;
  const char* const event_value = event.c_str();
  // With parameters the server takes one statement only, whatever the text holds.
  if (PQsendQueryParams(connection.get(), query.c_str(), parameters, nullptr, &event_value, nullptr,
                        nullptr, 0) != 1 ||
      PQsetSingleRowMode(connection.get()) != 1) {
    return std::unexpected(one_line(PQerrorMessage(connection.get())));
  }
  QueryRows rows(source.user_of);
  bool is_first = true;
  while (true) {
    const Result result(PQgetResult(connection.get()), &PQclear);
    if (result == nullptr) return std::move(rows.rows());
    if (auto taken = take_result(result.get(), is_first, rows); !taken) {
      return std::unexpected(std::move(taken.error()));
    }
    is_first = false;
  }
}

}  // namespace fairrush::loadgen
