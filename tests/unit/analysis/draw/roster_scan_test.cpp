#include "analysis/draw/roster_scan.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/draw/merkle.hpp"

namespace fairrush::analysis {
namespace {

using testing::HasSubstr;

std::expected<ScannedRoster, std::string> scan(std::string_view text, RosterQuery query = {},
                                               std::size_t chunk = 1'000'000) {
  RosterScan roster(std::move(query));
  while (!text.empty()) {
    const std::string_view part = text.substr(0, chunk);
    if (const auto fed = roster.feed(part); !fed) return std::unexpected(fed.error());
    text.remove_prefix(part.size());
  }
  return roster.finish();
}

Digest root_of(const std::vector<std::string>& tokens) {
  std::vector<Digest> leaves;
  for (const std::string& token : tokens) leaves.push_back(merkle_leaf(bytes_of(token)));
  return MerkleTree(std::move(leaves)).root();
}

std::string why_not(std::string_view text) {
  const auto roster = scan(text);
  return roster ? "it was accepted" : roster.error();
}

TEST(RosterScan, HasTheRootOfTheWholeTreeWhateverTheChunks) {
  const std::string text = "ada\nbob\nçédille\nd\ne\n";
  for (std::size_t chunk = 1; chunk <= text.size(); ++chunk) {
    const auto roster = scan(text, {}, chunk);
    ASSERT_TRUE(roster) << roster.error();
    EXPECT_EQ(roster->size, 5U);
    EXPECT_EQ(roster->root, root_of({"ada", "bob", "çédille", "d", "e"}));
  }
}

TEST(RosterScan, ReadsTheLineEndsOfEverySystemAndNoLineEndAtAll) {
  const Digest root = root_of({"ada", "bob"});
  for (const std::string_view text : {"ada\nbob\n", "ada\r\nbob\r\n", "ada\nbob", "ada\r\nbob",
                                      "\xEF\xBB\xBF"
                                      "ada\nbob\n",
                                      "ada\nbob\n\n\r\n"}) {
    const auto roster = scan(text);
    ASSERT_TRUE(roster) << roster.error();
    EXPECT_EQ(roster->root, root) << text;
    EXPECT_EQ(roster->size, 2U);
  }
}

TEST(RosterScan, TakesNothingOffATokenButItsLineEnd) {
  EXPECT_NE(scan("ada \n")->root, root_of({"ada"}));
  EXPECT_EQ(scan(" ada \n")->root, root_of({" ada "}));
}

TEST(RosterScan, NamesTheLineThatIsNoToken) {
  EXPECT_THAT(why_not("ada\n\nbob\n"), HasSubstr("line 2: empty"));
  EXPECT_THAT(why_not("\nada\n"), HasSubstr("line 1: empty"));
  EXPECT_THAT(why_not("ada\nb\xffz\n"), HasSubstr("line 2: bytes that are not UTF-8"));
  EXPECT_THAT(why_not("ada\nbob\nc\x1b[2J\n"), HasSubstr("line 3: a control character"));
  EXPECT_THAT(why_not(std::string("a\0b\n", 4)), HasSubstr("line 1: a control character"));
  EXPECT_THAT(why_not("ada\rbob\n"), HasSubstr("line 1: a control character"));
  EXPECT_THAT(why_not("ada\n" + std::string(kTokenBytesMax + 1, 'x') + "\n"),
              HasSubstr("line 2: longer than 1024 bytes"));
}

TEST(RosterScan, HoldsNoMoreThanOneLineOfAFileThatHasNone) {
  RosterScan roster;
  const std::string piece(512, 'x');
  int fed = 0;
  while (fed < 10 && roster.feed(piece)) ++fed;
  EXPECT_EQ(fed, 2);
  EXPECT_TRUE(scan(std::string(kTokenBytesMax, 'x') + "\r\n"));
}

TEST(RosterScan, ProvesAnyTicketByNumberOrToken) {
  std::string text;
  for (int user = 1; user <= 23; ++user) text += fmt::format("user-{}\n", user);
  const Digest root = scan(text)->root;
  for (std::uint32_t ticket = 1; ticket <= 23; ++ticket) {
    const std::string token = fmt::format("user-{}", ticket);
    for (const RosterQuery& query : {RosterQuery{TicketNumber(ticket), {}}, {{}, token}}) {
      const auto roster = scan(text, query, 7);
      ASSERT_TRUE(roster && roster->proof);
      EXPECT_EQ(roster->proof->ticket, TicketNumber(ticket));
      EXPECT_EQ(roster->proof->token, token);
      EXPECT_TRUE(verify_inclusion(
          {merkle_leaf(bytes_of(token)), ticket - 1, roster->size, roster->proof->path}, root));
    }
  }
  EXPECT_FALSE(scan(text, {TicketNumber(24), {}})->proof);
  EXPECT_FALSE(scan(text, {TicketNumber(0), {}})->proof);
  EXPECT_FALSE(scan(text, {{}, "user-2 "})->proof);
}

TEST(RosterScan, IsEmptyWithoutTokens) {
  const auto roster = scan("");
  ASSERT_TRUE(roster);
  EXPECT_EQ(roster->size, 0U);
  EXPECT_EQ(roster->root, sha256({}));
}

std::optional<std::string> repetition_in(std::string_view text,
                                         const std::vector<std::uint64_t>& marks) {
  RepetitionSearch search(marks);
  EXPECT_TRUE(search.feed(text));
  EXPECT_TRUE(search.finish());
  return search.found();
}

TEST(RepetitionSearch, NamesBothLinesOfATokenThatStandsTwice) {
  const std::string text = "ada\nbob\ncarol\nbob\nada\n";
  const auto roster = scan(text);
  ASSERT_EQ(roster->repeated_marks.size(), 2U);
  EXPECT_EQ(repetition_in(text, roster->repeated_marks), "line 4 has the same token as line 2");
}

TEST(RepetitionSearch, IsNotAskedForWhenAllTokensDiffer) {
  EXPECT_TRUE(scan("ada\nbob\ncarol\n")->repeated_marks.empty());
}

TEST(RepetitionSearch, LetsDifferentTokensShareAMark) {
  const auto mark = RosterScan::mark_of(merkle_leaf(bytes_of("ada")));
  EXPECT_EQ(repetition_in("ada\nbob\n", {mark}), std::nullopt);
  EXPECT_EQ(repetition_in("ada\nbob\nada", {mark}), "line 3 has the same token as line 1");
}

}  // namespace
}  // namespace fairrush::analysis
