#include "base/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairrush {
namespace {

using testing::HasSubstr;

enum class Shape : std::uint8_t { round, square };

/// A table with one option of every kind.
class Options : public testing::Test {
 protected:
  Options() {
    table_.add({"users", "N", "How many users."}, users_, Between<std::uint32_t>{1, 1000});
    table_.add({"factor", "X", "A number."}, factor_, Between<double>{0, 1});
    table_.add({"timeout", "TIME", "How long to wait."}, timeout_,
               Between<Duration>{Duration(1), std::chrono::seconds(10)});
    table_.add({"limit", "BYTES", "How much to read."}, limit_,
               Between<ByteCount>{ByteCount{1}, ByteCount{4096}});
    table_.add({"share", "SHARE", "What part."}, share_, Between<Share>{Share{0}, Share{0.5}});
    table_.add({"out", "DIR", "Where to."}, out_);
    table_.add({"url", "URL", "What to test."}, url_);
    table_.add({"set", "KEY=VALUE", "Overrides."}, sets_);
    table_.add_flag({"quiet", "", "Say less."}, quiet_);
    table_.add_choice({"shape", "SHAPE", "What shape."}, shape_,
                      {{"round", Shape::round}, {"square", Shape::square}});
  }

  std::expected<CommandLine, std::vector<Problem>> parse(std::vector<std::string> arguments) {
    return parse_command_line(program_, table_, std::move(arguments));
  }
  std::string problems(std::vector<std::string> arguments) {
    const auto parsed = parse(std::move(arguments));
    return parsed ? "none" : format_problems(parsed.error());
  }

  ProgramInfo program_{.name = "tool",
                       .purpose = "Tests options.",
                       .positionals_hint = "FILE",
                       .positionals_min = 0,
                       .positionals_max = 1};
  std::uint32_t users_ = 300;
  double factor_ = 0.5;
  Duration timeout_ = std::chrono::seconds(5);
  ByteCount limit_{512};
  Share share_{0.2};
  std::string out_ = "runs";
  std::optional<std::string> url_;
  std::vector<std::string> sets_;
  bool quiet_ = false;
  Shape shape_ = Shape::round;
  OptionTable table_;
};

TEST_F(Options, KeepDefaultsWhenNothingIsGiven) {
  const auto parsed = parse({});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(users_, 300U);
  EXPECT_EQ(url_, std::nullopt);
  EXPECT_FALSE(parsed->help);
}

TEST_F(Options, TakeEveryKindOfValue) {
  const auto parsed =
      parse({"--users", "7",     "--factor=0.25", "--timeout", "200ms",   "--limit",  "1KiB",
             "--share", "10%",   "--out",         "x",         "--url",   "http://a", "--set",
             "a=1",     "--set", "b=2",           "--quiet",   "--shape", "square",   "input"});
  ASSERT_TRUE(parsed) << format_problems(parsed.error());
  EXPECT_EQ(users_, 7U);
  EXPECT_EQ(factor_, 0.25);
  EXPECT_EQ(timeout_, std::chrono::milliseconds(200));
  EXPECT_EQ(limit_.bytes, 1024U);
  EXPECT_DOUBLE_EQ(share_.of_one, 0.1);
  EXPECT_EQ(out_, "x");
  EXPECT_EQ(url_, "http://a");
  EXPECT_EQ(sets_, (std::vector<std::string>{"a=1", "b=2"}));
  EXPECT_TRUE(quiet_);
  EXPECT_EQ(shape_, Shape::square);
  EXPECT_EQ(parsed->positionals, std::vector<std::string>{"input"});
}

TEST_F(Options, AcceptTheirBoundsAndNothingBeyond) {
  EXPECT_TRUE(parse({"--users", "1"}));
  EXPECT_TRUE(parse({"--users", "1000"}));
  EXPECT_THAT(problems({"--users", "0"}),
              HasSubstr("--users: '0' is not accepted: expected an integer of 1 to 1,000"));
  EXPECT_THAT(problems({"--users", "1001"}), HasSubstr("'1001' is not accepted"));
  EXPECT_THAT(problems({"--timeout", "11s"}), HasSubstr("a duration of 1ns to 10s"));
  EXPECT_THAT(problems({"--share", "60%"}), HasSubstr("a share of 0.00% to 50.00%"));
  EXPECT_THAT(problems({"--limit", "1MiB"}), HasSubstr("a byte count of 1 B to 4.0 KiB"));
  EXPECT_THAT(problems({"--factor", "1.5"}), HasSubstr("a number of 0 to 1"));
}

TEST_F(Options, RefuseTextThatIsNoNumber) {
  for (const char* text : {"", "x", "1.5", "-1", "1e3", " 1", "99999999999999999999"}) {
    EXPECT_THAT(problems({std::string("--users=") + text}), HasSubstr("--users")) << text;
  }
  EXPECT_EQ(users_, 300U);
}

TEST_F(Options, RefuseANumberThatIsNotOne) {
  EXPECT_NE(problems({"--factor", "nan"}), "none");
  EXPECT_NE(problems({"--factor", "inf"}), "none");
}

TEST_F(Options, NameTheChoices) {
  EXPECT_THAT(problems({"--shape", "oval"}), HasSubstr("expected one of round, square"));
}

TEST_F(Options, ReportEveryProblemAtOnce) {
  const auto parsed = parse({"--users", "0", "--shape", "oval", "--timeout", "never"});
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().size(), 3U);
}

