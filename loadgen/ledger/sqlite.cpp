#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "loadgen/ledger/readers.hpp"

namespace fairrush::loadgen {
namespace {

constexpr std::chrono::milliseconds kBusyTimeout{10'000};

using Database = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;
using Statement = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

std::expected<Database, std::string> open(const std::string& path) {
  sqlite3* raw = nullptr;
  const int opened = sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READONLY, nullptr);
  Database database(raw, &sqlite3_close);
  if (opened != SQLITE_OK) return std::unexpected(std::string(sqlite3_errmsg(raw)));
  sqlite3_busy_timeout(raw, static_cast<int>(kBusyTimeout.count()));
  return database;
}

std::expected<Statement, std::string> prepare(sqlite3* database, const std::string& query) {
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  const int prepared = sqlite3_prepare_v2(database, query.c_str(), -1, &raw, &rest);
  Statement statement(raw, &sqlite3_finalize);
  if (prepared != SQLITE_OK) return std::unexpected(std::string(sqlite3_errmsg(database)));
  if (raw == nullptr || sqlite3_column_count(raw) == 0) {
    return std::unexpected("the query yields no rows, expected a SELECT");
  }
  if (std::string_view(rest).find_first_not_of(" \t\r\n;") != std::string_view::npos) {
    return std::unexpected("the query holds several statements, expected one SELECT");
  }
  return statement;
}

std::expected<void, std::string> take_columns(sqlite3_stmt* statement, QueryRows& rows) {
  std::vector<std::string_view> names;
  for (int column = 0; column < sqlite3_column_count(statement); ++column) {
    names.emplace_back(sqlite3_column_name(statement, column));
  }
  return rows.take_columns(names);
}

bool is_null(sqlite3_stmt* statement, std::size_t column) {
  return sqlite3_column_type(statement, static_cast<int>(column)) == SQLITE_NULL;
}

std::string_view value_at(sqlite3_stmt* statement, std::size_t column) {
  const int index = static_cast<int>(column);
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, index));
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement, index))};
}

std::expected<void, std::string> take_row(sqlite3_stmt* statement, QueryRows& rows) {
  const analysis::LedgerColumns& columns = rows.columns();
  if (is_null(statement, columns.user)) return std::unexpected(rows.null_row("user"));
  if (is_null(statement, columns.coupon)) return std::unexpected(rows.null_row("coupon"));
  const auto value_if = [statement](std::optional<std::size_t> column) {
    const bool known = column && !is_null(statement, *column);
    return known ? std::optional(value_at(statement, *column)) : std::nullopt;
  };
  return rows.take({.user = value_at(statement, columns.user),
                    .coupon = value_at(statement, columns.coupon),
                    .round = value_if(columns.round),
                    .issued_at_ms = value_if(columns.issued_at_ms),
                    .issued_at = value_if(columns.issued_at)});
}

}  // namespace

LedgerRead read_sqlite_ledger(const LedgerSource& source, const std::string& event) {
  const auto database = open(source.place);
  if (!database) return std::unexpected(database.error());
  const auto statement = prepare(database->get(), with_event(source.query, "?1"));
  if (!statement) return std::unexpected(statement.error());
  if (sqlite3_bind_parameter_count(statement->get()) > 0) {
    sqlite3_bind_text(statement->get(), 1, event.data(), static_cast<int>(event.size()),
                      SQLITE_STATIC);
  }
  QueryRows rows(source.user_of);
  if (auto columns = take_columns(statement->get(), rows); !columns) {
    return std::unexpected(std::move(columns.error()));
  }
  while (true) {
    const int step = sqlite3_step(statement->get());
    if (step == SQLITE_DONE) return std::move(rows.rows());
    if (step != SQLITE_ROW) return std::unexpected(std::string(sqlite3_errmsg(database->get())));
    if (auto taken = take_row(statement->get(), rows); !taken) {
      return std::unexpected(std::move(taken.error()));
    }
  }
}

}  // namespace fairrush::loadgen
