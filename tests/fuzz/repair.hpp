#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "analysis/history/format.hpp"

namespace fairrush::analysis {

/// Makes the checksums of header and blocks right, so that the bytes behind them are looked at too:
/// a fuzzer does not find a 64-bit checksum by chance.
inline void repair_checksums(std::string& bytes) {
  if (bytes.size() < sizeof(HistoryHeader)) return;
  HistoryHeader header;
  header.checksum = checksum_of(raw_bytes(header).substr(0, offsetof(HistoryHeader, checksum)));
  bytes.replace(0, sizeof(header), raw_bytes(header));
  std::size_t offset = sizeof(header);
  while (offset + sizeof(BlockHeader) <= bytes.size()) {
    BlockHeader block;
    std::memcpy(&block, bytes.data() + offset, sizeof(block));
    block.magic = kBlockMagic;
    block.header_checksum = header_checksum_of(block);
    const std::size_t body = std::size_t{block.records} * sizeof(AttemptRecord) +
                             static_cast<std::size_t>(padded(block.text_bytes));
    const std::size_t body_at = offset + sizeof(block);
    const bool whole = body <= bytes.size() - body_at;
    if (whole) block.checksum = checksum_of(std::string_view(bytes).substr(body_at, body));
    bytes.replace(offset, sizeof(block), raw_bytes(block));
    if (!whole) return;
    offset = body_at + body;
  }
}

}  // namespace fairrush::analysis
