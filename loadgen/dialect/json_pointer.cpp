#include "loadgen/dialect/json_pointer.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fairrush::loadgen {

std::expected<std::vector<std::string>, std::string> split_json_pointer(std::string_view pointer) {
  const auto refused = [pointer] {
    return std::unexpected(fmt::format(
        "'{}' is no JSON pointer: expected one such as /data/coupon (RFC 6901)", pointer));
  };
  std::vector<std::string> steps;
  std::string_view rest = pointer;
  while (!rest.empty()) {
    if (!rest.starts_with('/')) return refused();
    rest.remove_prefix(1);
    std::string& step = steps.emplace_back();
    const std::size_t end = std::min(rest.find('/'), rest.size());
    for (std::size_t place = 0; place < end; ++place) {
      if (rest[place] != '~') {
        step += rest[place];
        continue;
      }
      if (++place == end || (rest[place] != '0' && rest[place] != '1')) return refused();
      step += rest[place] == '0' ? '~' : '/';
    }
    rest.remove_prefix(end);
  }
  return steps;
}

}  // namespace fairrush::loadgen
