#include "analysis/run/ledger_columns.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <vector>

#include "base/utf8.hpp"

namespace fairrush::analysis {
namespace {

std::optional<std::uint32_t> number_in(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::unexpected<std::string> not_as_expected(std::string_view what, std::string_view value,
                                             std::string_view expected) {
  return std::unexpected(fmt::format("{} '{}', expected {}", what, excerpt(value), expected));
}

}  // namespace

std::string excerpt(std::string_view text) {
  constexpr std::size_t kBytesMax = 60;
  std::string shown(text.substr(0, kBytesMax));
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) c = '?';
  }
  return text.size() > kBytesMax ? shown + "…" : shown;
}

std::optional<std::string> foreign_encoding(std::string_view text) {
  using namespace std::string_view_literals;
  for (const std::string_view mark : {"\xFF\xFE"sv, "\xFE\xFF"sv}) {
    if (text.starts_with(mark)) return "line 1: UTF-16, expected UTF-8";
  }
  constexpr std::string_view kGzip = "\x1F\x8B";
  if (text.starts_with(kGzip)) return "line 1: compressed with gzip, expected text";
  return std::nullopt;
}

std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

std::expected<LedgerColumns, std::string> ledger_columns(std::span<const std::string_view> names) {
  const auto find = [names](std::string_view name) -> std::optional<std::size_t> {
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) return std::nullopt;
    return static_cast<std::size_t>(found - names.begin());
  };
  const auto refused = [names](std::string_view expected) {
    std::vector<std::string> shown;
    for (const std::string_view name : names) shown.push_back(excerpt(name));
    return std::unexpected(
        fmt::format("columns '{}', expected {}", fmt::join(shown, ","), expected));
  };
  const auto user = find("user");
  const auto coupon = find("coupon");
  if (!user || !coupon) return refused("user and coupon among them");
  for (const std::string_view name : {"user", "coupon", "round"}) {
    if (std::ranges::count(names, name) > 1) return refused(fmt::format("{} once", name));
  }
  return LedgerColumns{*user, *coupon, find("round"), names.size()};
}

std::expected<LedgerRow, std::string> ledger_row(const LedgerFields& fields,
                                                 const UserOf& user_of) {
  const auto user = user_of ? std::optional(user_of(fields.user).value()) : number_in(fields.user);
  if (!user) {
    return not_as_expected("user", fields.user, "a population index of 0 to 4294967295");
  }
  if (fields.coupon.empty()) return std::unexpected("an empty coupon, expected its text");
  if (!is_utf8(fields.coupon)) return not_as_expected("coupon", fields.coupon, "UTF-8");
  LedgerRow row{UserIndex(*user), std::string(fields.coupon)};
  if (!fields.round) return row;
  const auto round = number_in(*fields.round);
  if (!round) return not_as_expected("round", *fields.round, "0 to 4294967295");
  row.round = *round;
  return row;
}

}  // namespace fairrush::analysis
