#pragma once

#include <sys/types.h>

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

namespace fairrush::cli {

/// A file to be made.
struct NewFile {
  std::filesystem::path path;
  std::string_view text;
  mode_t mode = 0644;
};

/// Writes a file that must not exist yet, down to the disk. What fails half-way leaves no file. The
/// error names the file.
std::expected<void, std::string> write_new(const NewFile& file);

}  // namespace fairrush::cli
