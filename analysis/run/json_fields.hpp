#pragma once

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/draw/digest.hpp"
#include "base/ids.hpp"

namespace fairrush::analysis {

/// Two archives that walk the same list of fields, so that what is written and what is read cannot
/// drift apart: a type is described once, by `template <class A> void describe(A& archive, T&
/// value)` that calls `archive("key", value.member)` for every member.

/// Constrains a `describe` to one type, const (written) or not (read).
template <class T, class Plain>
concept Is = std::same_as<std::remove_const_t<T>, Plain>;

/// Appends fields to a JSON object.
class JsonFieldWriter {
 public:
  template <class T>
  void operator()(std::string_view key, const T& value) {
    object[key] = to_value(value);
  }

  boost::json::object object;

 private:
  template <class T>
  static boost::json::value to_value(const T& value) {
    if constexpr (std::same_as<T, bool> || std::integral<T>) {
      return value;
    } else if constexpr (std::floating_point<T>) {
      // JSON has no word for "not a number"; null is refused by the reader under the field's name.
      return std::isfinite(value) ? boost::json::value(value) : boost::json::value(nullptr);
    } else if constexpr (std::same_as<T, std::string>) {
      return boost::json::value(value);
    } else {
      return write_json(value);
    }
  }

  template <class T>
  static boost::json::value write_json(const std::optional<T>& value) {
    return value ? to_value(*value) : boost::json::value(nullptr);
  }
  template <class T>
  static boost::json::value write_json(const std::vector<T>& values) {
    boost::json::array array;
    array.reserve(values.size());
    for (const T& value : values) array.push_back(to_value(value));
    return array;
  }
  static boost::json::value write_json(const Digest& digest) {
    return boost::json::value(to_hex(digest));
  }
  static boost::json::value write_json(const Bytes& bytes) {
    return boost::json::value(to_hex(bytes));
  }
  static boost::json::value write_json(TicketNumber ticket) { return ticket.value(); }
  template <class T>
    requires requires(JsonFieldWriter& archive, const T& value) { describe(archive, value); }
  static boost::json::value write_json(const T& value) {
    JsonFieldWriter inner;
    describe(inner, value);
    return std::move(inner.object);
  }
};

/// What a field of a type may be, in words.
template <class T>
struct Allowed {
  static std::string text() { return "an object"; }
};
template <>
struct Allowed<bool> {
  static std::string text() { return "true or false"; }
};
template <std::integral T>
struct Allowed<T> {
  static std::string text() {
    return fmt::format("an integer of {} to {}", std::numeric_limits<T>::min(),
                       std::numeric_limits<T>::max());
  }
};
template <>
struct Allowed<double> {
  static std::string text() { return "a number"; }
};
template <>
struct Allowed<std::string> {
  static std::string text() { return "a text"; }
};
template <>
struct Allowed<TicketNumber> : Allowed<TicketNumber::rep> {};
template <>
struct Allowed<Bytes> {
  static std::string text() { return "an even number of hexadecimal digits"; }
};
template <>
struct Allowed<Digest> {
  static std::string text() { return "64 hexadecimal digits"; }
};
template <class T>
  requires(!std::same_as<std::vector<T>, Bytes>)
struct Allowed<std::vector<T>> {
  static std::string text() { return "a list"; }
};
template <class T>
struct Allowed<std::optional<T>> {
  static std::string text() { return Allowed<T>::text() + " or null"; }
};

/// Takes fields out of a JSON object; keeps the first problem, after which nothing is read.
class JsonFieldReader {
 public:
  /// `path` stands in front of the keys in error messages.
  JsonFieldReader(const boost::json::value& value, std::string path)
      : value_(value), path_(std::move(path)) {
    if (!value_.is_object()) fail(path_, "an object", value_);
  }

  template <class T>
  void operator()(std::string_view key, T& target) {
    if (!error.empty()) return;
    const std::string where = path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
    if (const auto* found = value_.get_object().if_contains(key)) {
      read<T>(where, *found, target);
    } else {
      error = fmt::format("{}: missing, expected {}", where, Allowed<T>::text());
    }
  }

