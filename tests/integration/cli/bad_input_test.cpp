// What the command says, and with which exit code, when it is given what it cannot use.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

#include "tests/integration/cli/command.hpp"
#include "tests/unit/loadgen/scripted_target.hpp"

namespace fairrush::cli_test {
namespace {

using testing::HasSubstr;

constexpr const char* kTinyRush =
    "[event]\nlead = \"200ms\"\nreserve = \"300ms\"\npause = \"100ms\"\nrush = \"300ms\"\n"
    "[population]\nusers = 40\n";

TEST(BadInput, IsListedAllAtOnceWithPlaceValueAndRange) {
  const WorkDirectory work;
  const std::string scenario =
      work.write("bad.toml", "[population]\nusers = 0\nsede = 3\n[event]\nrush = \"0s\"\n");
  const auto end = run_command({"run", scenario, "--out", work.path("run")});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_THAT(end.err, HasSubstr(scenario + ":2:1: population.users: '0' is not accepted"));
  EXPECT_THAT(end.err, HasSubstr(":3:1: population.sede: unknown name; nearest is"));
  EXPECT_THAT(end.err, HasSubstr(":5:1: event.rush: '0s' is not accepted"));
  EXPECT_FALSE(std::filesystem::exists(work.path("run")));
}

TEST(BadInput, OnTheCommandLineNamesTheOption) {
  const WorkDirectory work;
  const std::string scenario = work.write("tiny.toml", kTinyRush);
  const auto end = run_command({"run", scenario, "--usres", "7", "--set", "nonsense"});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_THAT(end.err, HasSubstr("--usres: unknown name; nearest is 'users'"));
  EXPECT_THAT(run_command({"rnu"}).err, HasSubstr("'rnu' is no command"));
  EXPECT_EQ(run_command({"check"}).exit_code, 2);
}

TEST(BadInput, NeverOverwritesARun) {
  const WorkDirectory work;
  const auto end = run_command({"run", work.write("tiny.toml", kTinyRush), "--out", work.path("")});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_THAT(end.err, HasSubstr("is not empty"));
}

TEST(UnreachableTarget, EndsInExitCodeFiveAndNamesTheAddress) {
  const WorkDirectory work;
  // Port 1 of loopback: nobody listens there.
  const auto end = run_command({"run", work.write("tiny.toml", kTinyRush), "--out",
                                work.path("run"), "--target", "http://127.0.0.1:1"});
  EXPECT_EQ(end.exit_code, 5);
  EXPECT_THAT(end.err, HasSubstr("127.0.0.1:1"));
}

class StrangeTarget : public testing::TestWithParam<std::string_view> {};

TEST_P(StrangeTarget, EndsInExitCodeFiveWithOneClearLine) {
  const WorkDirectory work;
  const loadgen::ScriptedTarget target([](std::string_view) {
    return loadgen::Reaction{std::string(GetParam()), loadgen::Reaction::Then::close};
  });
  const auto end =
      run_command({"run", work.write("tiny.toml", kTinyRush), "--out", work.path("run"), "--quiet",
                   "--target", fmt::format("http://127.0.0.1:{}", target.port())});
  EXPECT_EQ(end.exit_code, 5);
  EXPECT_EQ(std::ranges::count(end.err, '\n'), 1) << end.err;
}

INSTANTIATE_TEST_SUITE_P(Answers, StrangeTarget,
                         testing::Values("", "\x01\x02garbage\r\n\r\n", "HTTP/1.1 200 OK\r\nCont",
                                         "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
                                         "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));

TEST(DamagedRun, IsRefusedOrCalledUnknownNeverPassed) {
  const WorkDirectory work;
  const std::string run = work.path("run");
  ASSERT_NE(
      run_command({"run", work.write("tiny.toml", kTinyRush), "--out", run, "--quiet"}).exit_code,
      2);
  const std::string history = run + "/history.bin";
  const auto size = std::filesystem::file_size(history);
  std::filesystem::resize_file(history, size - 1);
  const auto cut = run_command({"check", run});
  EXPECT_EQ(cut.exit_code, 3) << cut.out << cut.err;
  work.write("run/history.bin", "this is no history, whatever its name says");
  const auto foreign = run_command({"check", run});
  EXPECT_EQ(foreign.exit_code, 2);
  EXPECT_THAT(foreign.err, HasSubstr("history.bin"));
  std::filesystem::remove(run + "/run.json");
  EXPECT_EQ(run_command({"check", run}).exit_code, 2);
}

TEST(DamagedRun, WithoutItsDrawOrWithAForeignRoundIsNotBlamedOnTheTarget) {
  const WorkDirectory work;
  const std::string run = work.path("run");
  ASSERT_NE(run_command({"simulate", work.write("tiny.toml", kTinyRush), "--rounds", "2", "--out",
                         run, "--quiet"})
                .exit_code,
            2);
  std::filesystem::rename(run + "/draw-2.json", run + "/draw-2.away");
  const auto drawless = run_command({"check", run});
  EXPECT_EQ(drawless.exit_code, 2) << drawless.out;
  EXPECT_THAT(drawless.err, HasSubstr("draw-2.json: missing, though run.json says that round 2"));
  std::filesystem::rename(run + "/draw-2.away", run + "/draw-2.json");
  std::string facts = read_file(run + "/run.json");
  const std::size_t last_rush = facts.rfind("\"rush\"");
  ASSERT_NE(last_rush, std::string::npos);
  work.write("run/run.json", facts.replace(last_rush, 6, "\"rash\""));
  const auto nameless = run_command({"check", run});
  EXPECT_EQ(nameless.exit_code, 2) << nameless.out;
  EXPECT_THAT(nameless.err,
              HasSubstr("run.json: facts.rounds[1].rush: missing, expected an object"));
}

}  // namespace
}  // namespace fairrush::cli_test
