#include "analysis/history/format.hpp"

#include <array>
#include <cstring>

namespace fairrush::analysis {
namespace {

constexpr std::uint64_t kMultiplier = 0x9E37'79B9'7F4A'7C15;  // odd, hence invertible

std::uint64_t word_at(std::string_view bytes, std::size_t offset) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes.data() + offset, std::min<std::size_t>(8, bytes.size() - offset));
  return word;
}

// The rotation carries the high bits, which a multiplication never moves down, back to the bottom.
constexpr std::uint64_t absorb(std::uint64_t state, std::uint64_t word) {
  return std::rotl((state ^ word) * kMultiplier, 29);
}

}  // namespace

std::uint64_t checksum_of(std::string_view bytes) {
  // Four independent lanes: one alone would wait for its own multiplication.
  std::array<std::uint64_t, 4> lanes{1, 2, 3, 4};
  std::size_t offset = 0;
  for (; offset + 32 <= bytes.size(); offset += 32) {
    for (std::size_t lane = 0; lane < 4; ++lane) {
      lanes[lane] = absorb(lanes[lane], word_at(bytes, offset + lane * 8));
    }
  }
  for (; offset < bytes.size(); offset += 8) lanes[0] = absorb(lanes[0], word_at(bytes, offset));
  std::uint64_t sum = bytes.size();
  for (std::uint64_t lane : lanes) sum = absorb(sum, lane);
  return sum;
}

std::uint32_t header_checksum_of(const BlockHeader& header) {
  const std::uint64_t sum =
      checksum_of(raw_bytes(header).substr(0, offsetof(BlockHeader, header_checksum)));
  return static_cast<std::uint32_t>(sum ^ (sum >> 32));
}

}  // namespace fairrush::analysis
