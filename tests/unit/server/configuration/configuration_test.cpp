#include "server/configuration/configuration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "server/configuration/layers.hpp"
#include "server/configuration/print.hpp"
#include "server/options.hpp"
#include "tests/unit/server/temporary_directory.hpp"

namespace fairrush::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// A program with an option of every kind, and files to configure it with.
class ConfigurationTest : public testing::Test {
 protected:
  struct Program {
    Program() {
      table.add({"config", "FILE", "The file."}, config);
      table.add({"users", "N", "How many."}, users, Between<std::uint32_t>{1, 1000});
      table.add({"factor", "X", "By how much."}, factor, Between<double>{0, 10});
      table.add({"idle-timeout", "TIME", "How long."}, idle,
                Between<Duration>{Duration(1), std::chrono::hours(1)});
      table.add({"limit", "BYTES", "How large."}, limit,
                Between<ByteCount>{ByteCount{1}, ByteCount{1 << 20}});
      table.add({"name", "TEXT", "What it is called."}, name);
      table.add({"peer", "HOST", "Whom it knows."}, peers);
      table.add_flag({"quiet", "", "Say less."}, quiet);
      table.add_choice<int>({"shape", "SHAPE", "What form."}, shape, {{"round", 0}, {"flat", 1}});
      table.add({.name = "key", .hint = "SECRET", .help = "What opens it.", .secret = true}, key);
      table.add({.name = "roster", .hint = "FILE", .help = "Who.", .is_path = true}, roster);
      table.add_flag({.name = "print-config", .hint = {}, .help = "Explain.", .of_this_call = true},
                     print);
    }

    std::optional<std::string> config;
    std::uint32_t users = 300;
    double factor = 0.5;
    Duration idle = std::chrono::seconds(75);
    ByteCount limit{8192};
    std::string name;
    std::vector<std::string> peers;
    bool quiet = false;
    int shape = 0;
    std::optional<std::string> key;
    std::string roster;
    bool print = false;
    OptionTable table;
  };

  std::string write(const std::string& text, const std::string& name = "a.toml") {
    const std::string path = directory_.file(name);
    std::ofstream(path) << text;
    return path;
  }

  static std::expected<Configuration, std::vector<Problem>> configure_program(
      Program& program, std::vector<std::string> arguments,
      std::vector<std::string> environment = {}) {
    static const ProgramInfo kInfo{.name = "tool", .purpose = "Tests.", .positionals_hint = ""};
    return configure(kInfo, program.table, {std::move(arguments), std::move(environment)},
                     [] { return std::vector<Problem>(); });
  }

  static std::string problems(std::vector<std::string> arguments,
                              std::vector<std::string> environment = {}) {
    Program program;
    const auto done = configure_program(program, std::move(arguments), std::move(environment));
    return done ? "none" : format_problems(done.error());
  }

  TemporaryDirectory directory_;
};

TEST_F(ConfigurationTest, TakesEveryKindOfValueFromAFile) {
  Program program;
  const std::string path = write(R"(
users = 7
factor = 2.5
idle-timeout = "200ms"
limit = "1KiB"
name = "a \"name\""
peer = ["one", "two"]
quiet = true
shape = "flat"
key = "hush"
)");
  ASSERT_TRUE(configure_program(program, {"--config", path}));
  EXPECT_EQ(program.users, 7U);
  EXPECT_EQ(program.factor, 2.5);
  EXPECT_EQ(program.idle, std::chrono::milliseconds(200));
  EXPECT_EQ(program.limit.bytes, 1024U);
  EXPECT_EQ(program.name, "a \"name\"");
  EXPECT_THAT(program.peers, ElementsAre("one", "two"));
  EXPECT_TRUE(program.quiet);
  EXPECT_EQ(program.shape, 1);
  EXPECT_EQ(program.key, "hush");
}

