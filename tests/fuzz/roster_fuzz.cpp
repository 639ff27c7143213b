#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "analysis/draw/roster_scan.hpp"
#include "base/assert.hpp"

namespace fairrush::analysis {
namespace {

/// The scan of `text` in chunks of `chunk` bytes.
std::expected<ScannedRoster, std::string> scan(std::string_view text, std::size_t chunk) {
  RosterScan roster({.ticket = TicketNumber(2), .token = {}});
  while (!text.empty()) {
    const std::string_view part = text.substr(0, chunk);
    if (const auto fed = roster.feed(part); !fed) return std::unexpected(fed.error());
    text.remove_prefix(part.size());
  }
  return roster.finish();
}

}  // namespace
}  // namespace fairrush::analysis

/// The first byte says how long the chunks are: the result does not depend on them, and the proof
/// leads to the root.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fairrush;
  using namespace fairrush::analysis;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = scan(text, std::max<std::size_t>(text.size(), 1));
  const auto chunked = scan(text, std::size_t{data[0]} + 1);
  FAIRRUSH_ASSERT(whole.has_value() == chunked.has_value());
  if (!whole) return 0;
  FAIRRUSH_ASSERT(whole->root == chunked->root && whole->size == chunked->size);
  FAIRRUSH_ASSERT(whole->proof.has_value() == (whole->size >= 2));
  if (!whole->proof) return 0;
  const InclusionClaim claim{merkle_leaf(bytes_of(whole->proof->token)), 1, whole->size,
                             whole->proof->path};
  FAIRRUSH_ASSERT(verify_inclusion(claim, whole->root));
  RepetitionSearch search(whole->repeated_marks);
  FAIRRUSH_ASSERT(search.feed(text).has_value() && search.finish().has_value());
  FAIRRUSH_ASSERT(search.found().has_value() == !whole->repeated_marks.empty());
  return 0;
}
