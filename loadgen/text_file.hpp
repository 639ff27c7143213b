#pragma once

#include <expected>
#include <filesystem>
#include <string>

namespace fairrush::loadgen {

/// The whole file, as it is. The error says why it cannot be read, without naming it.
std::expected<std::string, std::string> read_text_file(const std::filesystem::path& path);

}  // namespace fairrush::loadgen
