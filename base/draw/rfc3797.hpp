#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fairrush {

/// The publicly verifiable selection of RFC 3797, as other committees draw: sources of numbers that
/// nobody could foresee decide, anyone can run it again. Pure; any thread.

/// The largest pool; RFC 3797 counts in 16 bits.
inline constexpr std::uint32_t kRfc3797PoolMax = 65'535;

/// The key string of RFC 3797 §4.2: of each source, given as integers apart by spaces or commas,
/// the numbers in ascending order, each followed by ".", and a "/" after each source. The error
/// names source and word.
std::expected<std::string, std::string> rfc3797_key(std::span<const std::string> sources);

/// How many are picked, from how many.
struct Rfc3797Pool {
  std::uint32_t size = 0;   ///< 1 … kRfc3797PoolMax
  std::uint32_t picks = 0;  ///< 0 … size
};

/// The picked places, 1-based, in the order picked: pick i (from 0) is the
/// MD5(be16(i) ‖ key ‖ be16(i)) mod remaining-th of those that remain (RFC 3797 §4.3).
/// O(size · picks) at worst.
std::vector<std::uint32_t> rfc3797_selection(std::string_view key, Rfc3797Pool pool);

}  // namespace fairrush
