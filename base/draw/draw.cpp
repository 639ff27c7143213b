#include "base/draw/draw.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include "base/assert.hpp"

namespace fairrush {
namespace {

constexpr std::string_view kLabel = "coupon-draw/v1";
constexpr std::string_view kSeparator = "|";

/// Consecutive big-endian words of HMAC-SHA256(seed, "shuffle" ‖ be64(j)), j = 0, 1, …
class DrawStream {
 public:
  explicit DrawStream(const Digest& seed) : hmac_(seed) {}

  /// Uniform on 0 … bound−1, bound ≥ 1.
  std::uint64_t below(std::uint64_t bound) {
    const std::uint64_t rejected = (0 - bound) % bound;  // 2^64 mod bound
    while (true) {
      const auto product = static_cast<Wide>(next()) * bound;
      if (static_cast<std::uint64_t>(product) >= rejected) {
        return static_cast<std::uint64_t>(product >> 64);
      }
    }
  }

 private:
  __extension__ using Wide = unsigned __int128;

  std::uint64_t next() {
    if (used_ == block_.size()) refill();
    std::uint64_t word = 0;
    for (std::size_t byte = 0; byte < 8; ++byte) word = word << 8 | block_.at(used_++);
    return word;
  }

  void refill() {
    block_ = hmac_({bytes_of(kShuffle), big_endian(blocks_++)});
    used_ = 0;
  }

  static constexpr std::string_view kShuffle = "shuffle";

  HmacSha256 hmac_;
  Digest block_{};
  std::size_t used_ = block_.size();
  std::uint64_t blocks_ = 0;
};

}  // namespace

Digest draw_commitment(std::string_view event, ByteView secret) {
  return sha256(
      {bytes_of(kLabel), bytes_of(kSeparator), bytes_of(event), bytes_of(kSeparator), secret});
}

Digest draw_seed(const DrawInputs& inputs) {
  Bytes info;
  const auto append = [&info](ByteView bytes) {
    info.insert(info.end(), bytes.begin(), bytes.end());
  };
  append(bytes_of(kLabel));
  append(bytes_of(kSeparator));
  append(bytes_of(inputs.event));
  append(bytes_of(kSeparator));
  append(inputs.root);
  append(big_endian(inputs.roster));
  append(big_endian(inputs.quota));
  return hkdf_sha256(inputs.beacon, inputs.secret, info);
}

std::vector<TicketNumber> draw_winners(const Digest& seed, std::uint32_t roster,
                                       std::uint32_t quota) {
  FAIRRUSH_ASSERT(quota <= roster);
  std::vector<std::uint32_t> tickets(roster);
  std::iota(tickets.begin(), tickets.end(), 1U);
  DrawStream stream(seed);
  std::vector<TicketNumber> winners;
  winners.reserve(quota);
  for (std::uint32_t place = 0; place < quota; ++place) {
    const auto other = place + static_cast<std::uint32_t>(stream.below(roster - place));
    std::swap(tickets[place], tickets[other]);
    winners.emplace_back(tickets[place]);
  }
  return winners;
}

}  // namespace fairrush
