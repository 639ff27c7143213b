#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>

namespace fairrush::loadgen {

namespace time_order_detail {

/// Moves `from` into `to` by the `kBits` bits of its offset from `low` that begin at `shift`,
/// stably.
template <unsigned kBits, class T, class Offset>
void scatter(std::span<const T> from, std::span<T> to, Offset offset, unsigned shift) {
  constexpr std::size_t kDigits = std::size_t{1} << kBits;
  const auto digit = [&](const T& item) { return (offset(item) >> shift) & (kDigits - 1); };
  std::array<std::uint32_t, kDigits> place{};
  for (const T& item : from) ++place[digit(item)];
  std::uint32_t sum = 0;
  for (std::uint32_t& count : place) sum += std::exchange(count, sum);
  for (const T& item : from) to[place[digit(item)]++] = item;
}

/// Sorts what is almost in order, stably, by moving items past a few earlier ones; gives up, with
/// those of one time in their order still, where that is too many.
template <class Items, class Time>
bool sort_by_few_moves(Items& items, Time time) {
  constexpr std::size_t kMovesEach = 4;
  std::size_t moves_left = 64;
  for (std::size_t next = 1; next < items.size(); ++next) {
    moves_left += kMovesEach;
    const std::int64_t at = std::invoke(time, items[next]);
    if (std::invoke(time, items[next - 1]) <= at) continue;
    const auto item = items[next];
    std::size_t place = next;
    while (place > 0 && moves_left > 0 && std::invoke(time, items[place - 1]) > at) {
      items[place] = items[place - 1];
      --place;
      --moves_left;
    }
    items[place] = item;
    if (moves_left == 0) return false;
  }
  return true;
}

template <unsigned kBits, class Items, class Offset>
void sort_by_offset(Items& items, Items& scratch, Offset offset, std::uint64_t offset_max) {
  using T = Items::value_type;
  scratch.resize(items.size());
  for (unsigned shift = 0; shift < static_cast<unsigned>(std::bit_width(offset_max));
       shift += kBits) {
    scatter<kBits, T>(items, scratch, offset, shift);
    items.swap(scratch);
  }
}

}  // namespace time_order_detail

/// Sorts fewer than 2³² items by a time, stably: by radix, which for half a million clicks takes a
/// third of the time of a sort by comparison. `items` is a vector, `time` gives an item's time;
/// `scratch` is memory to use again. O(n) for a given span of time.
template <class Items, class Time>
void sort_by_time(Items& items, Items& scratch, Time time) {
  if (time_order_detail::sort_by_few_moves(items, time)) return;
  const auto [first, last] = std::ranges::minmax(items, {}, time);
  const std::int64_t low = std::invoke(time, first);
  const auto offset = [&](const Items::value_type& item) {
    return static_cast<std::uint64_t>(std::invoke(time, item) - low);
  };
  // With few items clearing the counters would cost more than the passes that they save.
  constexpr std::size_t kFew = 4096;
  if (items.size() < kFew) {
    time_order_detail::sort_by_offset<8>(items, scratch, offset, offset(last));
  } else {
    time_order_detail::sort_by_offset<11>(items, scratch, offset, offset(last));
  }
}

}  // namespace fairrush::loadgen
