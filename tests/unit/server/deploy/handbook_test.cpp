// docs/operations.md against the server.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/command_line.hpp"
#include "server/configuration/print.hpp"
#include "server/options.hpp"
#include "tests/unit/server/deploy/files.hpp"

namespace fairrush::server {
namespace {

constexpr std::string_view kBegin = "<!-- options: begin -->\n";
constexpr std::string_view kEnd = "<!-- options: end -->\n";

TEST(OperationsPage, HasTheTableOfOptionsAsItIs) {
  const auto path = in_repository("docs/operations.md");
  std::string page = text_of_file(path);
  const std::size_t begin = page.find(kBegin);
  const std::size_t end = page.find(kEnd);
  ASSERT_TRUE(begin != std::string::npos && end != std::string::npos);
  ServerOptions options;
  const std::string table = options_markdown(server_option_table(options));
  const std::size_t start = begin + kBegin.size();
  if (std::getenv("FAIRRUSH_UPDATE_GOLDEN") != nullptr) {
    page.replace(start, end - start, table);
    std::ofstream(path, std::ios::binary) << page;
    return;
  }
  EXPECT_EQ(page.substr(start, end - start), table)
      << "set FAIRRUSH_UPDATE_GOLDEN to write the page anew";
}

TEST(OperationsPage, ExplainsEveryMetric) {
  const std::string page = text_of_file(in_repository("docs/operations.md"));
  for (const std::string& name : exported_metrics()) {
    EXPECT_NE(page.find("`" + name + "`"), std::string::npos) << name;
  }
}

TEST(ServerHelp, NamesEveryOptionOfTheTable) {
  ServerOptions options;
  const OptionTable table = server_option_table(options);
  const ProgramInfo program{.name = "fairrush-server", .purpose = "", .positionals_hint = ""};
  const auto split = split_command_line(program, table, {"--help"});
  ASSERT_TRUE(split.line.help);
  for (const OptionTable::Row& row : table.rows()) {
    EXPECT_NE(split.line.help->find("--" + row.info.name), std::string::npos) << row.info.name;
    if (row.flag) continue;
    EXPECT_NE(split.line.help->find(row.accepted), std::string::npos) << row.info.name;
  }
}

}  // namespace
}  // namespace fairrush::server
