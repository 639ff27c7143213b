#include "server/designs/chance.hpp"

#include "base/draw/draw.hpp"

namespace fairrush::server {

Chance::Chance(ByteView secret, std::string_view purpose)
    : seed_(HmacSha256(secret)({bytes_of(purpose)})), keyed_(seed_) {}

std::vector<std::uint32_t> Chance::pick(std::uint32_t size, std::uint32_t count) const {
  std::vector<std::uint32_t> numbers;
  numbers.reserve(count);
  for (const TicketNumber number : draw_winners(seed_, size, count)) {
    numbers.push_back(number.value());
  }
  return numbers;
}

std::uint32_t Chance::below(std::uint32_t bound, std::uint64_t index) const {
  const Digest random = keyed_({big_endian(index)});
  std::uint64_t word = 0;
  for (std::size_t byte = 0; byte < 4; ++byte) word = word << 8 | random.at(byte);
  std::uint64_t low = 0;
  for (std::size_t byte = 4; byte < 8; ++byte) low = low << 8 | random.at(byte);
  // floor(bound · (word + low / 2³²) / 2³²): a multiplication instead of a biased remainder.
  return static_cast<std::uint32_t>((bound * word + (bound * low >> 32)) >> 32);
}

}  // namespace fairrush::server
