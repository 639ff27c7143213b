#include "analysis/run/ledger_ndjson.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"

/// What parses is written as CSV and read back the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fairrush::analysis;
  const auto ledger = parse_ledger_ndjson({reinterpret_cast<const char*>(data), size});
  if (!ledger) return 0;
  const auto again = parse_ledger_csv(format_ledger_csv(*ledger));
  FAIRRUSH_ASSERT(again.has_value());
  FAIRRUSH_ASSERT(again->size() == ledger->size());
  for (std::size_t row = 0; row < ledger->size(); ++row) {
    FAIRRUSH_ASSERT(again->at(row).user == ledger->at(row).user);
    FAIRRUSH_ASSERT(again->at(row).coupon == ledger->at(row).coupon);
    FAIRRUSH_ASSERT(again->at(row).round == ledger->at(row).round);
  }
  return 0;
}
