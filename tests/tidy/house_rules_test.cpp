// The rules of the house that a machine can check.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>

#include "tests/tidy/house.hpp"

namespace fairrush::tidy {
namespace {

using testing::IsEmpty;

constexpr std::size_t kFileLinesMax = 500;
constexpr std::size_t kFunctionLinesMax = 70;
constexpr std::size_t kColumnsMax = 100;
constexpr std::size_t kFolderFilesMax = 24;  // twelve units, each a header and its source

/// Which rooms a room may include from, besides itself. The instrument and the verifier share no
/// line with the server but base: a bug in a shared rule would hide from both.
const std::map<std::string, std::set<std::string>>& arrows() {
  static const std::map<std::string, std::set<std::string>> kArrows{
      {"base", {}},
      {"analysis", {"base"}},
      {"loadgen", {"base", "analysis"}},
      {"reports", {"base", "analysis"}},
      {"server", {"base"}},
      {"cli", {"base", "analysis", "loadgen", "reports"}},
  };
  return kArrows;
}

/// The one place outside the arrows: there the simulator meets the server's pure rules.
bool is_bridge(const SourceFile& file, std::string_view include) {
  return file.path.starts_with("cli/simulate/rush_target.") &&
         (include.starts_with("server/designs/") || include.starts_with("server/domain/") ||
          include == "server/faults/faults.hpp");
}

/// What keeps `analysis` pure, and every Asio include in the thin shells.
const std::map<std::string, std::set<std::string>>& forbidden_words() {
  static const std::map<std::string, std::set<std::string>> kForbidden{
      {"analysis",
       {"boost/asio", "boost/beast", "<thread>", "<random>", "_clock::now", "sys/socket.h"}},
      {"reports", {"boost/asio", "boost/beast", "<thread>", "_clock::now"}},
      {"server/domain", {"boost/asio", "boost/beast", "sqlite3.h", "<thread>", "_clock::now"}},
      {"server/designs", {"boost/asio", "boost/beast", "sqlite3.h", "<thread>", "_clock::now"}},
      {"loadgen/schedule", {"boost/asio", "boost/beast", "<thread>", "_clock::now"}},
      {"loadgen/simulation", {"boost/asio", "boost/beast", "_clock::now", "sys/socket.h"}},
  };
  return kForbidden;
}

std::vector<std::string> forbidden_arrows(const std::vector<SourceFile>& files) {
  std::vector<std::string> found;
  for (const SourceFile& file : files) {
    const auto allowed = arrows().find(file.room());
    if (allowed == arrows().end()) continue;
    for (const std::string& include : includes_of(file)) {
      const std::string room = include.substr(0, include.find('/'));
      if (!arrows().contains(room) || room == file.room() || is_bridge(file, include)) continue;
      if (!allowed->second.contains(room)) {
        found.push_back(fmt::format("{} includes {}", file.path, include));
      }
    }
  }
  return found;
}

TEST(House, KeepsItsArrows) {
  EXPECT_THAT(forbidden_arrows(sources()), IsEmpty());
}

TEST(House, WouldSeeAForbiddenArrow) {
  const SourceFile wrong{"analysis/x.cpp", {"#include \"server/domain/event.hpp\""}};
  EXPECT_EQ(forbidden_arrows({wrong}).size(), 1U);
}

TEST(House, KeepsItsPureRoomsPure) {
  for (const SourceFile& file : sources()) {
    for (const auto& [place, words] : forbidden_words()) {
      if (!file.path.starts_with(place + "/")) continue;
      for (const std::string& line : file.lines) {
        for (const std::string& word : words) {
          EXPECT_EQ(line.find(word), std::string::npos) << file.path << ": " << line;
        }
      }
    }
  }
}

/// Types that two headers of a room define under one name: the linker would take one for the other.
std::vector<std::string> types_defined_twice(const std::vector<SourceFile>& files) {
  static const std::regex kDefinition(
      R"(^(?:class|struct|enum class) (\w+)(?: final)?(?: : .*)? \{$)");
  std::map<std::pair<std::string, std::string>, std::string> known;
  std::vector<std::string> found;
  for (const SourceFile& file : files) {
    if (!file.is_header() || file.room() == "tests") continue;
    for (const std::string& line : file.lines) {
      std::smatch match;
      if (!std::regex_match(line, match, kDefinition)) continue;
      const auto [place, fresh] = known.try_emplace({file.room(), match[1]}, file.path);
      if (!fresh) {
        found.push_back(fmt::format("{}: {} and {}", match[1].str(), place->second, file.path));
      }
    }
  }
  return found;
}

TEST(House, DefinesEveryTypeOnce) {
  EXPECT_THAT(types_defined_twice(sources()), IsEmpty());
}

TEST(House, WouldSeeATypeThatIsDefinedTwice) {
  const SourceFile one{"server/a/x.hpp", {"class Told final : public Base {"}};
  const SourceFile other{"server/b/x.hpp", {"struct Told {"}};
  const SourceFile elsewhere{"loadgen/x.hpp", {"struct Told {"}};
  EXPECT_EQ(types_defined_twice({one, other, elsewhere}).size(), 1U);
}

TEST(House, HasNoFileTooLongToRead) {
  for (const SourceFile& file : sources()) {
    EXPECT_LE(file.lines.size(), kFileLinesMax) << file.path;
  }
}

TEST(House, HasNoLineTooWideToRead) {
  for (const SourceFile& file : sources()) {
    for (std::size_t number = 0; number < file.lines.size(); ++number) {
      const std::string& line = file.lines[number];
      if (line.starts_with("#include")) continue;
      const auto columns =
          std::ranges::count_if(line, [](char c) { return (c & '\xC0') != '\x80'; });
      EXPECT_LE(columns, static_cast<std::ptrdiff_t>(kColumnsMax))
          << file.path << ":" << number + 1;
    }
  }
}

TEST(House, HasNoFunctionTooLongToRead) {
  for (const SourceFile& file : sources()) {
    for (const LongFunction& function : long_functions(file, kFunctionLinesMax)) {
      ADD_FAILURE() << file.path << ": " << function.lines << " lines: " << function.signature;
    }
  }
}

TEST(House, WouldSeeALongFunction) {
  SourceFile file{"x.cpp", {"int f() {"}};
  file.lines.resize(kFunctionLinesMax + 1, "  g();");
  file.lines.emplace_back("}");
  EXPECT_EQ(long_functions(file, kFunctionLinesMax).size(), 1U);
}

TEST(House, HasNoFolderThatIsADrawer) {
  std::map<std::string, std::size_t> files_in;
  for (const SourceFile& file : sources()) ++files_in[file.folder()];
  for (const auto& [folder, files] : files_in) EXPECT_LE(files, kFolderFilesMax) << folder;
}

TEST(House, ExplainsEveryFolder) {
  std::set<std::string> explained;
  for (const SourceFile& file : texts()) {
    if (file.path.ends_with("README.md")) explained.insert(file.folder());
  }
  for (const SourceFile& file : sources()) {
    // The tests mirror the rooms; one page explains them all.
    const std::string folder = file.room() == "tests" ? "tests" : file.folder();
    EXPECT_TRUE(explained.contains(folder)) << folder << " has no README.md";
  }
}

TEST(House, BuildsEverySource) {
  std::map<std::string, std::string> listed;  // folder of a CMakeLists.txt → its text
  for (const SourceFile& file : texts()) {
    if (!file.path.ends_with("CMakeLists.txt")) continue;
    for (const std::string& line : file.lines) listed[file.folder()] += line + "\n";
  }
  for (const SourceFile& file : sources()) {
    if (file.is_header()) continue;
    const bool found = std::ranges::any_of(listed, [&file](const auto& list) {
      if (!file.path.starts_with(list.first + "/")) return false;
      return list.second.find(file.path.substr(list.first.size() + 1)) != std::string::npos;
    });
    EXPECT_TRUE(found) << file.path << " is in no CMakeLists.txt";
  }
}

TEST(House, UsesEveryHeader) {
  const auto files = sources();
  std::set<std::string> included;
  for (const SourceFile& file : files) {
    for (const std::string& include : includes_of(file)) {
      included.insert(include);
      included.insert(file.folder() + "/" + include);  // beside the including file, in tests
    }
  }
  for (const SourceFile& file : files) {
    if (file.is_header()) EXPECT_TRUE(included.contains(file.path)) << file.path;
  }
}

TEST(House, SpeaksOfItselfAlone) {
  // Written in halves, so that this file does not find itself.
  const std::set<std::string> unwanted{std::string("TO") + "DO", std::string("FIX") + "ME",
                                       std::string("/wo") + "rk/", std::string("/ro") + "ot/"};
  auto files = sources();
  const auto more = texts();
  files.insert(files.end(), more.begin(), more.end());
  for (const SourceFile& file : files) {
    for (const std::string& line : file.lines) {
      for (const std::string& word : unwanted) {
        EXPECT_EQ(line.find(word), std::string::npos) << file.path << ": " << line;
      }
    }
  }
}

}  // namespace
}  // namespace fairrush::tidy
