#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/fuzz/ledger_round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fairrush::analysis;
  const auto ledger = parse_ledger_csv({reinterpret_cast<const char*>(data), size});
  if (ledger) assert_round_trip(*ledger);
  return 0;
}
