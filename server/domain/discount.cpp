#include "server/domain/discount.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace fairrush::server {
namespace {

constexpr std::string_view kPercent = "percent";
constexpr std::string_view kFixed = "fixed";

static_assert(kAmountMax.minor <= std::numeric_limits<std::int64_t>::max() / 100,
              "a percentage is taken of a hundredfold");

}  // namespace

std::string_view name_of(Discount::Kind kind) {
  return kind == Discount::Kind::percent ? kPercent : kFixed;
}

std::expected<Discount, std::string> make_discount(std::string_view kind, std::int64_t value) {
  if (kind != kPercent && kind != kFixed) {
    return std::unexpected(fmt::format("the kind '{}': expected percent or fixed", kind));
  }
  const bool percent = kind == kPercent;
  const std::int64_t most = percent ? 100 : kAmountMax.minor;
  if (value < 1 || value > most) {
    return std::unexpected(fmt::format("{}: expected 1 to {}", value, most));
  }
  return Discount{percent ? Discount::Kind::percent : Discount::Kind::fixed, value};
}

Amount taken_off(const Discount& discount, Amount amount) {
  if (discount.kind == Discount::Kind::fixed) {
    return Amount{std::min(discount.value, amount.minor)};
  }
  return Amount{amount.minor * discount.value / 100};
}

}  // namespace fairrush::server
