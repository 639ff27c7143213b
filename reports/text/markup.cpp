#include "reports/text/markup.hpp"

#include "base/assert.hpp"
#include "reports/text/printable.hpp"

namespace fairrush::reports {
namespace {

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '%':  // a line never breaks between a figure and its per cent sign
        if (out.ends_with(' ')) out.replace(out.size() - 1, 1, "\u00A0");
        out += c;
        break;
      default:
        out += c;
    }
  }
}

}  // namespace

void Markup::begin(std::string_view tag, Attributes attributes) {
  out_ += '<';
  out_ += tag;
  for (const Attribute& attribute : attributes) {
    out_ += ' ';
    out_ += attribute.name;
    out_ += "=\"";
    append_escaped(out_, attribute.value);
    out_ += '"';
  }
}

Markup& Markup::open(std::string_view tag, Attributes attributes) {
  begin(tag, attributes);
  out_ += '>';
  open_.emplace_back(tag);
  return *this;
}

Markup& Markup::close() {
  FAIRRUSH_ASSERT(!open_.empty());
  out_ += "</" + open_.back() + ">\n";
  open_.pop_back();
  return *this;
}

Markup& Markup::text(std::string_view text) {
  append_escaped(out_, text);
  return *this;
}

Markup& Markup::leaf(std::string_view tag, Attributes attributes, std::string_view text) {
  begin(tag, attributes);
  out_ += '>';
  append_escaped(out_, text);
  out_ += "</";
  out_ += tag;
  out_ += '>';
  return *this;
}

Markup& Markup::line(std::string_view tag, Attributes attributes, std::string_view text) {
  leaf(tag, attributes, text);
  out_ += '\n';
  return *this;
}

Markup& Markup::empty(std::string_view tag, Attributes attributes) {
  begin(tag, attributes);
  out_ += " />\n";
  return *this;
}

Markup& Markup::embed(const Markup& other) {
  out_ += other.str();
  return *this;
}

Markup& Markup::style(std::string_view css) {
  out_ += "<style>\n";
  out_ += css;
  out_ += "</style>\n";
  return *this;
}

const std::string& Markup::str() const {
  FAIRRUSH_ASSERT(open_.empty());
  return out_;
}

}  // namespace fairrush::reports
