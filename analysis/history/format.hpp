#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "analysis/history/record.hpp"

namespace fairrush::analysis {

/// The bytes of a history file, shared by writer and reader. Everything is little-endian and starts
/// at a multiple of eight, so that a mapped file can be read in place:
///
///     header                                            64 bytes
///     block header, its records, their receipts' text   repeated; text padded with zeros to 8
///     closing block                                     32 bytes; missing = the file was cut short
static_assert(std::endian::native == std::endian::little,
              "records are stored as they stand in memory; a big-endian machine needs a codec");

inline constexpr std::uint64_t kHistoryMagic = 0x5453'4948'4853'5246;  // "FRSHHIST"
inline constexpr std::uint32_t kHistoryVersion = 1;
inline constexpr std::uint32_t kEndiannessMark = 0x0102'0304;
inline constexpr std::uint32_t kBlockMagic = 0x4b4c'4246;    // "FBLK"
inline constexpr std::uint32_t kClosingMagic = 0x444e'4546;  // "FEND"

struct HistoryHeader {
  std::uint64_t magic = kHistoryMagic;
  std::uint32_t version = kHistoryVersion;
  std::uint32_t record_bytes = sizeof(AttemptRecord);
  std::uint32_t endianness = kEndiannessMark;
  std::uint32_t reserved[9] = {};
  std::uint64_t checksum = 0;  ///< of all bytes before it
};
static_assert(sizeof(HistoryHeader) == 64 && offsetof(HistoryHeader, checksum) == 56);

struct BlockHeader {
  std::uint32_t magic = kBlockMagic;
  std::uint32_t records = 0;
  std::uint32_t text_bytes = 0;
  /// Of the three fields before it, so that a broken length is not taken for a missing tail.
  std::uint32_t header_checksum = 0;
  std::uint64_t checksum = 0;  ///< of records, text and padding
};
static_assert(sizeof(BlockHeader) == 24);

struct ClosingBlock {
  std::uint32_t magic = kClosingMagic;
  std::uint32_t reserved = 0;
  std::uint64_t records = 0;
  std::uint64_t blocks = 0;
  std::uint64_t checksum = 0;  ///< of all bytes before it
};
static_assert(sizeof(ClosingBlock) == 32 && offsetof(ClosingBlock, checksum) == 24);

/// A 64-bit checksum, fast enough to be memory-bound. Every step is a bijection of the state for a
/// given word and of the word for a given state, so a change within one aligned 8-byte word is
/// always seen; any other with probability 1 − 2⁻⁶⁴. Not for secrets.
std::uint64_t checksum_of(std::string_view bytes);

/// Checksum of a block header's own fields.
std::uint32_t header_checksum_of(const BlockHeader& header);

/// `bytes` rounded up to a multiple of eight.
constexpr std::uint64_t padded(std::uint64_t bytes) {
  return (bytes + 7) / 8 * 8;
}

/// The bytes of a trivially copyable object.
template <class T>
std::string_view raw_bytes(const T& object) {
  return {reinterpret_cast<const char*>(&object), sizeof(T)};
}

}  // namespace fairrush::analysis
