#include "loadgen/dialect/template_text.hpp"

#include <algorithm>
#include <optional>

namespace fairrush::loadgen {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_name_char(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

bool is_format_char(char c) {
  return is_letter(c) || (c >= '0' && c <= '9');
}

/// A variable at the start of a text, braces included.
struct Placeholder {
  std::string_view name;
  std::string_view format;
  std::size_t length = 0;
};

std::optional<Placeholder> placeholder_at(std::string_view text) {
  if (text.size() < 3 || text[0] != '{' || !is_letter(text[1])) return std::nullopt;
  std::size_t end = 1;
  while (end < text.size() && is_name_char(text[end])) ++end;
  Placeholder found{.name = text.substr(1, end - 1), .format = {}};
  if (end < text.size() && text[end] == ':') {
    const std::size_t start = ++end;
    while (end < text.size() && is_format_char(text[end])) ++end;
    if (end == start) return std::nullopt;
    found.format = text.substr(start, end - start);
  }
  if (end >= text.size() || text[end] != '}') return std::nullopt;
  found.length = end + 1;
  return found;
}

void add_literal(TemplateText& parts, std::string_view text) {
  if (parts.empty() || !parts.back().variable.empty()) parts.emplace_back();
  parts.back().literal += text;
}

}  // namespace

TemplateText split_template(std::string_view text) {
  TemplateText parts;
  while (!text.empty()) {
    if (text.starts_with("{{")) {
      const auto escaped = placeholder_at(text.substr(1));
      if (escaped && text.substr(1 + escaped->length).starts_with('}')) {
        add_literal(parts, text.substr(1, escaped->length));
        text.remove_prefix(escaped->length + 2);
        continue;
      }
    }
    if (const auto found = placeholder_at(text)) {
      parts.push_back({{}, std::string(found->name), std::string(found->format)});
      text.remove_prefix(found->length);
      continue;
    }
    const std::size_t next = std::min(text.find('{', 1), text.size());
    add_literal(parts, text.substr(0, next));
    text.remove_prefix(next);
  }
  return parts;
}

bool is_variable_name(std::string_view name) {
  return !name.empty() && is_letter(name.front()) && std::ranges::all_of(name, is_name_char);
}

}  // namespace fairrush::loadgen
