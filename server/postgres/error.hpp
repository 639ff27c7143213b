#pragma once

#include <cstdint>
#include <expected>
#include <string>

namespace fairrush::server {

/// Why a database did not do what it was asked.
struct PostgresError {
  enum class Kind : std::uint8_t {
    away,     ///< not reachable, shutting down or short of something: the same may work later
    clash,    ///< a uniqueness was violated: somebody else was faster
    refused,  ///< it will be refused again
  };
  Kind kind = Kind::refused;
  std::string what;  ///< one line, without secrets
};

template <class Value>
using PostgresResult = std::expected<Value, PostgresError>;

/// The kind of a five-character SQLSTATE.
PostgresError::Kind kind_of_sqlstate(const std::string& state);

/// Turns the exception in flight (of libpqxx or another) into a value; for use in a handler only.
PostgresError current_postgres_error();

/// Does `work`, which may throw what libpqxx throws.
template <class Work>
auto attempt(const Work& work) -> PostgresResult<decltype(work())> {
  try {
    if constexpr (std::is_void_v<decltype(work())>) {
      work();
      return {};
    } else {
      return work();
    }
  } catch (...) {
    return std::unexpected(current_postgres_error());
  }
}

}  // namespace fairrush::server
