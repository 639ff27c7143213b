#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "analysis/run/facts_json.hpp"
#include "base/assert.hpp"

/// What parses is written and read back the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fairrush::analysis;
  const auto facts = facts_in_run_json({reinterpret_cast<const char*>(data), size});
  if (!facts) {
    FAIRRUSH_ASSERT(!facts.error().empty());
    return 0;
  }
  const std::string text = run_json_of_facts(*facts);
  const auto again = facts_in_run_json(text);
  FAIRRUSH_ASSERT(again.has_value());
  FAIRRUSH_ASSERT(run_json_of_facts(*again) == text);
  return 0;
}
