#include "loadgen/simulation/record_book.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace fairrush::loadgen {
namespace {

constexpr std::size_t kTextMax = ~std::uint32_t{0};  // offsets of receipts have 32 bits

}  // namespace

void RecordBook::add(analysis::AttemptRecord record, std::string_view receipt) {
  FAIRRUSH_ASSERT(text_.size() + receipt.size() <= kTextMax);
  if (!receipt.empty()) {
    record.receipt_hash = analysis::receipt_hash(receipt);
    record.receipt_offset = static_cast<std::uint32_t>(text_.size());
    record.receipt_length = static_cast<std::uint16_t>(receipt.size());
    text_.append(receipt);
  }
  user_max_ = std::max(user_max_, record.user);
  records_.push_back(record);
}

std::expected<void, std::string> RecordBook::write_to(analysis::HistoryAppender& appender) const {
  for (const analysis::AttemptRecord& record : records_) {
    if (auto added = appender.append(record, block().receipt(record)); !added) return added;
  }
  // Blocks hold records of one round.
  return appender.flush();
}

}  // namespace fairrush::loadgen
