#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fairrush::tidy {

/// One file of the project as the house rules see it.
struct SourceFile {
  std::string path;  ///< from the project's root: "base/units.cpp"
  std::vector<std::string> lines;

  std::string folder() const { return std::filesystem::path(path).parent_path().string(); }
  std::string room() const { return path.substr(0, path.find('/')); }
  bool is_header() const { return path.ends_with(".hpp"); }
};

/// Every .hpp and .cpp below the rooms and tests.
std::vector<SourceFile> sources();

/// Every CMakeLists.txt, README and other text that people read.
std::vector<SourceFile> texts();

/// The project paths that a file includes with quotes, such as "base/units.hpp".
std::vector<std::string> includes_of(const SourceFile& file);

/// A function longer than `lines_max` lines: name line and length, for clang-formatted code, where
/// a definition starts in column 0 and its closing brace stands there too.
struct LongFunction {
  std::string signature;
  std::size_t lines;
};
std::vector<LongFunction> long_functions(const SourceFile& file, std::size_t lines_max);

}  // namespace fairrush::tidy
