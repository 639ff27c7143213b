// Targets that answer everything and give nothing: a run against them must not pass.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/integration/cli/command.hpp"
#include "tests/unit/loadgen/scripted_target.hpp"

namespace fairrush::cli_test {
namespace {

using loadgen::http_answer;
using loadgen::Reaction;
using testing::HasSubstr;
using testing::Not;

/// Takes every reservation, says little of itself, and answers claims with one status and no
/// coupon.
loadgen::ScriptedTarget::Script giving_nothing(unsigned claim_status) {
  return [claim_status](std::string_view request) -> Reaction {
    if (request.contains("/claims ")) {
      return {http_answer(claim_status, R"({"code":"FORBIDDEN"})")};
    }
    if (request.contains("/reservations ")) return {http_answer(201, R"({"token":"T"})")};
    if (request.contains("/ledger ")) return {http_answer(200, "")};
    if (request.contains("/time ")) {
      const auto now = std::chrono::system_clock::now().time_since_epoch();
      return {http_answer(
          200, fmt::format(R"({{"now_us":{}}})",
                           std::chrono::duration_cast<std::chrono::microseconds>(now).count()))};
    }
    return {http_answer(request.starts_with("POST ") ? 201 : 200,
                        R"({"event":"e","design":"theirs","phase":"closed"})")};
  };
}

class EmptyAnswers : public testing::TestWithParam<unsigned> {};

TEST_P(EmptyAnswers, EndInExitCodeThreeAndTheReportSaysWhy) {
  const loadgen::ScriptedTarget target(giving_nothing(GetParam()));
  const WorkDirectory work;
  const auto end = run_command({"run", work.write("empty.toml", R"(
question = "Does it give anything?"
[population]
users = 40
[event]
lead = "100ms"
reserve = "500ms"
pause = "300ms"
rush = "700ms"
)"),
                                "--out", work.path("run"), "--quiet", "--target",
                                fmt::format("http://127.0.0.1:{}", target.port())});
  EXPECT_EQ(end.exit_code, 3) << end.out << end.err;
  const std::string page = read_file(work.path("run") + "/report.html");
  EXPECT_THAT(page, HasSubstr("nobody won, so there is nothing to judge"));
  EXPECT_THAT(page, HasSubstr("never seen: a win"));
}

/// Answers as one that gives nothing, but never a claim.
loadgen::ScriptedTarget::Script silent_in_the_rush() {
  return [others = giving_nothing(403)](std::string_view request) -> Reaction {
    if (request.contains("/claims ")) return {"", Reaction::Then::stall};
    return others(request);
  };
}

TEST(SilentTarget, IsBlamedForTheConnectionsItHoldsAndTheInstrumentIsNot) {
  const loadgen::ScriptedTarget target(silent_in_the_rush());
  const WorkDirectory work;
  const auto end = run_command({"run", work.write("silent.toml", R"(
question = "Whose fault is it?"
[population]
users = 40
[event]
lead = "100ms"
reserve = "500ms"
pause = "300ms"
rush = "700ms"
[connections]
count = 4
timeout = "300ms"
)"),
                                "--out", work.path("run"), "--quiet", "--target",
                                fmt::format("http://127.0.0.1:{}", target.port())});
  EXPECT_EQ(end.exit_code, 3) << end.out << end.err;
  const std::string page = read_file(work.path("run") + "/report.md");
  EXPECT_THAT(page, HasSubstr("for a connection because the target held all"));
  EXPECT_THAT(page, HasSubstr("as they waited for connections that the target held"));
  EXPECT_THAT(page, Not(HasSubstr("the instrument was not good enough")));
}

INSTANTIATE_TEST_SUITE_P(Statuses, EmptyAnswers, testing::Values(200, 403));

}  // namespace
}  // namespace fairrush::cli_test
