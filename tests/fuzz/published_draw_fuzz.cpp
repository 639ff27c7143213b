#include <cstddef>
#include <cstdint>
#include <string_view>

#include "analysis/run/published_draw.hpp"
#include "base/assert.hpp"

/// What parses is written and read back the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fairrush::analysis;
  const auto draw = parse_published_draw({reinterpret_cast<const char*>(data), size});
  if (!draw) return 0;
  const auto again = parse_published_draw(format_published_draw(*draw));
  FAIRRUSH_ASSERT(again.has_value());
  FAIRRUSH_ASSERT(format_published_draw(*again) == format_published_draw(*draw));
  return 0;
}
