#include "loadgen/scenario/toml_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>

namespace fairrush::loadgen {

namespace {

std::string key_text(std::string_view key) {
  const auto is_bare = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !key.empty() && std::ranges::all_of(key, is_bare) ? std::string(key) : toml_quoted(key);
}

}  // namespace

std::optional<TomlExpression> TomlExpression::parse(std::string_view text) {
  try {
    return TomlExpression(toml::parse(fmt::format("value = {}", text)));
  } catch (const toml::parse_error&) {
    return std::nullopt;
  }
}

std::optional<Share> share_of(const toml::node* node) {
  if (node == nullptr) return std::nullopt;
  if (const auto number = node->value<double>()) {
    return *number >= 0 && *number <= 1 ? std::optional(Share{*number}) : std::nullopt;
  }
  const auto text = node->value<std::string_view>();
  if (!text) return std::nullopt;
  const auto share = parse_share(*text);
  return share ? std::optional(*share) : std::nullopt;
}

std::optional<Duration> duration_of(const toml::node* node) {
  const auto text = node == nullptr ? std::nullopt : node->value<std::string_view>();
  if (!text) return std::nullopt;
  const auto duration = parse_duration(*text);
  return duration ? std::optional(*duration) : std::nullopt;
}

std::optional<double> amount_of(const toml::node* node) {
  const auto number = node == nullptr ? std::nullopt : node->value<double>();
  return number && std::isfinite(*number) && *number >= 0 ? number : std::nullopt;
}

std::string inline_toml(const toml::node& node) {
  std::string text;
  const auto separate = [&text] { text += text.size() > 1 ? ", " : " "; };
  if (const toml::table* table = node.as_table()) {
    text = "{";
    for (const auto& [key, value] : *table) {
      separate();
      text += fmt::format("{} = {}", key_text(key.str()), inline_toml(value));
    }
    return text + " }";
  }
  if (const toml::array* array = node.as_array()) {
    text = "[";
    for (const toml::node& value : *array) {
      separate();
      text += inline_toml(value);
    }
    return text + " ]";
  }
  if (const auto* string = node.as_string()) return toml_quoted(string->get());
  std::ostringstream out;
  node.visit([&out](const auto& value) { out << value; });
  return out.str();
}

std::string toml_quoted(std::string_view text) {
  std::ostringstream out;
  toml::table document;
  document.insert("v", text);
  out << toml::toml_formatter(document, toml::format_flags::none);
  return out.str().substr(std::string_view("v = ").size());
}

std::string toml_duration(Duration duration) {
  return fmt::format("\"{}ns\"", duration.count());
}

}  // namespace fairrush::loadgen
