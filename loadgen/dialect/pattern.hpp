#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace fairrush::loadgen {

/// A regular expression in RE2's syntax: matching takes time linear in the text and bounded memory,
/// whatever the expression. Copies share what was compiled. Any thread.
class Pattern {
 public:
  /// The error says what is wrong with the expression.
  static std::expected<Pattern, std::string> compile(std::string_view text);

  /// Whether it matches somewhere in `text`.
  bool is_in(std::string_view text) const;

  /// What the first group took, or the whole match when there is no group.
  std::optional<std::string_view> find_in(std::string_view text) const;

  /// Puts `replacement` wherever it matches; \\1 in it is what the first group took.
  void replace_in(std::string& text, std::string_view replacement) const;

 private:
  explicit Pattern(std::shared_ptr<const re2::RE2> compiled) : compiled_(std::move(compiled)) {}
  std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace fairrush::loadgen
