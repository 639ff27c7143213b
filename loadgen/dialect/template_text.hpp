#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fairrush::loadgen {

/// A piece of a template: text as it stands, or a variable to be replaced.
struct TemplatePart {
  std::string literal;   ///< empty for a variable
  std::string variable;  ///< empty for a literal
  std::string format;    ///< what stands behind the colon of {now:iso}; usually empty
};

using TemplateText = std::vector<TemplatePart>;

/// Splits "/users/{user}/coupons" at its variables. {name} and {name:format} are variables when the
/// name is a letter or underscore followed by letters, digits, '_', '-' and '.'; {{name}} is the
/// text "{name}"; every other brace stands for itself, so JSON is written as it is. Never fails.
TemplateText split_template(std::string_view text);

/// Whether {name} would be taken for a variable.
bool is_variable_name(std::string_view name);

}  // namespace fairrush::loadgen
