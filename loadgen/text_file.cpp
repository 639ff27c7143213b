#include "loadgen/text_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace fairrush::loadgen {

std::expected<std::string, std::string> read_text_file(const std::filesystem::path& path) {
  constexpr std::size_t kChunkBytes = std::size_t{1} << 20;
  std::error_code failure;
  if (std::filesystem::is_directory(path, failure)) {
    return std::unexpected("a directory, expected a file");
  }
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return std::unexpected(fmt::format("cannot be opened: {}", std::strerror(errno)));
  std::string text;
  std::string chunk(kChunkBytes, '\0');
  while (stream.read(chunk.data(), static_cast<std::streamsize>(chunk.size())) ||
         stream.gcount() > 0) {
    text.append(chunk, 0, static_cast<std::size_t>(stream.gcount()));
  }
  if (stream.bad()) return std::unexpected("cannot be read to its end");
  return text;
}

}  // namespace fairrush::loadgen
