#include "tests/tidy/house.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>

namespace fairrush::tidy {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 8> kRooms{"base",   "analysis", "loadgen", "reports",
                                                 "server", "cli",      "tests",   "sql"};

SourceFile read(const fs::path& path) {
  SourceFile file{fs::relative(path, FAIRRUSH_SOURCE_DIR).string(), {}};
  std::ifstream stream(path);
  for (std::string line; std::getline(stream, line);) file.lines.push_back(line);
  return file;
}

template <class Wanted>
std::vector<SourceFile> files_where(Wanted wanted) {
  std::vector<SourceFile> files;
  for (const std::string_view room : kRooms) {
    for (const auto& entry :
         fs::recursive_directory_iterator(fs::path(FAIRRUSH_SOURCE_DIR) / room)) {
      if (entry.is_regular_file() && wanted(entry.path())) files.push_back(read(entry.path()));
    }
  }
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

bool opens_function(const std::string& line) {
  if (line.empty() || line.front() == ' ' || line.front() == '}' || line.front() == '#') {
    return false;
  }
  // What a template is, the line after it says.
  static constexpr std::array<std::string_view, 7> kOthers{
      "namespace", "class", "struct", "enum", "extern", "template", "//"};
  return std::ranges::none_of(kOthers, [&line](auto word) { return line.starts_with(word); });
}

}  // namespace

std::vector<SourceFile> sources() {
  return files_where([](const fs::path& path) {
    return path.extension() == ".cpp" || path.extension() == ".hpp";
  });
}

std::vector<SourceFile> texts() {
  return files_where([](const fs::path& path) {
    return path.extension() == ".md" || path.extension() == ".txt" || path.extension() == ".sql";
  });
}

std::vector<std::string> includes_of(const SourceFile& file) {
  std::vector<std::string> includes;
  for (const std::string& line : file.lines) {
    static constexpr std::string_view kStart = "#include \"";
    if (!line.starts_with(kStart)) continue;
    includes.push_back(line.substr(kStart.size(), line.rfind('"') - kStart.size()));
  }
  return includes;
}

std::vector<LongFunction> long_functions(const SourceFile& file, std::size_t lines_max) {
  std::vector<LongFunction> found;
  for (std::size_t start = 0; start < file.lines.size(); ++start) {
    if (!opens_function(file.lines[start])) continue;
    std::size_t end = start;
    while (end < file.lines.size() && file.lines[end] != "}" && !file.lines[end].ends_with(';')) {
      ++end;
    }
    // A declaration ends in a semicolon before a body opens; a body contains semicolons too.
    const bool has_body = std::any_of(file.lines.begin() + static_cast<std::ptrdiff_t>(start),
                                      file.lines.begin() + static_cast<std::ptrdiff_t>(end),
                                      [](const std::string& line) { return line.ends_with('{'); });
    if (!has_body) continue;
    end = start;
    while (end < file.lines.size() && !file.lines[end].starts_with('}')) ++end;
    if (end - start + 1 > lines_max) found.push_back({file.lines[start], end - start + 1});
    start = end;
  }
  return found;
}

}  // namespace fairrush::tidy
