#include "loadgen/scenario/part_address.hpp"

#include <algorithm>

namespace fairrush::loadgen {
namespace {

constexpr std::string_view kBehindScheme = "://";

}  // namespace

bool is_part_address(std::string_view text, std::string_view own,
                     std::span<const std::string_view> schemes) {
  if (text == own) return true;
  return std::ranges::any_of(schemes, [text](std::string_view scheme) {
    return text.starts_with(scheme) && text.substr(scheme.size()).starts_with(kBehindScheme) &&
           text.size() > scheme.size() + kBehindScheme.size();
  });
}

std::string without_password(std::string_view url) {
  std::string text(url);
  const std::size_t scheme = text.find(kBehindScheme);
  if (scheme == std::string::npos) return text;
  const std::size_t begin = scheme + kBehindScheme.size();
  const std::size_t slash = text.find('/', begin);
  const std::size_t at = text.rfind('@', slash);
  if (at == std::string::npos || at < begin) return text;
  const std::size_t colon = text.find(':', begin);
  if (colon < at) text.replace(colon + 1, at - colon - 1, "***");
  return text;
}

}  // namespace fairrush::loadgen
