#include "loadgen/scenario/roster_file.hpp"

#include <gmock/gmock.h>

#include "tests/unit/loadgen/scenario_file.hpp"

namespace fairrush::loadgen {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

/// Ten users, user-0 to user-9.
class RosterFile : public ScenarioFile {
 protected:
  std::expected<RosterList, std::vector<Problem>> read(const std::string& text,
                                                       std::optional<std::string> column = {}) {
    const RosterOrder order{.file = write("entitled.csv", text).string(),
                            .column = std::move(column)};
    return read_roster(order, {.identity = "user-{index}", .users = 10});
  }
  std::string refusal_of(const std::string& text, std::optional<std::string> column = {}) {
    const auto list = read(text, std::move(column));
    return list ? "accepted" : format_problems(list.error());
  }
};

TEST_F(RosterFile, MarksTheUsersWhoseNamesStandInIt) {
  const auto list = read("user-8\nuser-0\nuser-3\n");
  ASSERT_TRUE(list) << format_problems(list.error());
  EXPECT_EQ(list->listed.names, 3U);
  EXPECT_EQ(list->listed.present(), 3U);
  for (std::uint32_t user = 0; user < 20; ++user) {
    EXPECT_EQ(list->listed.holds(UserIndex(user)), user == 0 || user == 3 || user == 8) << user;
  }
  EXPECT_EQ(describe_absent(*list), "");
  // printf 'user-8\nuser-0\nuser-3\n' | sha256sum
  EXPECT_EQ(to_hex(list->listed.sha256),
            "87f7d4108a4daff0072ba161386ab11b84bc45906c0d71122176884f8d481be5");
}

TEST_F(RosterFile, ReadsWhateverEndsALineOrMarksABeginning) {
  const auto list = read("\xEF\xBB\xBFuser-1\r\n\r\n\nuser-2");
  ASSERT_TRUE(list) << format_problems(list.error());
  EXPECT_EQ(list->listed.users, (Bytes{0b00000110, 0}));
  const auto column = read("\xEF\xBB\xBFuser,\"e,mail\"\r\n1,\"user-1\"\r\n2,user-2\r\n", "e,mail");
  ASSERT_TRUE(column) << format_problems(column.error());
  EXPECT_EQ(column->listed.users, list->listed.users);
}

TEST_F(RosterFile, CountsNamesThatNoUserHasAsMembersWhoNeverCome) {
  const auto list = read("user-1\nuser-10\nuser-11\nUser-2\nuser-12\n");
  ASSERT_TRUE(list) << format_problems(list.error());
  EXPECT_EQ(list->listed.names, 5U);
  EXPECT_EQ(list->listed.present(), 1U);
  EXPECT_EQ(describe_absent(*list),
            "of the 5 names on the roster 4 are no user's of this run, 'user-10', 'user-11', "
            "'User-2' and so on: they count as members who never come");
}

TEST_F(RosterFile, RefusesAListThatIsNoneOfThisPopulation) {
  EXPECT_THAT(refusal_of("a@x\nb@x\n"),
              HasSubstr("none of its 2 names is a user's: it has 'a@x', 'b@x', and users are "
                        "called 'user-0' and so on (target.user)"));
  EXPECT_THAT(refusal_of(""), HasSubstr("names nobody"));
  EXPECT_THAT(refusal_of("\n\r\n"), HasSubstr("names nobody"));
  EXPECT_THAT(refusal_of("email\n", "email"), HasSubstr("names nobody"));
}

TEST_F(RosterFile, SaysEverythingThatIsWrongWithItAndWhere) {
  const std::string problems = refusal_of("user-1\nstranger\nuser-1\nuser-2\t\nstranger\n");
  EXPECT_THAT(problems, HasSubstr("entitled.csv:3: 'user-1' stands twice, expected it once"));
  EXPECT_THAT(problems, HasSubstr("entitled.csv:4: 'user-2?' holds a control character"));
  EXPECT_THAT(problems, HasSubstr("entitled.csv:5: 'stranger' stands twice"));
  EXPECT_THAT(refusal_of("user-1,\xff\n"), EndsWith("entitled.csv: expected UTF-8\n"));
  EXPECT_THAT(refusal_of("\xFF\xFEu"), HasSubstr("UTF-16, expected UTF-8"));
}

TEST_F(RosterFile, SaysWhichColumnsThereAre) {
  EXPECT_THAT(refusal_of("user,tier\nuser-1,gold\n", "email"),
              HasSubstr("entitled.csv:1: the header has no column 'email', expected it once among "
                        "'user', 'tier' (event.roster_column)"));
  EXPECT_THAT(refusal_of("a,a\nuser-1,user-2\n", "a"), HasSubstr("several columns 'a'"));
  EXPECT_THAT(refusal_of("tier,user\ngold,user-1\ngold\nnone,\n", "user"),
              HasSubstr("entitled.csv:3: no name"));
}

TEST_F(RosterFile, ShowsTheFirstTwentyWrongLinesAndCountsTheRest) {
  std::string text;
  for (int line = 0; line < 30; ++line) text += "user-1\n";
  const std::string problems = refusal_of(text);
  EXPECT_THAT(problems, HasSubstr("entitled.csv:21: "));
  EXPECT_THAT(problems, testing::Not(HasSubstr("entitled.csv:22: ")));
  EXPECT_THAT(problems, HasSubstr("9 further lines are wrong"));
}

TEST_F(RosterFile, SaysThatThereIsNoFile) {
  const auto list = read_roster({.file = (folder_ / "none.csv").string()}, {.users = 10});
  ASSERT_FALSE(list);
  EXPECT_THAT(
      format_problems(list.error()),
      HasSubstr("none.csv: cannot be opened: No such file or directory: expected the list"));
}

}  // namespace
}  // namespace fairrush::loadgen
