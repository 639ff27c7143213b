#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "loadgen/scenario/dialect_reader.hpp"
#include "loadgen/target/answer.hpp"
#include "loadgen/wire/exchange.hpp"

namespace {

using fairrush::loadgen::Exchange;

/// Feeds an answer in pieces of `piece` bytes, as a network may cut it; gives how it ended.
Exchange::State feed(Exchange& exchange, std::string_view bytes, std::size_t piece) {
  exchange.start();
  while (!bytes.empty() && exchange.state() == Exchange::State::reading) {
    exchange.feed(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  return exchange.state() == Exchange::State::reading ? exchange.end() : exchange.state();
}

}  // namespace

/// An answer reads the same in one piece and byte by byte, and whatever it is, it means something.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fairrush;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  loadgen::Exchange whole;
  loadgen::Exchange pieces;
  const auto end = feed(whole, bytes, size);
  const auto same = feed(pieces, bytes, 1);
  if (end != loadgen::Exchange::State::complete || same != end) return 0;
  FAIRRUSH_ASSERT(whole.status() == pieces.status() && whole.body() == pieces.body());
  static const loadgen::Dialect dialect = [] {
    std::vector<Problem> problems;
    return loadgen::read_dialect({}, problems);
  }();
  loadgen::AnswerReader reader(dialect, {});
  for (const auto op :
       {analysis::Op::reserve, analysis::Op::claim, analysis::Op::redeem, analysis::Op::status}) {
    const loadgen::Meaning meaning =
        reader.read(op, {.status = whole.status(), .body = whole.body()});
    FAIRRUSH_ASSERT(meaning.receipt.size() <= analysis::kReceiptBytesMax);
    if (meaning.outcome == analysis::Outcome::win) FAIRRUSH_ASSERT(!meaning.receipt.empty());
  }
  return 0;
}
