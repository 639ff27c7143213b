#include "cli/selftest/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "analysis/run/json_text.hpp"
#include "base/version.hpp"
#include "loadgen/execution/machine.hpp"
#include "reports/text/file.hpp"

namespace fairrush::cli {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

constexpr std::int64_t kVersion = 2;

json::object to_json(const analysis::SelfTestFacts& result) {
  return {{"transport", result.wiring.transport},
          {"pacing", result.wiring.pacing},
          {"measured_at", result.measured_at},
          {"error_p50_ns", result.error_p50_ns},
          {"error_p99_ns", result.error_p99_ns},
          {"click_error_p99_ns", result.click_error_p99_ns},
          {"passed", result.passed}};
}

json::object to_json(const KeptSelfTest& kept) {
  json::array results;
  for (const analysis::SelfTestFacts& result : kept.results) results.push_back(to_json(result));
  return {{"machine", kept.key.machine},
          {"version", kept.key.version},
          {"build_type", kept.key.build_type},
          {"wirings", std::move(results)}};
}

std::string text_in(const json::object& object, std::string_view key) {
  return std::string(object.at(key).as_string());
}

analysis::SelfTestFacts result_in(const json::object& object) {
  const auto number = [&object](std::string_view key) {
    return object.at(key).to_number<std::uint64_t>();
  };
  return {
      .measured_at = text_in(object, "measured_at"),
      .wiring = {.transport = text_in(object, "transport"), .pacing = text_in(object, "pacing")},
      .error_p50_ns = number("error_p50_ns"),
      .error_p99_ns = number("error_p99_ns"),
      .click_error_p99_ns = number("click_error_p99_ns"),
      .passed = object.at("passed").as_bool()};
}

KeptSelfTest kept_in(const json::object& object) {
  KeptSelfTest kept{.key = {text_in(object, "machine"), text_in(object, "version"),
                            text_in(object, "build_type")},
                    .results = {}};
  for (const json::value& result : object.at("wirings").as_array()) {
    kept.results.push_back(result_in(result.as_object()));
  }
  return kept;
}

/// What is kept there; nothing where there is no file.
std::expected<std::vector<KeptSelfTest>, std::string> read_kept(const fs::path& path) {
  std::ifstream file(path);
  if (!file) return {};
  std::ostringstream text;
  text << file.rdbuf();
  return parse_selftests(text.str());
}

/// A directory that the environment names; a relative one does not count.
std::optional<fs::path> directory_in(const char* variable) {
  const char* const value = std::getenv(variable);
  if (value == nullptr || *value != '/') return std::nullopt;
  return fs::path(value);
}

}  // namespace

SelfTestKey selftest_key() {
  return {.machine = loadgen::machine_line(),
          .version = version_text(),
          .build_type = std::string(version().build_type)};
}

std::expected<std::vector<KeptSelfTest>, std::string> parse_selftests(std::string_view text) {
  const auto document = analysis::parse_json(text);
  if (!document) return std::unexpected(document.error());
  try {
    const json::object& object = document->as_object();
    if (object.at("version").to_number<std::int64_t>() != kVersion) {
      return std::unexpected("another version wrote it");
    }
    std::vector<KeptSelfTest> kept;
    for (const json::value& value : object.at("selftests").as_array()) {
      kept.push_back(kept_in(value.as_object()));
    }
    return kept;
  } catch (const std::exception& error) {
    return std::unexpected(fmt::format("not a list of self-tests: {}", error.what()));
  }
}

std::string format_selftests(const std::vector<KeptSelfTest>& kept) {
  json::array list;
  for (const KeptSelfTest& one : kept) list.push_back(to_json(one));
  return json::serialize(json::object{{"version", kVersion}, {"selftests", std::move(list)}}) +
         "\n";
}

void keep_selftest(std::vector<KeptSelfTest>& kept, KeptSelfTest added) {
  std::erase_if(kept, [&added](const KeptSelfTest& one) { return one.key == added.key; });
  kept.push_back(std::move(added));
  if (kept.size() > kSelfTestsKept) {
    kept.erase(kept.begin(), kept.end() - static_cast<std::ptrdiff_t>(kSelfTestsKept));
  }
}

std::optional<fs::path> selftest_path() {
  auto cache = directory_in("XDG_CACHE_HOME");
  if (!cache) {
    if (const auto home = directory_in("HOME")) cache = *home / ".cache";
  }
  if (!cache) return std::nullopt;
  return *cache / "fairrush" / "selftest.json";
}

std::expected<std::vector<analysis::SelfTestFacts>, std::string> known_selftests() {
  const auto path = selftest_path();
  if (!path) return {};
  const auto all = read_kept(*path);
  if (!all) return std::unexpected(fmt::format("'{}': {}", path->string(), all.error()));
  const auto found = std::ranges::find(*all, selftest_key(), &KeptSelfTest::key);
  if (found == all->end()) return {};
  return found->results;
}

std::expected<fs::path, std::string> store_selftests(std::vector<analysis::SelfTestFacts> results) {
  const auto path = selftest_path();
  if (!path) return std::unexpected("neither XDG_CACHE_HOME nor HOME names a directory");
  std::error_code error;
  fs::create_directories(path->parent_path(), error);
  if (error) {
    return std::unexpected(
        fmt::format("'{}' cannot be created: {}", path->parent_path().string(), error.message()));
  }
  std::vector<KeptSelfTest> kept = read_kept(*path).value_or(std::vector<KeptSelfTest>());
  keep_selftest(kept, {selftest_key(), std::move(results)});
  const auto written = reports::write_files({{*path, format_selftests(kept)}});
  if (!written) return std::unexpected(written.error());
  return *path;
}

}  // namespace fairrush::cli
