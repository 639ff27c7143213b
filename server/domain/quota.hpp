#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "base/units.hpp"

namespace fairrush::server {

/// How many coupons a roster of n users earns: floor(share · n), or a fixed number. Value type.
class QuotaRule {
 public:
  /// `share` is taken to the nearest 10⁻⁹, so that 29 % of 100 is 29 and not 28.
  static QuotaRule of_share(Share share);
  static QuotaRule of_count(std::uint32_t count);

  /// Reads "20%" or "0.2" as a share and whole numbers such as "60" (also "0" and "1") as a count.
  /// The error says what is accepted.
  static std::expected<QuotaRule, std::string> parse(std::string_view text);

  /// Coupons for a roster of `roster` users. Grows with the roster, by at most one a user when it
  /// is a share.
  std::uint32_t coupons(std::uint32_t roster) const;

  bool is_share() const { return parts_ != kCount; }
  /// The text that `parse` reads: "20%" or "60".
  std::string text() const;

  bool operator==(const QuotaRule&) const = default;

 private:
  static constexpr std::uint64_t kOne = 1'000'000'000;  ///< parts of a whole
  static constexpr std::uint64_t kCount = ~std::uint64_t{0};

  QuotaRule(std::uint64_t parts, std::uint32_t count) : parts_(parts), count_(count) {}

  std::uint64_t parts_;
  std::uint32_t count_;
};

}  // namespace fairrush::server
