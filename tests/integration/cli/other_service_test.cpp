// The command against a service of another shape: it says yes and no in a 200, knows users by name
// and its event by a number, and takes no reservations.
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "tests/integration/cli/command.hpp"
#include "tests/unit/loadgen/scripted_target.hpp"

namespace fairrush::cli_test {
namespace {

using loadgen::http_answer;
using loadgen::Reaction;
using testing::HasSubstr;
using testing::Not;

/// What follows `before` in `text`, up to `after`.
std::string between(std::string_view text, std::string_view before, std::string_view after) {
  const std::size_t start = text.find(before);
  if (start == std::string_view::npos) return {};
  text.remove_prefix(start + before.size());
  return std::string(text.substr(0, text.find(after)));
}

/// Gives `stock` coupons to whoever asks first, and is `entitled` if that is not empty. Lives on
/// the target's thread once it is asked.
class OtherService {
 public:
  OtherService(unsigned stock, bool tells_the_time, std::set<std::string> entitled = {})
      : stock_(stock), tells_(tells_the_time), entitled_(std::move(entitled)) {}

  Reaction operator()(std::string_view request) {
    if (request.starts_with("POST /open ")) return answer(200, R"({"event":{"no":17}})");
    if (request.starts_with("GET /ledger ")) return answer(200, ledger());
    if (!request.starts_with("POST /17/take ")) return answer(404, "not here");
    const std::string name = between(request, "X-Name: ", "\r\n");
    if (!entitled_.empty() && !entitled_.contains(name)) {
      return answer(200, R"({"ok":false,"why":"not you"})");
    }
    const bool first = !owners_.contains(name);
    if (!first) return answer(200, R"({"ok":false,"why":"again"})");
    if (owners_.size() == stock_) return answer(200, R"({"ok":false,"why":"gone"})");
    owners_[name] = fmt::format("C-{}", owners_.size());
    return answer(200, fmt::format(R"({{"ok":true,"code":"{}"}})", owners_[name]));
  }

 private:
  Reaction answer(unsigned status, std::string_view body) const {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const std::string date = fmt::format("Date: {:%a, %d %b %Y %H:%M:%S} GMT\r\n", now);
    return {http_answer(status, body, tells_ ? date : "")};
  }
  std::string ledger() const {
    std::string text = "user,coupon\n";
    for (const auto& [name, code] : owners_) text += fmt::format("{},{}\n", name, code);
    return text;
  }

