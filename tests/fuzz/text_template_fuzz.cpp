#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "loadgen/ledger/source.hpp"
#include "loadgen/ledger/text_template.hpp"

/// The first line is a template, the rest a text: what it finds lies in the text and is what the
/// placeholders promise. The whole is also tried as a source.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fairrush::loadgen;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto source = parse_ledger_source(input)) {
    FAIRRUSH_ASSERT(!source->place.empty());
    static_cast<void>(check_ledger_source(*source));
  }
  const std::size_t end = input.find('\n');
  constexpr std::size_t kTextMax = 512;  // a fuzzer's patience
  if (end == std::string_view::npos || size - end > kTextMax) return 0;
  const auto pattern = TextTemplate::parse(input.substr(0, end));
  if (!pattern) return 0;
  const auto found = pattern->match(input.substr(end + 1));
  if (!found) return 0;
  FAIRRUSH_ASSERT(pattern->has_user() == !found->user.empty());
  FAIRRUSH_ASSERT(pattern->has_coupon() == !found->coupon.empty());
  FAIRRUSH_ASSERT(found->user.find_first_not_of("0123456789") == std::string_view::npos);
  return 0;
}
