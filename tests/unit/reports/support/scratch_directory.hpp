#pragma once

#include <filesystem>

namespace fairrush::reports::testing {

/// An empty directory for one test, removed with all it holds. Throws when there is no place.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory();

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace fairrush::reports::testing
