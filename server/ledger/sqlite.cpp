#include "server/ledger/sqlite.hpp"

#include <fmt/format.h>

#include "base/assert.hpp"

namespace fairrush::server {

SqliteStatement& SqliteStatement::bind(std::int64_t value) {
  FAIRRUSH_ASSERT(sqlite3_bind_int64(statement_.get(), ++bound_, value) == SQLITE_OK);
  return *this;
}

SqliteStatement& SqliteStatement::bind(std::string_view text) {
  // A null pointer would bind NULL where an empty text is meant.
  const char* const data = text.empty() ? "" : text.data();
  FAIRRUSH_ASSERT(sqlite3_bind_text(statement_.get(), ++bound_, data, static_cast<int>(text.size()),
                                    SQLITE_STATIC) == SQLITE_OK);
  return *this;
}

SqliteStatement& SqliteStatement::bind(ByteView bytes) {
  FAIRRUSH_ASSERT(sqlite3_bind_blob(statement_.get(), ++bound_, bytes.data(),
                                    static_cast<int>(bytes.size()), SQLITE_STATIC) == SQLITE_OK);
  return *this;
}

bool SqliteStatement::run() {
  const bool done = sqlite3_step(statement_.get()) == SQLITE_DONE;
  sqlite3_reset(statement_.get());
  bound_ = 0;
  return done;
}

bool SqliteStatement::next() {
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  failed_ = result != SQLITE_DONE;
  sqlite3_reset(statement_.get());
  bound_ = 0;
  return false;
}

std::int64_t SqliteStatement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

bool SqliteStatement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::string_view SqliteStatement::text(int column) const {
  const auto* const data = sqlite3_column_text(statement_.get(), column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return {reinterpret_cast<const char*>(data), size};
}

ByteView SqliteStatement::bytes(int column) const {
  const auto* const data = sqlite3_column_blob(statement_.get(), column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return {static_cast<const std::uint8_t*>(data), size};
}

std::expected<SqliteDatabase, std::string> SqliteDatabase::open(const std::string& path) {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int result = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  SqliteDatabase database(handle);
  if (result != SQLITE_OK) return std::unexpected(database.last_error());
  sqlite3_extended_result_codes(handle, 1);
  return database;
}

std::expected<void, std::string> SqliteDatabase::execute(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return std::unexpected(last_error());
  }
  return {};
}

std::expected<SqliteStatement, std::string> SqliteDatabase::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
    return std::unexpected(last_error());
  }
  return SqliteStatement(statement);
}

std::expected<std::int64_t, std::string> SqliteDatabase::query_integer(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement) return std::unexpected(statement.error());
  if (!statement->next()) return std::unexpected(last_error());
  return statement->integer(0);
}

std::string SqliteDatabase::last_error() const {
  return fmt::format("{} (SQLite code {})", sqlite3_errmsg(handle_.get()),
                     sqlite3_extended_errcode(handle_.get()));
}

bool SqliteDatabase::busy() const {
  const int primary = sqlite3_errcode(handle_.get()) & 0xff;
  return primary == SQLITE_BUSY || primary == SQLITE_LOCKED;
}

}  // namespace fairrush::server
