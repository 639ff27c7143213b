#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace fairrush::server {

/// Where a database is and as whom to go there.
struct PostgresAddress {
  std::string conninfo;  ///< for libpq, with the password
  std::string shown;     ///< for people: "postgresql://user@host:port/database"
};

/// Whether a text is meant to name a database: it begins with postgresql:// or postgres://.
bool is_postgres_url(std::string_view text);

/// Reads postgresql://USER[:PASSWORD]@HOST[:PORT]/DATABASE[?PARAMETERS], as libpq understands it.
/// The error says what is expected.
std::expected<PostgresAddress, std::string> parse_postgres_url(std::string_view text);

/// A value as a conninfo string wants it, in quotes.
std::string quoted_conninfo(std::string_view value);

}  // namespace fairrush::server
