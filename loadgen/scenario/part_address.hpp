#pragma once

#include <span>
#include <string>
#include <string_view>

namespace fairrush::loadgen {

/// Whether `text` names a part of the built-in server: by the server's own word for one that needs
/// nobody else, such as "memory", or by a URL of one of the schemes.
bool is_part_address(std::string_view text, std::string_view own,
                     std::span<const std::string_view> schemes);

/// A URL as people may read it: its password is three stars.
std::string without_password(std::string_view url);

}  // namespace fairrush::loadgen
