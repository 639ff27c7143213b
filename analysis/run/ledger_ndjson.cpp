#include "analysis/run/ledger_ndjson.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "analysis/run/json_text.hpp"
#include "analysis/run/ledger_columns.hpp"

namespace fairrush::analysis {
namespace json = boost::json;

namespace {

constexpr std::string_view kExpected = R"({"user": index, "coupon": text})";

/// A member as text, whether it was written as a text or as a whole number.
class MemberText {
 public:
  explicit MemberText(const json::value* value) {
    if (value == nullptr) return;
    if (const json::string* text = value->if_string()) {
      view_ = std::string_view(*text);
    } else if (const std::int64_t* number = value->if_int64()) {
      const auto [end, error] = std::to_chars(digits_.begin(), digits_.end(), *number);
      view_ = std::string_view(digits_.begin(), end);
    }
  }
  MemberText(const MemberText&) = delete;
  MemberText& operator=(const MemberText&) = delete;

  /// Unset: not there, or neither text nor whole number.
  const std::optional<std::string_view>& view() const { return view_; }

 private:
  std::array<char, 24> digits_{};
  std::optional<std::string_view> view_;
};

std::unexpected<std::string> wrong_member(std::string_view name, const json::value* value,
                                          std::string_view expected) {
  if (value == nullptr) {
    return std::unexpected(fmt::format("no \"{}\", expected {}", name, kExpected));
  }
  return std::unexpected(
      fmt::format("\"{}\" is {}, expected {}", name, excerpt(json::serialize(*value)), expected));
}

/// A member that may be null where the time is not known.
const json::value* time_in(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_null() ? nullptr : value;
}

std::expected<LedgerRow, std::string> row_of(const json::value& value, const UserOf& user_of) {
  const json::object* object = value.if_object();
  if (object == nullptr) {
    return std::unexpected(
        fmt::format("'{}', expected {}", excerpt(json::serialize(value)), kExpected));
  }
  const json::value* user = object->if_contains("user");
  const json::value* coupon = object->if_contains("coupon");
  const json::value* round = object->if_contains("round");
  const json::value* issued_at_ms = time_in(*object, "issued_at_ms");
  const json::value* issued_at = time_in(*object, "issued_at");
  if (coupon == nullptr || !coupon->is_string()) return wrong_member("coupon", coupon, "a text");
  if (user == nullptr) return wrong_member("user", user, {});
  const MemberText user_text(user);
  const MemberText round_text(round);
  const MemberText ms_text(issued_at_ms);
  const MemberText time_text(issued_at);
  if (!user_text.view()) return wrong_member("user", user, "a population index");
  if (round && !round_text.view()) return wrong_member("round", round, "a round, from 0");
  if (issued_at_ms && !ms_text.view()) {
    return wrong_member("issued_at_ms", issued_at_ms, "whole Unix milliseconds");
  }
  if (issued_at && (issued_at_ms || !time_text.view())) {
    return wrong_member("issued_at", issued_at,
                        issued_at_ms ? "no issued_at_ms beside it" : "a time as a text");
  }
  return ledger_row({.user = *user_text.view(),
                     .coupon = coupon->get_string(),
                     .round = round_text.view(),
                     .issued_at_ms = ms_text.view(),
                     .issued_at = time_text.view()},
                    user_of);
}

/// Parses line after line in memory of its own.
class LineParser {
 public:
  std::expected<LedgerRow, std::string> operator()(std::string_view line, const UserOf& user_of) {
    json::monotonic_resource memory(storage_.data(), storage_.size());
    const auto value = parse_(line, &memory);
    if (value) return row_of(*value, user_of);
    return std::unexpected(
        fmt::format("'{}': {}, expected {}", excerpt(line), value.error(), kExpected));
  }

 private:
  std::array<unsigned char, 4096> storage_{};
  JsonParser parse_;
};

}  // namespace

std::expected<Ledger, std::string> parse_ledger_ndjson(std::string_view text,
                                                       const UserOf& user_of) {
  if (auto encoding = foreign_encoding(text)) return std::unexpected(std::move(*encoding));
  text = without_byte_order_mark(text);
  Ledger ledger;
  constexpr std::size_t kRowBytesMin = 24;  // {"user":1,"coupon":"a"} and its line's end
  ledger.reserve(text.size() / kRowBytesMin / 2);
  LineParser parse;
  for (std::uint64_t number = 1; !text.empty(); ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool is_last = text.empty();
    if (line.empty() && is_last) break;
    if (line.empty()) {
      return std::unexpected(fmt::format("line {}: empty, expected {}", number, kExpected));
    }
    auto row = parse(line, user_of);
    if (!row) return std::unexpected(fmt::format("line {}: {}", number, row.error()));
    ledger.push_back(std::move(*row));
  }
  return ledger;
}

}  // namespace fairrush::analysis