  unsigned stock_;
  bool tells_;
  std::set<std::string> entitled_;
  std::map<std::string, std::string> owners_;
};

constexpr std::string_view kScenario = R"(
question = "Does another service hold?"
[event]
coupons = 10
reserve = "none"
lead = "100ms"
pause = "200ms"
rush = "1s"
[population]
users = 40
personas = {{ honest = 0.8, double_clicker = 0.2 }}
[arrivals]
shape = "uniform"
[winners]
read_status = 0.0
[checks]
fairness = "report"
[target]
url = "http://127.0.0.1:{0}"
user = "user-{{index:04}}@example.org"
ledger = "http://127.0.0.1:{0}/ledger"
[[target.setup]]
path = "/open"
headers = ["Authorization: Bearer {{admin_token}}"]
body = '{{"from":"{{claim_open:iso}}"}}'
extract = {{ number = "/event/no" }}
[target.claim]
path = "/{{number}}/take"
headers = ["X-Name: {{user}}"]
answers = [
  {{ json = {{ "/ok" = true }}, means = "win", receipt = "/code" }},
  {{ json = {{ "/why" = "gone" }}, means = "loss", reason = "sold_out" }},
  {{ json = {{ "/why" = "again" }}, means = "refusal", reason = "already_claimed" }},
  {{ json = {{ "/why" = "not you" }}, means = "refusal", reason = "not_reserved" }},
]
)";

TEST(AnotherService, IsRushedAndJudgedByItsScenarioAlone) {
  const loadgen::ScriptedTarget target(OtherService(10, true));
  const WorkDirectory work;
  const auto end =
      run_command({"run", work.write("other.toml", fmt::format(kScenario, target.port())), "--out",
                   work.path("run")});
  EXPECT_EQ(end.exit_code, 0) << end.out << end.err;
  EXPECT_THAT(end.out, HasSubstr("Taken for granted: the target was told the windows"));
  const std::string page = read_file(work.path("run") + "/report.html");
  EXPECT_THAT(page, HasSubstr("the roster is all 40 users"));
  const std::string ledger = read_file(work.path("run") + "/ledger.csv");
  EXPECT_THAT(ledger, Not(HasSubstr("@example.org")));
  EXPECT_EQ(std::ranges::count(ledger, '\n'), 11) << ledger;
}

TEST(AnotherService, IsFoundOutWhenItGivesMoreThanItHas) {
  const loadgen::ScriptedTarget target(OtherService(12, true));
  const WorkDirectory work;
  const auto end =
      run_command({"run", work.write("other.toml", fmt::format(kScenario, target.port())), "--out",
                   work.path("run")});
  EXPECT_EQ(end.exit_code, 1) << end.err;
  EXPECT_THAT(end.out, HasSubstr("no oversell"));
}

TEST(AnotherService, IsJudgedAgainByALedgerWithItsOwnNames) {
  const loadgen::ScriptedTarget target(OtherService(10, true));
  const WorkDirectory work;
  const std::string run = work.path("run");
  run_command({"run", work.write("other.toml", fmt::format(kScenario, target.port())), "--out", run,
               "--quiet"});
  const std::string strange = work.write("strange.csv", "user,coupon\nnobody@example.org,C-0\n");
  const auto end = run_command({"check", run, "--ledger", strange});
  EXPECT_EQ(end.exit_code, 1) << end.out << end.err;
  EXPECT_THAT(end.out, HasSubstr("user 40 "));  // a stranger, beyond the 40 of the population
}

TEST(AnotherService, IsNotBelievedToKnowTheTimeWhenItDoesNotSay) {
  const loadgen::ScriptedTarget target(OtherService(10, false));
  const WorkDirectory work;
  const auto end =
      run_command({"run", work.write("other.toml", fmt::format(kScenario, target.port())), "--out",
                   work.path("run")});
  EXPECT_EQ(end.exit_code, 3) << end.out << end.err;
  EXPECT_THAT(end.out, HasSubstr("the target's\n  clock is known to 500ms only"));
  EXPECT_THAT(read_file(work.path("run") + "/report.html"), HasSubstr("which nothing confirms"));
}

/// User 1, 3, 5 … of the 40, and one who is none of them.
std::set<std::string> entitled() {
  std::set<std::string> names{"away@example.org"};
  for (int user = 1; user < 40; user += 2)
    names.insert(fmt::format("user-{:04}@example.org", user));
  return names;
}

/// A run against `service` whose roster is the list, in a directory without the list afterwards.
CommandEnd run_listed(OtherService service, const WorkDirectory& work,
                      std::vector<std::string> further) {
  const loadgen::ScriptedTarget target(std::move(service));
  const std::string list =
      work.write("entitled.csv", fmt::format("{}\n", fmt::join(entitled(), "\n")));
  std::vector<std::string> words{"run",
                                 work.write("listed.toml", fmt::format(kScenario, target.port())),
                                 "--set", "event.roster=" + list};
  words.insert(words.end(), further.begin(), further.end());
  auto end = run_command(words);
  std::filesystem::remove(list);
  return end;
}

TEST(ListedRoster, IsKeptByAServiceThatRefusesEverybodyElse) {
  const WorkDirectory work;
  const auto end =
      run_listed(OtherService(10, true, entitled()), work, {"--out", work.path("run")});
  EXPECT_EQ(end.exit_code, 0) << end.out << end.err;
  const std::string page = read_file(work.path("run") + "/report.html");
  EXPECT_THAT(page, HasSubstr("the roster is a list of 21 names, 20 of them users of this run"));
  EXPECT_THAT(page, HasSubstr("of the 21 names on the roster 1 is no user"));
  EXPECT_THAT(page, HasSubstr("10 users hold a coupon, 0 of them not on the list"));
  EXPECT_THAT(page, Not(HasSubstr("reserve early")));
}

TEST(ListedRoster, IsBrokenByAServiceThatGivesACouponToWhoIsNotOnIt) {
  const WorkDirectory work;
  const auto end = run_listed(OtherService(10, true), work, {"--out", work.path("run")});
  EXPECT_EQ(end.exit_code, 1) << end.out << end.err;
  EXPECT_THAT(end.out, HasSubstr("I7 eligibility"));
  const auto again = run_command({"check", work.path("run")});
  EXPECT_EQ(again.exit_code, 1) << "without the list: " << again.err;
  EXPECT_THAT(again.out, HasSubstr("of them not on the list"));
}

TEST(ListedRoster, LetsTheDryRunSendSomebodyWhoIsOnIt) {
  const WorkDirectory work;
  const auto end = run_listed(OtherService(10, true, entitled()), work, {"--dry-run"});
  EXPECT_EQ(end.exit_code, 0) << end.out << end.err;
  EXPECT_THAT(end.out, HasSubstr("the roster is a list of 21 names, 20 of them users of this run; "
                                 "user 1 is on it\n"));
  EXPECT_THAT(end.out, HasSubstr("> X-Name: user-0001@example.org\n"));
}

TEST(DryRun, ShowsOneUsersWayAndHidesTheSecrets) {
  const loadgen::ScriptedTarget target(OtherService(10, true));
  const WorkDirectory work;
  const auto end =
      run_command({"run", work.write("other.toml", fmt::format(kScenario, target.port())),
                   "--dry-run", "--set", "target.admin_token=sesame"});
  EXPECT_EQ(end.exit_code, 0) << end.out << end.err;
  EXPECT_THAT(end.out, HasSubstr("> POST /17/take HTTP/1.1\n"));
  EXPECT_THAT(end.out, HasSubstr("> X-Name: user-0000@example.org\n"));
  EXPECT_THAT(end.out, HasSubstr("  read as win, by rule 1: { json = { \"/ok\" = true }"));
  EXPECT_THAT(end.out, HasSubstr("  receipt: C-0\n"));
  EXPECT_THAT(end.out, Not(HasSubstr("sesame")));
}

TEST(DryRun, EndsInExitCodeThreeWhenNoRuleKnowsTheAnswer) {
  const loadgen::ScriptedTarget target(OtherService(10, true));
  const WorkDirectory work;
  const std::string file = work.write("other.toml", fmt::format(kScenario, target.port()));
  const auto end = run_command({"run", file, "--dry-run", "--set", "target.claim.path=/else"});
  EXPECT_EQ(end.exit_code, 3) << end.out << end.err;
  EXPECT_THAT(end.out, HasSubstr("read as refusal (other refusal), by no rule, but by its status"));
}

TEST(DryRun, EndsInExitCodeFiveWhenNobodyIsThere) {
  const loadgen::DeadPort dead;
  const WorkDirectory work;
  const std::string file = work.write("other.toml", fmt::format(kScenario, dead.endpoint().port()));
  EXPECT_EQ(run_command({"run", file, "--dry-run"}).exit_code, 5);
}

TEST(AnotherService, ThatRefusesTheSetUpIsQuoted) {
  const loadgen::ScriptedTarget target(OtherService(10, true));
  const WorkDirectory work;
  const std::string file = work.write("other.toml", fmt::format(kScenario, target.port()));
  const auto end = run_command({"run", file, "--out", work.path("run"), "--set",
                                "target.setup=[{ path = \"/elsewhere\" }]", "--set",
                                "target.claim.path=/17/take"});
  EXPECT_EQ(end.exit_code, 5) << end.out;
  EXPECT_THAT(end.err, HasSubstr("target.setup, request 1 (POST /elsewhere): expected status "
                                 "200-299, got 404 'not here'"));
}

}  // namespace
}  // namespace fairrush::cli_test
