#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/run/facts.hpp"

namespace fairrush::cli {

/// What a self-test was made with: a result says nothing about another machine or version.
struct SelfTestKey {
  std::string machine;  ///< as in run.json
  std::string version;  ///< with commit
  std::string build_type;

  bool operator==(const SelfTestKey&) const = default;
};

/// Of this program on this machine.
SelfTestKey selftest_key();

struct KeptSelfTest {
  SelfTestKey key;
  std::vector<analysis::SelfTestFacts> results;  ///< one of each wiring
};

/// So many results are kept; the oldest go first.
inline constexpr std::size_t kSelfTestsKept = 32;

/// The file's text; the error says what is wrong with it. Pure.
std::expected<std::vector<KeptSelfTest>, std::string> parse_selftests(std::string_view text);
std::string format_selftests(const std::vector<KeptSelfTest>& kept);

/// Puts `added` in the place of an earlier result under the same key, or behind all others.
void keep_selftest(std::vector<KeptSelfTest>& kept, KeptSelfTest added);

/// $XDG_CACHE_HOME/fairrush/selftest.json, or the same below ~/.cache; unset where neither is
/// known.
std::optional<std::filesystem::path> selftest_path();

/// What was kept under this program's key; empty when nothing was. The error says, with path and
/// cause, why what is kept cannot be understood: then it is as if nothing was.
std::expected<std::vector<analysis::SelfTestFacts>, std::string> known_selftests();

/// Keeps the results of this program on this machine, one of each wiring. A file that cannot be
/// understood is replaced. Gives the path, or what prevents it with path and cause.
std::expected<std::filesystem::path, std::string> store_selftests(
    std::vector<analysis::SelfTestFacts> results);

}  // namespace fairrush::cli