  /// Refuses a value that was read but does not fit.
  template <class T>
  void refuse(std::string_view key, std::string_view expected, const T& found) {
    if (error.empty())
      error = fmt::format("{}.{}: expected {}, found {}", path_, key, expected, found);
  }

  std::string error;

 private:
  void fail(const std::string& where, std::string_view expected, const boost::json::value& found) {
    constexpr std::size_t kQuotedMax = 60;
    std::string quoted = boost::json::serialize(found);
    if (quoted.size() > kQuotedMax) {
      std::size_t end = kQuotedMax;
      while ((static_cast<unsigned char>(quoted[end]) & 0xc0U) == 0x80U) --end;  // inside UTF-8
      quoted = quoted.substr(0, end) + "…";
    }
    error = fmt::format("{}: expected {}, found {}", where, expected, quoted);
  }
  template <class Field>
  void fail_as(const std::string& where, const boost::json::value& found) {
    fail(where, Allowed<Field>::text(), found);
  }

  // Everywhere `Field` is what the field may be and the target's type what is at hand of it.
  template <class Field>
  void read(const std::string& where, const boost::json::value& from, bool& target) {
    if (!from.is_bool()) return fail_as<Field>(where, from);
    target = from.get_bool();
  }
  template <class Field, std::integral T>
  void read(const std::string& where, const boost::json::value& from, T& target) {
    boost::system::error_code inexact;
    const T number = from.to_number<T>(inexact);
    if (inexact || from.is_double()) return fail_as<Field>(where, from);
    target = number;
  }
  template <class Field>
  void read(const std::string& where, const boost::json::value& from, double& target) {
    const double number = from.is_number() ? from.to_number<double>() : std::nan("");
    if (!std::isfinite(number)) return fail_as<Field>(where, from);
    target = number;
  }
  template <class Field>
  void read(const std::string& where, const boost::json::value& from, std::string& target) {
    if (!from.is_string()) return fail_as<Field>(where, from);
    target = from.get_string();
  }
  template <class Field>
  void read(const std::string& where, const boost::json::value& from, TicketNumber& target) {
    std::uint32_t number = 0;
    read<Field>(where, from, number);
    target = TicketNumber(number);
  }
  template <class Field>
  void read(const std::string& where, const boost::json::value& from, Bytes& target) {
    const auto bytes = from.is_string() ? from_hex(from.get_string())
                                        : std::expected<Bytes, std::string>(std::unexpect);
    if (!bytes) return fail_as<Field>(where, from);
    target = *bytes;
  }
  template <class Field>
  void read(const std::string& where, const boost::json::value& from, Digest& target) {
    Bytes bytes;
    read<Field>(where, from, bytes);
    if (!error.empty()) return;
    if (bytes.size() != target.size()) return fail_as<Field>(where, from);
    std::copy(bytes.begin(), bytes.end(), target.begin());
  }
  template <class Field, class T>
  void read(const std::string& where, const boost::json::value& from, std::optional<T>& target) {
    target.reset();
    if (!from.is_null()) read<Field>(where, from, target.emplace());
  }
  template <class Field, class T>
  void read(const std::string& where, const boost::json::value& from, std::vector<T>& target) {
    if (!from.is_array()) return fail_as<Field>(where, from);
    target.clear();
    target.reserve(from.get_array().size());
    for (const boost::json::value& element : from.get_array()) {
      read<T>(fmt::format("{}[{}]", where, target.size()), element, target.emplace_back());
      if (!error.empty()) return;
    }
  }
  template <class Field, class T>
    requires requires(JsonFieldReader& archive, T& value) { describe(archive, value); }
  void read(const std::string& where, const boost::json::value& from, T& target) {
    if (!from.is_object()) return fail_as<Field>(where, from);
    JsonFieldReader inner(from, where);
    describe(inner, target);
    error = std::move(inner.error);
  }

  const boost::json::value& value_;
  std::string path_;
};

}  // namespace fairrush::analysis