TEST_F(ConfigurationTest, LetsTheEnvironmentWinOverTheFileAndOptionsOverBoth) {
  const std::string path = write("users = 1\nname = \"file\"\nidle-timeout = \"1s\"\n");
  Program program;
  const auto done = configure_program(program, {"--config", path, "--name=option"},
                                      {"FAIRRUSH_NAME=variable", "FAIRRUSH_IDLE_TIMEOUT=2s"});
  ASSERT_TRUE(done);
  EXPECT_EQ(program.users, 1U);
  EXPECT_EQ(program.idle, std::chrono::seconds(2));
  EXPECT_EQ(program.name, "option");
  EXPECT_EQ(done->sources.at("users"), path + ":1:1");
  EXPECT_EQ(done->sources.at("idle-timeout"), "FAIRRUSH_IDLE_TIMEOUT");
  EXPECT_EQ(done->sources.at("name"), "--name");
  EXPECT_FALSE(done->sources.contains("shape"));
}

TEST_F(ConfigurationTest, ReplacesAListInsteadOfMakingItLonger) {
  const std::string path = write("peer = [\"a\", \"b\"]\n");
  Program program;
  ASSERT_TRUE(configure_program(program, {"--config", path, "--peer=c", "--peer=d"}));
  EXPECT_THAT(program.peers, ElementsAre("c", "d"));
}

TEST_F(ConfigurationTest, FindsTheFileByTheEnvironmentToo) {
  Program program;
  ASSERT_TRUE(configure_program(program, {}, {"FAIRRUSH_CONFIG=" + write("users = 9\n")}));
  EXPECT_EQ(program.users, 9U);
}

TEST_F(ConfigurationTest, TellsEveryProblemOfEveryPlaceAtOnce) {
  const std::string path =
      write("users = 0\n\n  user = 5\nname = 1979-05-27\nprint-config = true\n");
  const std::string text = problems({"--config", path, "--shape=oval", "--colour=red"},
                                    {"FAIRRUSH_LIMIT=much", "FAIRRUSH_USER=5"});
  EXPECT_THAT(text, HasSubstr(path + ":1:1: users: '0' is not accepted: expected an integer of 1"));
  EXPECT_THAT(text, HasSubstr(path + ":3:3: user: unknown name; nearest is 'users'"));
  EXPECT_THAT(text, HasSubstr(path + ":4:1: name: a date is not accepted"));
  EXPECT_THAT(text, HasSubstr(path + ":5:1: print-config: is for a command line"));
  EXPECT_THAT(text, HasSubstr("FAIRRUSH_LIMIT: limit: 'much' is not accepted: expected a byte"));
  EXPECT_THAT(text, HasSubstr("FAIRRUSH_USER: unknown variable; nearest is FAIRRUSH_USERS"));
  EXPECT_THAT(text, HasSubstr("--shape: 'oval' is not accepted: expected one of round, flat"));
  EXPECT_THAT(text, HasSubstr("--colour=red: unknown name"));
}

TEST_F(ConfigurationTest, TellsOfAWrongValueThatAnotherReplaces) {
  const std::string path = write("users = 0\n");
  EXPECT_THAT(problems({"--config", path, "--users=5"}), HasSubstr(path + ":1:1: users"));
}

TEST_F(ConfigurationTest, SaysWhereAFileIsNoToml) {
  const std::string path = write("users = 1\nname = \n");
  EXPECT_THAT(problems({"--config", path}), HasSubstr(path + ":2:"));
  EXPECT_THAT(problems({"--config", "/there/is/no.toml"}), HasSubstr("/there/is/no.toml"));
}

TEST_F(ConfigurationTest, NeverShowsASecretThatIsWrong) {
  Program program;
  std::string word;
  program.table.add_custom(
      {.name = "pin", .hint = "PIN", .help = "Four digits.", .secret = true},
      [&word] { return word; },
      [&word](std::string_view text) -> std::expected<void, std::string> {
        if (text.size() != 4) return std::unexpected("four digits");
        word = text;
        return {};
      });
  const auto done = configure_program(program, {}, {"FAIRRUSH_PIN=hunter2"});
  ASSERT_FALSE(done);
  EXPECT_THAT(format_problems(done.error()), Not(HasSubstr("hunter2")));
  EXPECT_THAT(format_problems(done.error()), HasSubstr("FAIRRUSH_PIN"));
}

TEST_F(ConfigurationTest, ReadsASecretFromTheFileThatAVariableNames) {
  Program program;
  ASSERT_TRUE(configure_program(program, {}, {"FAIRRUSH_KEY_FILE=" + write("hush\n", "key")}));
  EXPECT_EQ(program.key, "hush");
  EXPECT_THAT(problems({}, {"FAIRRUSH_KEY_FILE=/there/is/none"}),
              HasSubstr("FAIRRUSH_KEY_FILE: cannot read '/there/is/none'"));
}

