#include <cstddef>
#include <cstdint>
#include <string_view>

#include "analysis/run/bus.hpp"
#include "base/assert.hpp"

/// What parses is written and read back the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fairrush::analysis;
  const auto bus = parse_bus_csv({reinterpret_cast<const char*>(data), size});
  if (!bus) return 0;
  const auto again = parse_bus_csv(format_bus_csv(*bus));
  FAIRRUSH_ASSERT(again.has_value());
  FAIRRUSH_ASSERT(format_bus_csv(*again) == format_bus_csv(*bus));
  FAIRRUSH_ASSERT(again->size() == bus->size());
  return 0;
}
