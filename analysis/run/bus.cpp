#include "analysis/run/bus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "analysis/run/csv.hpp"
#include "analysis/run/ledger_columns.hpp"
#include "base/utf8.hpp"

namespace fairrush::analysis {

std::expected<BusLog, std::string> parse_bus_csv(std::string_view text) {
  if (auto encoding = foreign_encoding(text)) return std::unexpected(std::move(*encoding));
  CsvReader reader(without_byte_order_mark(text));
  if (reader.done()) return std::unexpected("line 1: empty, expected the header id,user,coupon");
  CsvFields fields;
  if (const auto header = reader.row(fields); !header) return std::unexpected(header.error());
  const auto columns = ledger_columns(fields);
  if (!columns) return std::unexpected(fmt::format("line 1: {}", columns.error()));
  const auto id = static_cast<std::size_t>(std::ranges::find(fields, "id") - fields.begin());
  if (id == fields.size()) return std::unexpected("line 1: no column id, expected id,user,coupon");
  if (std::ranges::count(fields, "id") > 1) {
    return std::unexpected("line 1: several columns id, expected id,user,coupon");
  }
  BusLog bus;
  while (!reader.done()) {
    if (const auto next = reader.row(fields); !next) return std::unexpected(next.error());
    const auto wrong = [&reader](std::string_view what) {
      return std::unexpected(fmt::format("line {}: {}", reader.line(), what));
    };
    if (fields.size() != columns->count) {
      return wrong(
          fmt::format("{} fields, expected {} as in the header", fields.size(), columns->count));
    }
    if (fields[id].empty()) return wrong("an empty id, expected what tells an event from others");
    if (!is_utf8(fields[id])) {
      return wrong(fmt::format("id '{}', expected UTF-8", excerpt(fields[id])));
    }
    LedgerFields values{.user = fields[columns->user], .coupon = fields[columns->coupon]};
    if (columns->round) values.round = fields[*columns->round];
    auto row = ledger_row(values);
    if (!row) return wrong(row.error());
    bus.push_back({std::string(fields[id]), row->user, std::move(row->coupon), row->round});
  }
  return bus;
}

std::string format_bus_csv(const BusLog& bus) {
  const bool first_round_only =
      std::ranges::all_of(bus, [](const BusDelivery& delivery) { return delivery.round == 0; });
  std::string text = first_round_only ? "id,user,coupon\n" : "id,user,coupon,round\n";
  for (const BusDelivery& delivery : bus) {
    text += fmt::format("{},{},{}", csv_field(delivery.id), delivery.user.value(),
                        csv_field(delivery.coupon));
    text += first_round_only ? "\n" : fmt::format(",{}\n", delivery.round);
  }
  return text;
}

}  // namespace fairrush::analysis
