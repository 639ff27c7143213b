#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace fairrush::reports {

/// A name and its value, escaped when it is written.
struct Attribute {
  std::string_view name;  ///< must outlive the call it is given to
  std::string value;
};

/// Builds HTML or SVG that is well-formed whatever the data: text and attribute values are made
/// printable and escaped, elements close in the order they opened. The result is XML too. One
/// thread.
class Markup {
 public:
  using Attributes = std::initializer_list<Attribute>;

  Markup& open(std::string_view tag, Attributes attributes = {});
  /// Closes the innermost open element and ends the line.
  Markup& close();
  Markup& text(std::string_view text);
  /// An element with text alone, inline.
  Markup& leaf(std::string_view tag, std::string_view text) { return leaf(tag, {}, text); }
  Markup& leaf(std::string_view tag, Attributes attributes, std::string_view text);
  /// A `leaf` that ends its line.
  Markup& line(std::string_view tag, Attributes attributes, std::string_view text);
  Markup& line(std::string_view tag, std::string_view text) { return line(tag, {}, text); }
  /// An element without content, such as meta or circle; ends the line.
  Markup& empty(std::string_view tag, Attributes attributes = {});
  /// Takes over what `other` holds, as it is. `other` must have closed all it opened.
  Markup& embed(const Markup& other);
  /// A style element. `css` is the program's own text, never data.
  Markup& style(std::string_view css);

  /// What was built. All elements must be closed.
  const std::string& str() const;

 private:
  void begin(std::string_view tag, Attributes attributes);

  std::string out_;
  std::vector<std::string> open_;
};

}  // namespace fairrush::reports
