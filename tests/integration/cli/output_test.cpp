// What the command does when what it has to say or to write cannot be kept.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/cli/command.hpp"

namespace fairrush::cli_test {
namespace {

using testing::HasSubstr;

constexpr const char* kTinyRush =
    "[event]\nlead = \"200ms\"\nreserve = \"300ms\"\npause = \"100ms\"\nrush = \"300ms\"\n"
    "[population]\nusers = 40\n";

/// A finished run, made in virtual time.
class Output : public testing::Test {
 protected:
  Output() {
    EXPECT_NE(
        run_command({"simulate", scenario_, "--rounds", "2", "--out", run_, "--quiet"}).exit_code,
        2);
  }

  const WorkDirectory work_;
  const std::string scenario_ = work_.write("tiny.toml", kTinyRush);
  const std::string run_ = work_.path("run");
};

TEST_F(Output, ThatCannotBePrintedIsAnErrorWhateverTheSubcommand) {
  const std::vector<std::vector<std::string>> commands{
      {"--help"},
      {"--version"},
      {"draw", "--help"},
      {"check", run_},
      {"check", run_, "--json"},
      {"report", run_, "--format", "md"},
      {"draw", "verify", run_ + "/draw.json"},
      {"draw", "rfc3797", "--source", "9319", "--pool", "25", "--picks", "3"},
      {"simulate", scenario_, "--rounds", "2", "--out", work_.path("again")},
      {"run", scenario_, "--out", work_.path("rush")}};
  for (const auto& command : commands) {
    const auto end = run_command(command, {.out = "/dev/full"});
    EXPECT_EQ(end.exit_code, 2) << command.front();
    EXPECT_THAT(end.err, HasSubstr("standard output cannot be written: No space left on device"))
        << command.front();
  }
  EXPECT_FALSE(read_file(work_.path("rush/report.html")).empty());
}

TEST_F(Output, ThatNobodyAskedForIsNotMissed) {
  const auto judged = run_command({"check", run_, "--quiet"});
  EXPECT_EQ(run_command({"check", run_, "--quiet"}, {.out = "/dev/full"}).exit_code,
            judged.exit_code);
}

TEST_F(Output, OfProgressMayGetLost) {
  const auto end = run_command(
      {"run", scenario_, "--out", work_.path("rush"), "--set", "checks.fairness=report"},
      {.err = "/dev/full"});
  EXPECT_EQ(end.exit_code, 0) << end.out;
}

TEST_F(Output, BeyondTheLimitOfFileSizesIsAnErrorAndNoDeathBySignal) {
  const std::string export_csv = work_.write("ledger.csv", "user,coupon,round\n1,A,0\n1,B,1\n");
  const std::vector<std::vector<std::string>> commands{
      {"simulate", scenario_, "--out", work_.path("more")},
      {"report", run_, "--out", work_.path("rendered")},
      {"check", run_, "--ledger", export_csv, "--ledger-out", work_.path("kept.csv")},
      {"draw", "commit", "e", "--out", work_.path("c.json"), "--secret-out", work_.path("s.hex")}};
  for (const auto& command : commands) {
    const auto end = run_command(command, {.file_size_max = 16});
    EXPECT_EQ(end.exit_code, 2) << command.front() << end.out;
    EXPECT_THAT(end.err, HasSubstr("File too large")) << command.front();
  }
  EXPECT_FALSE(std::filesystem::exists(work_.path("kept.csv")));
}

TEST_F(Output, ReplacesNoFileThatAnOptionNames) {
  const std::string kept = work_.write("kept.csv", "mine");
  const std::string export_csv = work_.write("ledger.csv", "user,coupon,round\n1,A,0\n1,B,1\n");
  const auto ledger =
      run_command({"check", run_, "--ledger", export_csv, "--ledger-out", kept, "--quiet"});
  EXPECT_EQ(ledger.exit_code, 2);
  EXPECT_THAT(ledger.err, HasSubstr("--ledger-out: '" + kept + "' is there already"));
  EXPECT_EQ(read_file(kept), "mine");
}

TEST_F(Output, OfAReportGoesToAnEmptyDirectoryOrBesideItsRun) {
  std::filesystem::create_directory(work_.path("out"));
  const auto report = [this](std::vector<std::string> more) {
    more.insert(more.begin(), {"report", run_, "--format", "md"});
    return run_command(std::move(more));
  };
  EXPECT_EQ(report({"--out", work_.path("out")}).exit_code, 0);
  work_.write("out/report.md", "mine");
  const auto again = report({"--out", work_.path("out")});
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_THAT(again.err, HasSubstr("--out: '" + work_.path("out") + "' is not empty"));
  EXPECT_EQ(read_file(work_.path("out/report.md")), "mine");
  work_.write("run/report.md", "old");
  EXPECT_EQ(report({}).exit_code, 0);
  EXPECT_NE(read_file(run_ + "/report.md"), "old");
}

TEST(FullDisk, StopsTheRunAndNamesTheFile) {
  const WorkDirectory work;
  // Only the target's own files fit; the history of 2 × 40 attempts does not.
  const auto end =
      run_command({"run", work.write("tiny.toml", kTinyRush), "--out", work.path("run"), "--users",
                   "5000", "--set", "target.builtin.ack=decided"},
                  {.file_size_max = 192 * 1024});
  EXPECT_EQ(end.exit_code, 2) << end.out << end.err;
  EXPECT_THAT(end.err, HasSubstr("history.bin"));
}

}  // namespace
}  // namespace fairrush::cli_test
