#include "server/domain/quota.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "base/assert.hpp"

namespace fairrush::server {

QuotaRule QuotaRule::of_share(Share share) {
  FAIRRUSH_ASSERT(share.of_one >= 0 && share.of_one <= 1);
  const double parts = std::round(share.of_one * static_cast<double>(kOne));
  return {static_cast<std::uint64_t>(parts), 0};
}

QuotaRule QuotaRule::of_count(std::uint32_t count) {
  return {kCount, count};
}

std::expected<QuotaRule, std::string> QuotaRule::parse(std::string_view text) {
  std::uint32_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  if (error == std::errc{} && stop == end) return of_count(count);
  const auto share = parse_share(text);
  if (!share) return std::unexpected("a share such as \"20%\", or a number of 0 to 4294967295");
  return of_share(*share);
}

std::uint32_t QuotaRule::coupons(std::uint32_t roster) const {
  if (!is_share()) return count_;
  return static_cast<std::uint32_t>(parts_ * roster / kOne);  // at most 10⁹ · 2³² < 2⁶⁴
}

std::string QuotaRule::text() const {
  if (!is_share()) return fmt::format("{}", count_);
  std::string text = fmt::format("{}.{:07}", parts_ / (kOne / 100), parts_ % (kOne / 100));
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text + "%";
}

}  // namespace fairrush::server
