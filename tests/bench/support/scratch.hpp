#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace fairrush::bench {

/// A path of this process's own, where nothing is yet.
inline std::filesystem::path scratch(const std::string& name) {
  return std::filesystem::temp_directory_path() / fmt::format("fairrush-{}-{}", name, getpid());
}

/// A program that was built beside this one.
inline std::filesystem::path beside_this_program(const std::string& name) {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
}

}  // namespace fairrush::bench
