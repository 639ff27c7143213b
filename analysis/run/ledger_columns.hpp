#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "analysis/run/ledger.hpp"

namespace fairrush::analysis {

/// Which columns of a table hold what a ledger needs.
struct LedgerColumns {
  std::size_t user = 0;
  std::size_t coupon = 0;
  std::optional<std::size_t> round;
  std::optional<std::size_t> issued_at_ms;  ///< at most one of the two is set
  std::optional<std::size_t> issued_at;
  std::size_t count = 0;  ///< of all columns
};

/// Finds "user", "coupon", "round" and "issued_at_ms" or "issued_at" among a table's column names,
/// in any order; others are left alone. The error names the columns that are there.
std::expected<LedgerColumns, std::string> ledger_columns(std::span<const std::string_view> names);

/// One row's values as text. Views, valid for the call.
struct LedgerFields {
  std::string_view user;
  std::string_view coupon;
  std::optional<std::string_view> round = {};
  std::optional<std::string_view> issued_at_ms = {};  ///< Unix milliseconds; empty: not known
  /// Date, time and offset from UTC, or Unix seconds; empty: not known.
  std::optional<std::string_view> issued_at = {};
};

/// The row that the values make: the user is a population index in decimal, or whom `user_of` takes
/// them for; the coupon UTF-8 and not empty; a time of issue from 2001 on, since before that
/// milliseconds and seconds would be taken for each other. The error names value and expectation.
std::expected<LedgerRow, std::string> ledger_row(const LedgerFields& fields,
                                                 const UserOf& user_of = {});

/// The start of a foreign text, fit for one line of a message.
std::string excerpt(std::string_view text);

/// What is wrong with the encoding of a whole text, when that is clear from its first bytes.
std::optional<std::string> foreign_encoding(std::string_view text);

/// `text` without a byte order mark of UTF-8.
std::string_view without_byte_order_mark(std::string_view text);

}  // namespace fairrush::analysis
