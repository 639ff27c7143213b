#include "loadgen/dialect/escape.hpp"

namespace fairrush::loadgen {
namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

void append_hex(std::string& out, char c) {
  out += kHex[static_cast<unsigned char>(c) >> 4];
  out += kHex[static_cast<unsigned char>(c) & 15];
}

void append_json(std::string& out, char c) {
  if (c == '"' || c == '\\') {
    out += '\\';
    out += c;
  } else if (static_cast<unsigned char>(c) < 0x20) {
    out += "\\u00";
    append_hex(out, c);
  } else {
    out += c;
  }
}

}  // namespace

void append_escaped(std::string& out, std::string_view value, Escape escape) {
  if (escape == Escape::none) {
    out += value;
    return;
  }
  for (const char c : value) {
    if (escape == Escape::json) {
      append_json(out, c);
    } else if (escape == Escape::header) {
      out += c < ' ' || c > '~' ? '-' : c;
    } else if (is_unreserved(c)) {
      out += c;
    } else {
      out += '%';
      append_hex(out, c);
    }
  }
}

}  // namespace fairrush::loadgen
