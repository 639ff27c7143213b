#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "analysis/draw/roster_scan.hpp"
#include "base/draw/digest.hpp"

namespace fairrush::cli {

/// A whole file of at most a gigabyte. The error names the file, here and below.
std::expected<std::string, std::string> read_whole(const std::filesystem::path& file);

/// Reads a file and parses it; the error of `parse` is put after the file's name.
template <class Parse>
auto read_document(const std::filesystem::path& file, Parse parse)
    -> decltype(parse(std::string_view())) {
  const auto text = read_whole(file);
  if (!text) return std::unexpected(text.error());
  auto document = parse(std::string_view(*text));
  if (!document) return std::unexpected(file.string() + ": " + document.error());
  return document;
}

/// The 32 bytes of a secret file: 64 hexadecimal digits and a line's end.
std::expected<Bytes, std::string> read_secret(const std::filesystem::path& file);

/// A roster file as it is scanned, and what is the same in it.
struct RosterFile {
  analysis::ScannedRoster roster;
  std::optional<std::string> repetition;  ///< see `analysis::RepetitionSearch`
};

/// Streams a roster file through a scan, a second time only when marks repeat.
std::expected<RosterFile, std::string> scan_roster(const std::filesystem::path& file,
                                                   analysis::RosterQuery query);

/// The same, where a repeated token is an error as well.
std::expected<analysis::ScannedRoster, std::string> usable_roster(const std::filesystem::path& file,
                                                                  analysis::RosterQuery query);

}  // namespace fairrush::cli