TEST_F(ConfigurationTest, IgnoresVariablesOfOthersAndSaysSo) {
  Program program;
  const auto done = configure_program(
      program, {}, {"HOME=/", "FAIRRUSH_SERVICE_HOST=10.0.0.1", "FAIRRUSH_KILL_ROUNDS=20"});
  ASSERT_TRUE(done);
  EXPECT_THAT(done->ignored, ElementsAre("FAIRRUSH_SERVICE_HOST", "FAIRRUSH_KILL_ROUNDS"));
}

TEST_F(ConfigurationTest, LooksForFilesBesideTheFileThatNamesThem) {
  Program program;
  ASSERT_TRUE(configure_program(program, {"--config", write("roster = \"users.txt\"\n")}));
  EXPECT_EQ(program.roster, directory_.file("users.txt"));
}

TEST_F(ConfigurationTest, PrintsTextThatReadsBackAsTheSame) {
  Program given;
  const auto done = configure_program(
      given, {"--users=7", "--name", "odd \" \\ \n name\t\x7f", "--peer=a", "--peer=b,\"c",
              "--quiet", "--limit=8193", "--idle-timeout=1500us", "--shape=flat", "--key=hush"});
  ASSERT_TRUE(done);
  const std::string text = print_configuration(given.table, done->sources);
  EXPECT_THAT(text, Not(HasSubstr("hush")));
  EXPECT_THAT(text, HasSubstr("users = 7  # --users"));
  EXPECT_THAT(text, HasSubstr("factor = 0.5  # default"));
  EXPECT_THAT(text, HasSubstr("# key: set by --key, not shown"));
  Program read_back;
  const auto again = configure_program(read_back, {"--config", write(text)});
  ASSERT_TRUE(again) << format_problems(again.error());
  read_back.config.reset();
  read_back.key = "hush";
  EXPECT_EQ(read_back.table.echo(), given.table.echo());
  EXPECT_EQ(read_back.limit.bytes, 8193U);
  EXPECT_EQ(read_back.peers, given.peers);
}

TEST_F(ConfigurationTest, RunsTheLastCheckOnlyOverValuesThatAreAccepted) {
  Program program;
  const ProgramInfo info{.name = "tool", .purpose = "Tests.", .positionals_hint = ""};
  const auto refuse = [] { return std::vector<Problem>{{"users", "too few"}}; };
  const auto wrong = configure(info, program.table, {{"--users=0"}, {}}, refuse);
  EXPECT_THAT(format_problems(wrong.error()), Not(HasSubstr("too few")));
  const auto few = configure(info, program.table, {{"--users=1"}, {}}, refuse);
  ASSERT_FALSE(few);
  EXPECT_EQ(format_problems(few.error()), "users: too few\n");
}

TEST(ServerConfiguration, ReadsBackEveryOptionThatTheServerHas) {
  ServerOptions options;
  const OptionTable table = server_option_table(options);
  TemporaryDirectory directory;
  const std::string path = directory.file("printed.toml");
  std::ofstream(path) << print_configuration(table, {});
  ServerOptions read_back;
  OptionTable again = server_option_table(read_back);
  const ProgramInfo info{.name = "tool", .purpose = "Tests.", .positionals_hint = ""};
  const auto done = configure(info, again, {{"--config", path}, {}},
                              [&read_back] { return check_options(read_back); });
  ASSERT_TRUE(done) << format_problems(done.error());
  read_back.call.config.reset();
  EXPECT_EQ(again.echo(), table.echo());
  EXPECT_GT(done->sources.size(), 10U);
}

TEST(ServerConfiguration, HasAVariableOfItsOwnForEveryOption) {
  ServerOptions options;
  const OptionTable table = server_option_table(options);
  for (const OptionTable::Row& row : table.rows()) {
    if (row.info.of_this_call || row.default_text.empty() || row.flag) continue;
    const std::string entry = variable_of(row.info.name) + "=" + row.default_text;
    const Layer layer = read_environment(table, {entry});
    ASSERT_EQ(layer.assignments.size(), 1U) << entry;
    EXPECT_EQ(layer.assignments.front().option, row.info.name);
  }
}

}  // namespace
}  // namespace fairrush::server
