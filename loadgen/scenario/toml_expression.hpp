#pragma once

#include <toml++/toml.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace fairrush::loadgen {

/// The value of one TOML expression, such as a table written in braces; keeps its document alive.
class TomlExpression {
 public:
  static std::optional<TomlExpression> parse(std::string_view text);
  const toml::node& value() const { return *document_.get("value"); }

 private:
  explicit TomlExpression(toml::table document) : document_(std::move(document)) {}
  toml::table document_;
};

/// A value on one line, as an expression that gives it again.
std::string inline_toml(const toml::node& node);

/// A TOML basic string.
std::string toml_quoted(std::string_view text);

}  // namespace fairrush::loadgen
