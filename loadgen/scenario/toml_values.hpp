#pragma once

#include <toml++/toml.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/units.hpp"

namespace fairrush::loadgen {

/// The value of one TOML expression, such as "[1, 2]"; keeps its document alive.
class TomlExpression {
 public:
  /// Unset for a text that is none.
  static std::optional<TomlExpression> parse(std::string_view text);
  const toml::node& value() const { return *document_.get("value"); }

 private:
  explicit TomlExpression(toml::table document) : document_(std::move(document)) {}
  toml::table document_;
};

/// 0.2 or "20%"; unset for anything else, null too.
std::optional<Share> share_of(const toml::node* node);
/// "5ms"; unset for anything else, null too.
std::optional<Duration> duration_of(const toml::node* node);
/// A number ≥ 0; unset for anything else, null too.
std::optional<double> amount_of(const toml::node* node);

/// A value on one line, as an expression that gives it again.
std::string inline_toml(const toml::node& node);
/// A TOML basic string.
std::string toml_quoted(std::string_view text);
/// A duration to the nanosecond, as a TOML string.
std::string toml_duration(Duration duration);

}  // namespace fairrush::loadgen
