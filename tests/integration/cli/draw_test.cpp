// The draw as operator and participant have it: a process, plain files, an exit code.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/integration/cli/command.hpp"

namespace fairrush::cli_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string tokens(int from, int to) {
  std::string text;
  for (int user = from; user <= to; ++user) text += fmt::format("user-{}\n", user);
  return text;
}

/// An operator's desk after a finished draw of 60 out of 300.
class FinishedDraw : public testing::Test {
 protected:
  FinishedDraw() {
    work_.write("roster.txt", tokens(1, 300));
    EXPECT_EQ(draw({"commit", "2024-05-01", "--out", at("commitment.json"), "--secret-out",
                    at("secret.hex"), "--coupons", "20%"})
                  .exit_code,
              0);
    run_ = draw({"run", "2024-05-01", "--roster", at("roster.txt"), "--secret", at("secret.hex"),
                 "--commitment", at("commitment.json"), "--out", at("draw.json")});
    EXPECT_EQ(run_.exit_code, 0) << run_.err;
  }

  static CommandEnd draw(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "draw");
    return run_command(std::move(arguments));
  }
  std::string at(const std::string& name) const { return work_.path(name); }
  CommandEnd verify(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"verify", at("draw.json")});
    return draw(std::move(arguments));
  }
  /// Writes the draw with one text in it replaced.
  void change(const std::string& from, const std::string& to) const {
    std::string text = read_file(at("draw.json"));
    const std::size_t place = text.find(from);
    ASSERT_NE(place, std::string::npos) << from;
    work_.write("draw.json", text.replace(place, from.size(), to));
  }

  const WorkDirectory work_;
  CommandEnd run_;
};

