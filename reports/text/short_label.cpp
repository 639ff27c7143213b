#include "reports/text/short_label.hpp"

#include "reports/text/printable.hpp"

namespace fairrush::reports {

std::string short_label(std::string_view label, std::size_t columns_max) {
  std::string text = printable(label);
  if (columns_of(text) <= columns_max) return text;
  std::size_t bytes = 0;
  for (std::size_t columns = 0; bytes < text.size(); ++bytes) {
    const bool starts = (static_cast<unsigned char>(text[bytes]) & 0xC0) != 0x80;
    if (starts && ++columns == columns_max) break;
  }
  return text.substr(0, bytes) + "…";
}

}  // namespace fairrush::reports
