#include "cli/run_files.hpp"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <chrono>

#include "base/clock.hpp"

namespace fairrush::cli {
namespace {

namespace fs = std::filesystem;

fs::path free_directory(const std::string& run) {
  const auto now = std::chrono::floor<std::chrono::seconds>(RealClock().wall_now());
  const std::string name = fmt::format("{}-{:%Y%m%d-%H%M%S}", run,
                                       fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
  fs::path directory = fs::path("runs") / name;
  for (int number = 2; fs::exists(directory); ++number) {
    directory = fs::path("runs") / fmt::format("{}-{}", name, number);
  }
  return directory;
}

}  // namespace

std::expected<fs::path, std::string> make_out_directory(const fs::path& out) {
  std::error_code error;
  fs::create_directories(out, error);
  if (error) {
    return std::unexpected(
        fmt::format("--out: '{}' cannot be created: {}", out.string(), error.message()));
  }
  if (!fs::is_empty(out, error) || error) {
    return std::unexpected(
        fmt::format("--out: '{}' is not empty: expected a new or empty directory", out.string()));
  }
  return out;
}

std::expected<fs::path, std::string> make_run_directory(const std::optional<fs::path>& out,
                                                        const std::string& name) {
  return make_out_directory(out ? *out : free_directory(name));
}

std::expected<fs::path, std::string> write_reports(const reports::ReportInput& input,
                                                   const fs::path& directory) {
  fs::path opened_first;
  for (const reports::Format& format : reports::formats()) {
    if (!format.by_default) continue;
    const auto written = format.write(input, directory);
    if (!written) return std::unexpected(written.error());
    if (format.name == "html") opened_first = written->front();
  }
  return opened_first;
}

}  // namespace fairrush::cli