TEST_F(FinishedDraw, KeepsItsSecretToItsOwnerAndOverwritesNothing) {
  struct stat status{};
  ASSERT_EQ(stat(at("secret.hex").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  const std::string secret = read_file(at("secret.hex"));
  EXPECT_THAT(run_.out, Not(HasSubstr(secret.substr(0, 64))));
  const auto again =
      draw({"commit", "2024-05-01", "--out", at("other.json"), "--secret-out", at("secret.hex")});
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_THAT(again.err, HasSubstr("secret.hex"));
  EXPECT_EQ(read_file(at("secret.hex")), secret);
  EXPECT_FALSE(std::filesystem::exists(at("other.json")));
  EXPECT_EQ(draw({"commit", "e", "--out", at("commitment.json"), "--secret-out", at("new.hex")})
                .exit_code,
            2);
  EXPECT_FALSE(std::filesystem::exists(at("new.hex"))) << "a secret without its commitment";
}

TEST_F(FinishedDraw, SaysThatItRanWithoutABeacon) {
  EXPECT_THAT(run_.out, HasSubstr("drawn   60 of 300"));
  EXPECT_THAT(run_.out, HasSubstr("beacon  none"));
}

TEST_F(FinishedDraw, GivesAParticipantAPlainYes) {
  ASSERT_EQ(draw({"prove", at("draw.json"), "--roster", at("roster.txt"), "--ticket", "17", "--out",
                  at("proof.json")})
                .exit_code,
            0);
  const auto end = verify({"--roster", at("roster.txt"), "--commitment", at("commitment.json"),
                           "--token", "user-17", "--proof", at("proof.json")});
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_THAT(end.out, StartsWith("yes: ticket 17 is on the roster and was "));
  const auto json = verify({"--json", "--token", "user-17", "--proof", at("proof.json")});
  EXPECT_EQ(json.exit_code, 0);
  EXPECT_THAT(json.out, AllOf(HasSubstr(R"("answer":"yes")"), HasSubstr(R"("ticket":17)")));
}

TEST_F(FinishedDraw, ProvesByTokenOnStandardOutputAndRefusesStrangers) {
  const auto proof =
      draw({"prove", at("draw.json"), "--roster", at("roster.txt"), "--token", "user-300"});
  EXPECT_EQ(proof.exit_code, 0);
  EXPECT_THAT(proof.out, StartsWith(R"({"ticket":300,"token":"user-300","path":[)"));
  const auto stranger =
      draw({"prove", at("draw.json"), "--roster", at("roster.txt"), "--token", "user-301"});
  EXPECT_EQ(stranger.exit_code, 2);
  EXPECT_THAT(stranger.err, HasSubstr("'user-301' is not on the roster"));
  work_.write("other.txt", tokens(2, 301));
  const auto other = draw({"prove", at("draw.json"), "--roster", at("other.txt"), "--ticket", "1"});
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_THAT(other.err, HasSubstr("not the roster of"));
  EXPECT_EQ(draw({"prove", at("draw.json"), "--roster", at("roster.txt")}).exit_code, 2);
}

TEST_F(FinishedDraw, SaysNoToAnotherRosterAndNamesTheReason) {
  work_.write("other.txt", "nobody\n" + tokens(2, 300));
  const auto changed = verify({"--roster", at("other.txt")});
  EXPECT_EQ(changed.exit_code, 1);
  EXPECT_THAT(changed.out, StartsWith("no: the published root does not match the roster"));
  work_.write("stuffed.txt", tokens(1, 299) + "user-7\n");
  const auto stuffed = verify({"--roster", at("stuffed.txt"), "--json"});
  EXPECT_EQ(stuffed.exit_code, 1);
  EXPECT_THAT(stuffed.out, AllOf(HasSubstr(R"("cause":"repeated-token")"),
                                 HasSubstr("line 300 has the same token as line 7")));
}

TEST_F(FinishedDraw, SaysNoToAChangedDocument) {
  change(R"("quota":60)", R"("quota":61)");
  EXPECT_THAT(verify({}).out, StartsWith("no: 60 winners are listed for a quota of 61"));
  change(R"("quota":61)", R"("quota":60)");
  change(R"("beacon":"")", R"("beacon":"00")");
  EXPECT_THAT(verify({}).out, StartsWith("no: the beacon consists of zero bytes"));
  change(R"("beacon":"00")", R"("beacon":"01")");
  EXPECT_THAT(verify({}).out, StartsWith("no: the winners are those of a draw without"));
  change(R"("beacon":"01")", R"("beacon":"")");
  change(R"("event":"2024-05-01")", R"("event":"2024-05-02")");
  EXPECT_THAT(verify({}).out, StartsWith("no: the secret is not the one committed to"));
}

TEST_F(FinishedDraw, DoesNotKnowWhileTheSecretIsKept) {
  const std::string secret = read_file(at("secret.hex")).substr(0, 64);
  change('"' + secret + '"', "null");
  const auto end = verify({});
  EXPECT_EQ(end.exit_code, 3);
  EXPECT_THAT(end.out, StartsWith("not known: the secret is not published yet"));
}

TEST_F(FinishedDraw, NeverPassesADocumentCutAnywhere) {
  const std::string whole = read_file(at("draw.json"));
  for (std::size_t length = 0; length + 2 < whole.size(); length += 97) {
    work_.write("draw.json", whole.substr(0, length));
    const auto end = verify({});
    ASSERT_EQ(end.exit_code, 2) << length;
    EXPECT_THAT(end.err, HasSubstr("draw.json"));
  }
}

TEST_F(FinishedDraw, RefusesInputItCannotUseWithFileAndLine) {
  const auto run = [this](const std::string& roster) {
    return draw({"run", "2024-05-01", "--roster", work_.write("bad.txt", roster), "--secret",
                 at("secret.hex"), "--coupons", "20%", "--out", at("bad.json")});
  };
  EXPECT_THAT(run("a\nb\na\n").err, HasSubstr("bad.txt: line 3 has the same token as line 1"));
  EXPECT_THAT(run("a\n\nb\n").err, HasSubstr("bad.txt: line 2: empty"));
  EXPECT_THAT(run("a\nb\xff\n").err, HasSubstr("bad.txt: line 2: bytes that are not UTF-8"));
  EXPECT_THAT(run("").err, HasSubstr("bad.txt: no token"));
  EXPECT_EQ(run("").exit_code, 2);
  EXPECT_EQ(run("a\r\nb\r\n").exit_code, 0);
  work_.write("short.hex", "00ff\n");
  const auto secret = draw({"run", "2024-05-01", "--roster", at("roster.txt"), "--secret",
                            at("short.hex"), "--coupons", "20%", "--out", at("bad2.json")});
  EXPECT_EQ(secret.exit_code, 2);
  EXPECT_THAT(secret.err, AllOf(HasSubstr("short.hex: no secret"), Not(HasSubstr("00ff"))));
}

TEST_F(FinishedDraw, IsNoCommitmentToItself) {
  const auto verified = verify({"--commitment", at("draw.json")});
  EXPECT_EQ(verified.exit_code, 2) << verified.out;
  EXPECT_THAT(verified.err, HasSubstr("draw.json: commitment.root: known once"));
  const auto run =
      draw({"run", "2024-05-01", "--roster", at("roster.txt"), "--secret", at("secret.hex"),
            "--commitment", at("draw.json"), "--coupons", "20%", "--out", at("again.json")});
  EXPECT_EQ(run.exit_code, 2) << run.out;
}

TEST_F(FinishedDraw, WithoutWinnersOrWithThemTwiceIsNotRight) {
  const std::string text = read_file(at("draw.json"));
  const std::size_t list = text.find("\"winners\":[");
  ASSERT_NE(list, std::string::npos);
  const auto verify_with = [&](const std::string& members) {
    work_.write("draw.json", text.substr(0, list) + members + "}");
    return verify({});
  };
  const auto empty = verify_with("\"winners\":[]");
  EXPECT_EQ(empty.exit_code, 1);
  EXPECT_THAT(empty.out, StartsWith("no: draw.winners is an empty list, expected the 60 tickets"));
  const auto twice = verify_with("\"winners\":null," + text.substr(list, text.size() - list - 2));
  EXPECT_EQ(twice.exit_code, 2) << twice.out;
  EXPECT_THAT(twice.err, HasSubstr("draw.json: the key \"winners\" stands twice"));
  const auto untold = verify_with("\"wimmers\":[]");
  EXPECT_EQ(untold.exit_code, 2);
  EXPECT_THAT(untold.err, HasSubstr("draw.winners: missing, expected a list or null"));
}

TEST_F(FinishedDraw, AsksForWhatDecidesHowManyAreDrawn) {
  const auto bare = draw({"run", "2024-05-01"});
  EXPECT_EQ(bare.exit_code, 2);
  EXPECT_THAT(bare.err, AllOf(HasSubstr("--roster: missing, expected the file of tokens"),
                              HasSubstr("--secret: missing, expected the file")));
  const auto end = draw({"run", "2024-05-01", "--roster", at("roster.txt"), "--secret",
                         at("secret.hex"), "--out", at("again.json")});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_THAT(end.err, HasSubstr("--coupons: missing, expected a share such as 20%, or a number: "
                                 "how many of the roster are drawn"));
}

TEST_F(FinishedDraw, DrawsNothingAgainstTheCommitment) {
  const auto run = [this](std::vector<std::string> more) {
    std::vector<std::string> all{"run",          "2024-05-01",         "--roster", at("roster.txt"),
                                 "--secret",     at("secret.hex"),     "--out",    at("again.json"),
                                 "--commitment", at("commitment.json")};
    all.insert(all.end(), more.begin(), more.end());
    return draw(std::move(all));
  };
  EXPECT_THAT(run({"--coupons", "30%"}).err, HasSubstr("the commitment announces 20%"));
  EXPECT_THAT(run({"--beacon", "beac"}).err, HasSubstr("none was announced"));
  EXPECT_THAT(run({"--beacon", "0000"}).err, HasSubstr("zero bytes draw the same as no beacon"));
  EXPECT_FALSE(std::filesystem::exists(at("again.json")));
}

TEST(DrawCommand, ListsItsSubcommandsAndRefusesOthers) {
  EXPECT_EQ(run_command({"draw"}).exit_code, 2);
  EXPECT_THAT(run_command({"draw", "--help"}).out, HasSubstr("fairrush draw verify DRAW"));
  EXPECT_THAT(run_command({"draw", "cheat"}).err,
              HasSubstr("'cheat' is no command of fairrush draw"));
}

TEST(DrawRfc3797, SelectsAndJudgesAsThePublishedExample) {
  std::vector<std::string> question{"draw",     "rfc3797",     "--source", "9319",
                                    "--source", "2 5 12 8 10", "--source", "9 18 26 34 41 45",
                                    "--pool",   "25"};
  const auto ask = [&question](std::vector<std::string> more) {
    more.insert(more.begin(), question.begin(), question.end());
    return run_command(std::move(more));
  };
  EXPECT_THAT(ask({"--picks", "16"}).out, HasSubstr("17,7,2,16,25,23,8,24,19,13,22,5,18,9,1,4\n"));
  EXPECT_EQ(ask({"--selected", "17,7,2"}).exit_code, 0);
  const auto wrong = ask({"--selected", "17,7,3"});
  EXPECT_EQ(wrong.exit_code, 1);
  EXPECT_THAT(wrong.out, HasSubstr("no: pick 3 is published as 3, the sources select 2"));
  EXPECT_EQ(ask({"--picks", "26"}).exit_code, 2);
  const WorkDirectory work;
  const auto named = run_command({"draw", "rfc3797", "--source", "1", "--picks", "3", "--names",
                                  work.write("names.txt", "Ada\nBob\nCarol\n")});
  EXPECT_EQ(named.exit_code, 0);
  EXPECT_THAT(named.out, AllOf(HasSubstr("Ada"), HasSubstr("Bob"), HasSubstr("Carol")));
}

}  // namespace
}  // namespace fairrush::cli_test
