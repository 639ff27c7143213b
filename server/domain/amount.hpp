#pragma once

#include <compare>
#include <cstdint>

namespace fairrush::server {

/// A sum of money in the currency's smallest unit.
struct Amount {
  std::int64_t minor = 0;
  constexpr auto operator<=>(const Amount&) const = default;
};

/// The largest sum this server reckons with: a hundredfold still fits into 64 bits.
inline constexpr Amount kAmountMax{1'000'000'000'000'000};

}  // namespace fairrush::server
