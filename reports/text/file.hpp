#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace fairrush::reports {

/// A file that appears whole or not at all: it is written beside its final name and renamed into
/// place by `commit`. One thread.
class OutputFile {
 public:
  /// Prepares to write `path`, whose directory must exist. Problems show in `commit`.
  explicit OutputFile(std::filesystem::path path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  /// Removes what was not committed.
  ~OutputFile();

  /// Appends `text`. After the first problem further text is dropped; `commit` tells.
  void write(std::string_view text);

  /// Brings everything to the disk and gives the file its name. The error names path and cause.
  std::expected<void, std::string> commit();

 private:
  void drain();
  void fail(std::string_view doing);
  bool healthy() const { return problem_.empty(); }

  std::filesystem::path path_;
  std::filesystem::path partial_;
  std::string buffer_;
  std::string problem_;
  int descriptor_ = -1;
};

/// A whole file.
struct FileText {
  std::filesystem::path path;
  std::string text;
};

/// Writes files one after the other, each as `OutputFile` does, and gives their paths back. Stops
/// at the first error, which names path and cause.
std::expected<std::vector<std::filesystem::path>, std::string> write_files(
    const std::vector<FileText>& files);

}  // namespace fairrush::reports
