#include "base/draw/rfc3797.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>

#include "base/assert.hpp"
#include "base/draw/digest.hpp"

namespace fairrush {
namespace {

std::expected<std::vector<std::uint64_t>, std::string> numbers_of(std::string_view source) {
  constexpr std::string_view kSeparators = " ,\t";
  std::vector<std::uint64_t> numbers;
  while (true) {
    source.remove_prefix(std::min(source.find_first_not_of(kSeparators), source.size()));
    if (source.empty()) break;
    const std::string_view word = source.substr(0, source.find_first_of(kSeparators));
    source.remove_prefix(word.size());
    std::uint64_t number = 0;
    const char* const word_end = word.data() + word.size();
    const auto [end, error] = std::from_chars(word.data(), word_end, number);
    if (error != std::errc{} || end != word_end) {
      return std::unexpected(fmt::format("'{}', expected an integer of 0 to {}", word, UINT64_MAX));
    }
    numbers.push_back(number);
  }
  if (numbers.empty()) return std::unexpected("empty, expected integers apart by spaces");
  std::ranges::sort(numbers);
  return numbers;
}

/// The digest as one big-endian number, modulo `divisor`.
std::uint32_t remainder_of(const Md5Digest& digest, std::uint32_t divisor) {
  std::uint64_t rest = 0;
  for (const std::uint8_t byte : digest) rest = (rest << 8 | byte) % divisor;
  return static_cast<std::uint32_t>(rest);
}

}  // namespace

std::expected<std::string, std::string> rfc3797_key(std::span<const std::string> sources) {
  if (sources.empty()) return std::unexpected("no source, expected at least one");
  std::string key;
  for (std::size_t source = 0; source < sources.size(); ++source) {
    const auto numbers = numbers_of(sources[source]);
    if (!numbers) {
      return std::unexpected(fmt::format("source {}: {}", source + 1, numbers.error()));
    }
    for (const std::uint64_t number : *numbers) key += fmt::format("{}.", number);
    key += '/';
  }
  return key;
}

std::vector<std::uint32_t> rfc3797_selection(std::string_view key, Rfc3797Pool pool) {
  FAIRRUSH_ASSERT(pool.size <= kRfc3797PoolMax && pool.picks <= pool.size);
  std::vector<std::uint32_t> remaining(pool.size);
  std::iota(remaining.begin(), remaining.end(), 1U);
  std::vector<std::uint32_t> selected;
  selected.reserve(pool.picks);
  for (std::uint32_t pick = 0; pick < pool.picks; ++pick) {
    const std::array<std::uint8_t, 2> counter{static_cast<std::uint8_t>(pick >> 8),
                                              static_cast<std::uint8_t>(pick & 0xff)};
    const Md5Digest digest = md5({counter, bytes_of(key), counter});
    const auto place = remaining.begin() + remainder_of(digest, pool.size - pick);
    selected.push_back(*place);
    remaining.erase(place);
  }
  return selected;
}

}  // namespace fairrush
