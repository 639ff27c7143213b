#include "analysis/run/ledger_columns.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <vector>

#include "base/calendar.hpp"
#include "base/utf8.hpp"

namespace fairrush::analysis {
namespace {

// As many digits as Unix time has from 2001 to 2286.
constexpr std::int64_t kIssuedMin_ms = 1'000'000'000'000;
constexpr std::int64_t kIssuedMax_ms = 9'999'999'999'999;

/// A time of issue, or that there is none; the error says what is wrong with it.
using IssueTime = std::expected<std::optional<std::int64_t>, std::string>;

template <class T>
std::optional<T> number_in(std::string_view text) {
  T number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::unexpected<std::string> not_as_expected(std::string_view what, std::string_view value,
                                             std::string_view expected) {
  return std::unexpected(fmt::format("{} '{}', expected {}", what, excerpt(value), expected));
}

/// What the text of a time says; unset where there is no text.
template <class Read>
IssueTime time_in(std::string_view name, const std::optional<std::string_view>& text, Read read,
                  std::string_view expected) {
  if (!text || text->empty()) return std::optional<std::int64_t>();
  const std::optional<std::int64_t> time_ms = read(*text);
  const bool possible = time_ms && *time_ms >= kIssuedMin_ms && *time_ms <= kIssuedMax_ms;
  if (!possible) return not_as_expected(name, *text, expected);
  return time_ms;
}

IssueTime issue_time_ms(const LedgerFields& fields) {
  if (fields.issued_at_ms) {
    return time_in("issued_at_ms", fields.issued_at_ms, number_in<std::int64_t>,
                   "Unix milliseconds, 1000000000000 to 9999999999999; seconds, and dates with "
                   "their offset from UTC, are called issued_at");
  }
  const auto read = [](std::string_view text) -> std::optional<std::int64_t> {
    auto time = calendar_time(text);
    if (!time) time = unix_time(text);
    if (!time) return std::nullopt;
    return std::chrono::floor<std::chrono::milliseconds>(*time).time_since_epoch().count();
  };
  return time_in("issued_at", fields.issued_at, read,
                 "a date and time with its offset from UTC as 2026-11-21T23:00:00.25Z, from 2001 "
                 "on, or Unix seconds of ten digits; milliseconds are called issued_at_ms");
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
  for (const std::string_view name : {"user", "coupon", "round", "issued_at_ms", "issued_at"}) {
    if (std::ranges::count(names, name) > 1) return refused(fmt::format("{} once", name));
  }
  const LedgerColumns columns{.user = *user,
                              .coupon = *coupon,
                              .round = find("round"),
                              .issued_at_ms = find("issued_at_ms"),
                              .issued_at = find("issued_at"),
                              .count = names.size()};
  if (columns.issued_at_ms && columns.issued_at) {
    return refused("one of issued_at_ms and issued_at");
  }
  return columns;
}

std::expected<LedgerRow, std::string> ledger_row(const LedgerFields& fields,
                                                 const UserOf& user_of) {
  const auto user =
      user_of ? std::optional(user_of(fields.user).value()) : number_in<std::uint32_t>(fields.user);
  if (!user) {
    return not_as_expected("user", fields.user, "a population index of 0 to 4294967295");
  }
  if (fields.coupon.empty()) return std::unexpected("an empty coupon, expected its text");
  if (!is_utf8(fields.coupon)) return not_as_expected("coupon", fields.coupon, "UTF-8");
  LedgerRow row{UserIndex(*user), std::string(fields.coupon)};
  if (fields.round) {
    const auto round = number_in<std::uint32_t>(*fields.round);
    if (!round) return not_as_expected("round", *fields.round, "0 to 4294967295");
    row.round = *round;
  }
  auto issued_at_ms = issue_time_ms(fields);
  if (!issued_at_ms) return std::unexpected(std::move(issued_at_ms.error()));
  row.issued_at_ms = *issued_at_ms;
  return row;
}

}  // namespace fairrush::analysis
