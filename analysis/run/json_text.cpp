#include "analysis/run/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace fairrush::analysis {
namespace json = boost::json;

namespace {

using Error = json::error_code;
using View = json::string_view;

/// The keys of the objects that are still open, those of the innermost at the end.
class OpenKeys {
 public:
  void clear() {
    text_.clear();
    begins_.clear();
    in_key_ = false;
  }
  void part(View text) {
    if (!in_key_) begins_.push_back(text_.size());
    in_key_ = true;
    text_.append(text.data(), text.size());
  }
  void end() { in_key_ = false; }

  /// Forgets the last `count` keys, those of one object; gives one that stands among them twice.
  std::optional<std::string> close(std::size_t count) {
    if (count == 0) return std::nullopt;
    sorted_.clear();
    for (std::size_t key = begins_.size() - count; key < begins_.size(); ++key) {
      const std::size_t end = key + 1 < begins_.size() ? begins_[key + 1] : text_.size();
      sorted_.push_back(std::string_view(text_).substr(begins_[key], end - begins_[key]));
    }
    std::ranges::sort(sorted_);
    std::optional<std::string> twice;
    if (const auto found = std::ranges::adjacent_find(sorted_); found != sorted_.end()) {
      twice = std::string(*found);
    }
    text_.resize(begins_[begins_.size() - count]);
    begins_.resize(begins_.size() - count);
    return twice;
  }

 private:
  std::string text_;
  std::vector<std::size_t> begins_;
  std::vector<std::string_view> sorted_;
  bool in_key_ = false;
};

/// Builds the value as the parser comes by it.
struct ValueHandler {
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  bool on_document_begin(Error&) { return true; }
  bool on_document_end(Error&) { return true; }
  bool on_object_begin(Error&) { return true; }
  bool on_object_end(std::size_t members, Error& error) {
    twice = keys.close(members);
    if (twice) {
      error = json::make_error_code(json::error::syntax);
      return false;
    }
    values.push_object(members);
    return true;
  }
  bool on_array_begin(Error&) { return true; }
  bool on_array_end(std::size_t elements, Error&) { return push(&Stack::push_array, elements); }
  bool on_key_part(View part, std::size_t, Error&) {
    keys.part(part);
    return push(&Stack::push_chars, part);
  }
  bool on_key(View part, std::size_t, Error&) {
    keys.part(part);
    keys.end();
    return push(&Stack::push_key, part);
  }
  bool on_string_part(View part, std::size_t, Error&) { return push(&Stack::push_chars, part); }
  bool on_string(View part, std::size_t, Error&) { return push(&Stack::push_string, part); }
  bool on_number_part(View, Error&) { return true; }
  bool on_int64(std::int64_t number, View, Error&) { return push(&Stack::push_int64, number); }
  bool on_uint64(std::uint64_t number, View, Error&) { return push(&Stack::push_uint64, number); }
  bool on_double(double number, View, Error&) { return push(&Stack::push_double, number); }
  bool on_bool(bool value, Error&) { return push(&Stack::push_bool, value); }
  bool on_null(Error&) {
    values.push_null();
    return true;
  }
  bool on_comment_part(View, Error&) { return true; }
  bool on_comment(View, Error&) { return true; }

  using Stack = json::value_stack;
  template <class T>
  bool push(void (Stack::*to)(T), T value) {
    (values.*to)(value);
    return true;
  }

  Stack values;
  OpenKeys keys;
  std::optional<std::string> twice;  ///< a key that made the parser stop
};

}  // namespace

struct JsonParser::Impl {
  json::basic_parser<ValueHandler> parser{json::parse_options{}};
};

JsonParser::JsonParser() : impl_(std::make_unique<Impl>()) {}
JsonParser::~JsonParser() = default;

std::expected<json::value, std::string> JsonParser::operator()(std::string_view text,
                                                               json::storage_ptr memory) {
  ValueHandler& handler = impl_->parser.handler();
  impl_->parser.reset();
  handler.keys.clear();
  handler.twice.reset();
  handler.values.reset(std::move(memory));
  Error failure;
  const std::size_t used = impl_->parser.write_some(false, text.data(), text.size(), failure);
  if (!failure && used < text.size()) failure = json::make_error_code(json::error::extra_data);
  if (!failure) return handler.values.release();
  handler.values.reset();  // what was built lies in memory that may end with this call
  if (handler.twice) {
    return std::unexpected(fmt::format("the key {} stands twice in one object",
                                       json::serialize(json::value(*handler.twice))));
  }
  return std::unexpected(fmt::format("not JSON: {}", failure.message()));
}

std::expected<json::value, std::string> parse_json(std::string_view text) {
  return JsonParser()(text);
}

}  // namespace fairrush::analysis
