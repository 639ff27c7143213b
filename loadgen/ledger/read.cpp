#include "loadgen/ledger/read.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <future>
#include <string_view>
#include <thread>
#include <utility>

#include "loadgen/ledger/readers.hpp"

namespace fairrush::loadgen {
namespace {

struct Reader {
  LedgerKind kind;
  LedgerRead (*read)(const LedgerSource& source, const std::string& event);
};

constexpr auto kReaders = std::to_array<Reader>({
    {LedgerKind::http, &read_http_ledger},
    {LedgerKind::postgresql, &read_postgresql_ledger},
    {LedgerKind::sqlite, &read_sqlite_ledger},
    {LedgerKind::redis, &read_redis_ledger},
    {LedgerKind::csv, &read_csv_ledger},
    {LedgerKind::ndjson, &read_ndjson_ledger},
});

}  // namespace

std::expected<analysis::Ledger, std::string> read_ledger(const LedgerSource& source,
                                                         const std::string& event) {
  if (const auto fits = check_ledger_source(source); !fits) return std::unexpected(fits.error());
  const auto reader = std::ranges::find(kReaders, source.kind, &Reader::kind);
  auto ledger = reader->read(source, event);
  if (!ledger) return std::unexpected(fmt::format("{}: {}", source.place, ledger.error()));
  return ledger;
}

LedgerRead read_ledger(const LedgerSource& source, const std::string& event,
                       const Waiting& waiting) {
  std::packaged_task<LedgerRead()> reading([source, event] { return read_ledger(source, event); });
  std::future<LedgerRead> ledger = reading.get_future();
  const Awaited awaited =
      awaited_for(kReadTimeout, fmt::format("the ledger from {}", source.place));
  std::thread reader(std::move(reading));
  while (ledger.wait_for(kAskEvery) != std::future_status::ready) {
    const bool in_time = !is_over(awaited);
    if (in_time && waiting(awaited)) continue;
    reader.detach();
    return std::unexpected(
        in_time ? fmt::format("the wait for {} was broken off", awaited.what)
                : fmt::format("{}: no answer in {}", source.place, format_duration(kReadTimeout)));
  }
  reader.join();
  return ledger.get();
}

std::string with_event(std::string_view text, std::string_view replacement) {
  std::string result(text);
  for (std::size_t place = result.find(kEventPlaceholder); place != std::string::npos;
       place = result.find(kEventPlaceholder, place + replacement.size())) {
    result.replace(place, kEventPlaceholder.size(), replacement);
  }
  return result;
}

std::expected<void, std::string> QueryRows::take_columns(std::span<const std::string_view> names) {
  const auto columns = analysis::ledger_columns(names);
  if (!columns) return std::unexpected("the query yields the " + columns.error());
  columns_ = *columns;
  return {};
}

std::expected<void, std::string> QueryRows::take(const analysis::LedgerFields& values) {
  auto row = analysis::ledger_row(values, user_of_);
  if (!row) return std::unexpected(fmt::format("row {}: {}", rows_.size() + 1, row.error()));
  rows_.push_back(std::move(*row));
  return {};
}

std::string QueryRows::null_row(std::string_view column) const {
  return fmt::format("row {}: {} is null, expected a value", rows_.size() + 1, column);
}

}  // namespace fairrush::loadgen
