#include "analysis/run/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "analysis/run/csv.hpp"
#include "analysis/run/ledger_columns.hpp"

namespace fairrush::analysis {
namespace {

std::expected<LedgerRow, std::string> row_of(const CsvFields& fields, const LedgerColumns& columns,
                                             const UserOf& user_of) {
  if (fields.size() != columns.count) {
    return std::unexpected(
        fmt::format("{} fields, expected {} as in the header", fields.size(), columns.count));
  }
  LedgerFields values{.user = fields[columns.user], .coupon = fields[columns.coupon]};
  if (columns.round) values.round = fields[*columns.round];
  if (columns.issued_at_ms) values.issued_at_ms = fields[*columns.issued_at_ms];
  if (columns.issued_at) values.issued_at = fields[*columns.issued_at];
  return ledger_row(values, user_of);
}

}  // namespace

std::expected<Ledger, std::string> parse_ledger_csv(std::string_view text, const UserOf& user_of) {
  if (auto encoding = foreign_encoding(text)) return std::unexpected(std::move(*encoding));
  CsvReader reader(without_byte_order_mark(text));
  if (reader.done()) return std::unexpected("line 1: empty, expected the header user,coupon");
  CsvFields fields;
  if (const auto header = reader.row(fields); !header) return std::unexpected(header.error());
  const auto columns = ledger_columns(fields);
  if (!columns) return std::unexpected(fmt::format("line 1: {}", columns.error()));
  Ledger ledger;
  while (!reader.done()) {
    if (const auto next = reader.row(fields); !next) return std::unexpected(next.error());
    auto row = row_of(fields, *columns, user_of);
    if (!row) return std::unexpected(fmt::format("line {}: {}", reader.line(), row.error()));
    ledger.push_back(std::move(*row));
  }
  return ledger;
}

std::string format_ledger_csv(const Ledger& ledger) {
  const bool with_round =
      std::ranges::any_of(ledger, [](const LedgerRow& row) { return row.round > 0; });
  const bool with_time = std::ranges::any_of(
      ledger, [](const LedgerRow& row) { return row.issued_at_ms.has_value(); });
  std::string text = fmt::format("user,coupon{}{}\n", with_round ? ",round" : "",
                                 with_time ? ",issued_at_ms" : "");
  for (const LedgerRow& row : ledger) {
    text += fmt::format("{},{}", row.user.value(), csv_field(row.coupon));
    if (with_round) text += fmt::format(",{}", row.round);
    if (with_time) text += row.issued_at_ms ? fmt::format(",{}", *row.issued_at_ms) : ",";
    text += '\n';
  }
  return text;
}

}  // namespace fairrush::analysis