TEST_F(Options, AnswerAnUnknownNameWithTheNearestKnownOne) {
  EXPECT_THAT(problems({"--user", "7"}), HasSubstr("nearest is 'users'"));
  EXPECT_THAT(problems({"--timout=1s"}), HasSubstr("nearest is 'timeout'"));
}

TEST_F(Options, RefuseAnOptionGivenTwice) {
  EXPECT_THAT(problems({"--users", "1", "--users", "2"}),
              HasSubstr("--users: given more than once"));
}

TEST_F(Options, RefuseTooManyAndTooFewPositionals) {
  EXPECT_THAT(problems({"a", "b"}), HasSubstr("'b': takes FILE only"));
  program_.positionals_min = 1;
  EXPECT_THAT(problems({}), HasSubstr("tool: missing FILE"));
}

TEST_F(Options, ExplainThemselvesWithRangeAndDefault) {
  const auto parsed = parse({"--help"});
  ASSERT_TRUE(parsed);
  ASSERT_TRUE(parsed->help.has_value());
  EXPECT_THAT(*parsed->help, HasSubstr("--users N"));
  EXPECT_THAT(*parsed->help, HasSubstr("an integer of 1 to 1,000"));
  EXPECT_THAT(*parsed->help, HasSubstr("[300]"));
}

TEST_F(Options, EchoWhatIsInForceInTheOrderOfTheTable) {
  ASSERT_TRUE(parse({"--users", "7", "--set", "a=1", "--set", "b=2"}));
  const auto echo = table_.echo();
  ASSERT_EQ(echo.size(), 10U);
  EXPECT_EQ(echo[0], (std::pair<std::string, std::string>("users", "7")));
  EXPECT_EQ(echo[2].second, "5s");
  EXPECT_EQ(echo[7].second, "a=1, b=2");
  EXPECT_EQ(echo[8].second, "false");
}

TEST_F(Options, EchoTextThatAssignsTheSameValueAgain) {
  for (const auto& [name, value] : table_.echo()) {
    if (!value.empty()) EXPECT_TRUE(table_.assign(name, value)) << name;
  }
  EXPECT_EQ(timeout_, std::chrono::seconds(5));
}

TEST_F(Options, TakeAGrammarOfTheirOwn) {
  std::string word = "even";
  table_.add_custom(
      {"word", "WORD", "Even words."}, [&word] { return word; },
      [&word](std::string_view text) -> std::expected<void, std::string> {
        if (text.size() % 2 != 0) return std::unexpected("a word of even length");
        word = text;
        return {};
      });
  EXPECT_TRUE(table_.assign("word", "abcd"));
  EXPECT_EQ(word, "abcd");
  EXPECT_EQ(table_.assign("word", "abc").error(),
            "'abc' is not accepted: expected a word of even length");
}

}  // namespace
}  // namespace fairrush
