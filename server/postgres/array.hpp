#pragma once

#include <cstdint>
#include <ranges>
#include <string>
#include <string_view>

#include "base/draw/digest.hpp"

namespace fairrush::server {

/// A PostgreSQL array under construction, "{1,2,3}": a column of many rows as one parameter of a
/// statement. Text is quoted, so that any text may come but one with a zero byte.
class PostgresArray {
 public:
  void add(std::int64_t value);
  void add(std::string_view text);
  void add_null();

  /// The array; the builder is empty afterwards.
  std::string take();

 private:
  void separate();
  std::string text_ = "{";
};

/// Bytes as PostgreSQL writes them: "\x00ff".
std::string postgres_bytes(ByteView bytes);

/// Reads that; empty when it is none.
Bytes parse_postgres_bytes(std::string_view text);

/// Any bytes as printable ASCII, percent-encoded where they are not: what clients send need not be
/// text in any encoding, and a database that refuses it would stop the server.
std::string to_printable(std::string_view bytes);
std::string from_printable(std::string_view text);

}  // namespace fairrush::server
