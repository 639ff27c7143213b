// Ledgers from elsewhere: judged later by `check`, read during a `run`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/integration/cli/command.hpp"

namespace fairrush::cli_test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kTinyRush =
    "[event]\nlead = \"200ms\"\nreserve = \"500ms\"\npause = \"100ms\"\nrush = \"500ms\"\n"
    "[population]\nusers = 40\n[checks]\nfairness = \"report\"\n";

/// What the built-in server keeps in its own database.
constexpr const char* kServersOwn =
    "SELECT user, code AS coupon FROM coupon JOIN event ON event.id = event_id "
    "WHERE event.name = {event} ORDER BY serial";

CommandEnd tiny_run(const WorkDirectory& work, std::vector<std::string> more = {}) {
  std::vector<std::string> all{"run", work.write("tiny.toml", kTinyRush), "--out",
                               work.path("run")};
  all.insert(all.end(), more.begin(), more.end());
  return run_command(std::move(all));
}

TEST(LaterLedger, IsJudgedInThePlaceOfTheRunsOwnWhichStays) {
  const WorkDirectory work;
  ASSERT_EQ(tiny_run(work).exit_code, 0);
  const std::string run = work.path("run");
  const std::string own = read_file(run + "/ledger.csv");
  const auto same =
      run_command({"check", run, "--json", "--ledger", "sqlite:" + run + "/ledger.db",
                   "--ledger-query", kServersOwn, "--ledger-out", work.path("kept.csv")});
  EXPECT_EQ(same.exit_code, 0) << same.out << same.err;
  EXPECT_EQ(std::ranges::count(read_file(work.path("kept.csv")), '\n'),
            std::ranges::count(own, '\n'));

  // The last coupon was acknowledged and is in the ledger no more.
  const std::string shorter = own.substr(0, own.rfind('\n', own.size() - 2) + 1);
  const auto lost =
      run_command({"check", run, "--json", "--ledger", work.write("later.csv", shorter)});
  EXPECT_EQ(lost.exit_code, 1) << lost.out;
  EXPECT_THAT(lost.out, HasSubstr("VIOLATION"));
  EXPECT_EQ(read_file(run + "/ledger.csv"), own);
  EXPECT_EQ(run_command({"check", run, "--quiet"}).exit_code, 0);
}

TEST(LaterLedger, ThatCannotBeUsedIsRefusedWithTheReason) {
  const WorkDirectory work;
  ASSERT_EQ(tiny_run(work).exit_code, 0);
  const auto check = [&work](std::vector<std::string> more) {
    more.insert(more.begin(), {"check", work.path("run")});
    return run_command(std::move(more));
  };
  EXPECT_THAT(check({"--ledger", "ledger.txt"}).err, HasSubstr("expected http://HOST:PORT"));
  EXPECT_THAT(check({"--ledger", work.write("odd.csv", "id,code\n1,A\n")}).err,
              HasSubstr("odd.csv: line 1: columns 'id,code', expected user and coupon"));
  EXPECT_THAT(check({"--ledger", work.write("other.csv", "user,coupon,round\n1,A,3\n")}).err,
              HasSubstr("in round 3, but the run has 1 rounds"));
  EXPECT_THAT(check({"--ledger-query", "SELECT 1"}).err, HasSubstr("without a ledger source"));
  const auto gone = check({"--ledger", "http://127.0.0.1:1"});
  EXPECT_EQ(gone.exit_code, 2);
  EXPECT_THAT(gone.err, StartsWith("fairrush: --ledger: http://127.0.0.1:1: "));
}

TEST(LedgerOfAScenario, IsReadInsteadOfTheTargetsExport) {
  const WorkDirectory work;
  const std::string other = work.write("other.csv", "coupon,user\nnobody was shown this,3\n");
  const auto end = tiny_run(work, {"--set", "target.ledger=" + other});
  EXPECT_EQ(end.exit_code, 1) << end.out << end.err;
  EXPECT_THAT(end.out, HasSubstr("no phantom"));
  EXPECT_EQ(read_file(work.path("run/ledger.csv")), "user,coupon\n3,nobody was shown this\n");
}

TEST(LedgerOfAScenario, ThatCannotBeReadLeavesTheRunUnknownAndSaysWhy) {
  const WorkDirectory work;
  const auto end = tiny_run(work, {"--set", "target.ledger=" + work.path("absent.csv")});
  EXPECT_EQ(end.exit_code, 3) << end.out << end.err;
  EXPECT_THAT(read_file(work.path("run/run.json")), HasSubstr("absent.csv: cannot be opened"));
}

TEST(LedgerOfAScenario, IsCheckedBeforeTheRunBegins) {
  const WorkDirectory work;
  const auto end = tiny_run(work, {"--set", "target.ledger=sqlite:shop.db"});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_THAT(end.err, HasSubstr("target.ledger: a ledger query is missing"));
  EXPECT_FALSE(std::filesystem::exists(work.path("run")));
}

}  // namespace
}  // namespace fairrush::cli_test
