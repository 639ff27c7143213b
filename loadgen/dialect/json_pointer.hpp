#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace fairrush::loadgen {

/// The steps of a JSON pointer (RFC 6901), unescaped; none for the whole document. The error says
/// what a pointer looks like.
std::expected<std::vector<std::string>, std::string> split_json_pointer(std::string_view pointer);

}  // namespace fairrush::loadgen
