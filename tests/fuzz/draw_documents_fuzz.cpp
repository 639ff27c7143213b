#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "analysis/draw/judgement.hpp"
#include "base/assert.hpp"

/// What parses is written and read back the same, and judged without a crash.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fairrush::analysis;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto commitment = parse_draw_commitment(text)) {
    const auto again = parse_draw_commitment(format_draw_commitment(*commitment));
    FAIRRUSH_ASSERT(again.has_value());
    FAIRRUSH_ASSERT(format_draw_commitment(*again) == format_draw_commitment(*commitment));
  }
  if (const auto proof = parse_published_proof(text)) {
    const auto again = parse_published_proof(format_published_proof(*proof));
    FAIRRUSH_ASSERT(again.has_value());
    FAIRRUSH_ASSERT(format_published_proof(*again) == format_published_proof(*proof));
  }
  auto draw = parse_draw_document(text);
  if (!draw) return 0;
  const auto again = parse_draw_document(format_draw_document(*draw));
  FAIRRUSH_ASSERT(again.has_value());
  FAIRRUSH_ASSERT(format_draw_document(*again) == format_draw_document(*draw));
  constexpr std::uint32_t kDrawnMax = 10'000;  // a fuzzer's patience, not a rule
  if (draw->roster_size > kDrawnMax) return 0;
  DrawEvidence evidence;
  evidence.draw = std::move(*draw);
  FAIRRUSH_ASSERT(!judge(evidence).reason.empty());
  return 0;
}
