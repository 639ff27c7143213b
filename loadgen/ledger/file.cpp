#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "analysis/run/ledger_ndjson.hpp"
#include "loadgen/ledger/readers.hpp"

namespace fairrush::loadgen {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 20;

std::expected<std::string, std::string> text_of(const std::string& path) {
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

}  // namespace

LedgerRead read_csv_ledger(const LedgerSource& source, const std::string& /*event*/) {
  const auto text = text_of(source.place);
  return text ? analysis::parse_ledger_csv(*text) : std::unexpected(text.error());
}

LedgerRead read_ndjson_ledger(const LedgerSource& source, const std::string& /*event*/) {
  const auto text = text_of(source.place);
  return text ? analysis::parse_ledger_ndjson(*text) : std::unexpected(text.error());
}

}  // namespace fairrush::loadgen
