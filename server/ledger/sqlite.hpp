#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/draw/digest.hpp"

namespace fairrush::server {

/// A prepared statement; bound values are copied by reference and must live until `run`.
class SqliteStatement {
 public:
  explicit SqliteStatement(sqlite3_stmt* statement) : statement_(statement) {}

  /// Binds the next parameter, left to right.
  SqliteStatement& bind(std::int64_t value);
  SqliteStatement& bind(std::string_view text);
  SqliteStatement& bind(ByteView bytes);

  /// Runs to the end and makes the statement ready for the next values; false on an error, whose
  /// text the connection keeps.
  bool run();

  /// Steps to the next row; false at the end or on an error (then `failed()`).
  bool next();
  bool failed() const { return failed_; }

  /// Columns of the current row, 0-based; views are valid until the next step.
  std::int64_t integer(int column) const;
  bool is_null(int column) const;
  std::string_view text(int column) const;
  ByteView bytes(int column) const;

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
  int bound_ = 0;
  bool failed_ = false;
};

/// A connection to one SQLite database. One thread at a time.
class SqliteDatabase {
 public:
  /// `path` as sqlite3_open_v2 takes it; ":memory:" for none. The error says what SQLite said.
  static std::expected<SqliteDatabase, std::string> open(const std::string& path);

  /// Runs statements that yield no rows.
  std::expected<void, std::string> execute(const std::string& sql);

  std::expected<SqliteStatement, std::string> prepare(std::string_view sql);

  /// The first column of the first row.
  std::expected<std::int64_t, std::string> query_integer(std::string_view sql);

  /// What went wrong last, with SQLite's extended code.
  std::string last_error() const;
  bool busy() const;

 private:
  struct Closer {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  explicit SqliteDatabase(sqlite3* handle) : handle_(handle) {}

  std::unique_ptr<sqlite3, Closer> handle_;
};

}  // namespace fairrush::server
