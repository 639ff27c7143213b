#include "loadgen/scenario/dialect_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace fairrush::loadgen {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// What is wrong with a scenario that says this of its target.
std::string problems_of(const TargetOrder& target, const TokenOrder& tokens = {}) {
  Scenario scenario;
  scenario.target = target;
  scenario.tokens = tokens;
  std::vector<Problem> problems;
  read_dialect(scenario, problems);
  return format_problems(problems);
}

TargetOrder claiming(RequestOrder order) {
  TargetOrder target;
  target.requests[static_cast<std::size_t>(analysis::Op::claim)] = std::move(order);
  return target;
}

TEST(DialectReader, SpeaksToTheReferenceServerWhenNothingElseIsSaid) {
  std::vector<Problem> problems;
  const Dialect dialect = read_dialect({}, problems);
  EXPECT_THAT(problems, IsEmpty());
  EXPECT_TRUE(dialect.reference_control);
  EXPECT_EQ(dialect.of(analysis::Op::claim).request.path, "/api/v1/events/{event}/claims");
}

TEST(DialectReader, TakesAPathOrASetUpForAnotherService) {
  std::vector<Problem> problems;
  Scenario scenario;
  scenario.target = claiming({.path = "/drop"});
  EXPECT_FALSE(read_dialect(scenario, problems).reference_control);
  scenario.target = {};
  scenario.target.setup = "[]";
  EXPECT_FALSE(read_dialect(scenario, problems).reference_control);
  EXPECT_THAT(problems, IsEmpty());
}

TEST(DialectReader, AsksForThePendingClaimsOutcomeAsItIsTold) {
  Scenario scenario;
  scenario.target =
      claiming({.answers = R"([{ status = 202, means = "pending", receipt = "/id" }])"});
  scenario.target.requests[static_cast<std::size_t>(Errand::outcome)] = {
      .path = "/jobs/{pending}",
      .answers = R"([{ json = { "/state" = "done" }, means = "win", receipt = "/code" },
                     { json = { "/state" = "open" }, means = "pending" }])"};
  std::vector<Problem> problems;
  const Dialect dialect = read_dialect(scenario, problems);
  EXPECT_THAT(problems, IsEmpty()) << format_problems(problems);
  EXPECT_TRUE(dialect.of(Errand::claim).answers.front().pending);
  EXPECT_EQ(dialect.of(Errand::outcome).request.path, "/jobs/{pending}");
  EXPECT_TRUE(dialect.of(Errand::outcome).answers[1].pending);
}

TEST(DialectReader, SaysWhatIsWrongWithAPendingClaim) {
  EXPECT_THAT(problems_of(claiming({.answers = R"([{ status = 202, means = "pending" }])"})),
              HasSubstr("a pending claim without a receipt: expected where its id stands"));
  EXPECT_THAT(problems_of(claiming({.answers = R"([{ means = "pending", receipt = "/id",
                                                     reason = "server_error" }])"})),
              HasSubstr("a pending claim has no reason yet"));
  EXPECT_THAT(problems_of(claiming({.path = "/jobs/{pending}"})),
              HasSubstr("unknown variable {pending}"));
  TargetOrder reserving;
  reserving.requests[static_cast<std::size_t>(Errand::reserve)].answers =
      R"([{ means = "pending", receipt = "/id" }])";
  EXPECT_THAT(problems_of(reserving), HasSubstr("means 'pending' is not accepted"));
}

TEST(DialectReader, NamesEverythingThatIsWrongWithItsRules) {
  const std::string problems =
      problems_of(claiming({.answers = R"([{ status = 99, means = "win", receipt = "coupon" },
                     { statuz = 200, means = "lost" },
                     { json = { "/a" = [1] }, means = "loss", reason = "unlucky" },
                     { body = "(", means = "refusal" },
                     { means = "win" }, 7])"}));
  EXPECT_THAT(problems, HasSubstr("target.claim.answers: rule 1: status 99: expected a status"));
  EXPECT_THAT(problems, HasSubstr("rule 1: 'coupon' is no JSON pointer: expected one such as"));
  EXPECT_THAT(problems, HasSubstr("rule 2: unknown key 'statuz': expected status, header, json"));
  EXPECT_THAT(problems, HasSubstr("rule 2: means 'lost' is not accepted: expected win, loss, "
                                  "refusal, pending, indeterminate"));
  EXPECT_THAT(problems, HasSubstr("rule 3: '/a' is compared with [ 1 ]"));
  EXPECT_THAT(problems, HasSubstr("rule 3: reason 'unlucky' of a loss is not accepted: expected "
                                  "sold_out, not_drawn"));
  EXPECT_THAT(problems, HasSubstr("rule 4: '(' is no regular expression (RE2): missing )"));
  EXPECT_THAT(problems, HasSubstr("rule 5: a win without a receipt"));
  EXPECT_THAT(problems, HasSubstr("rule 6: 7 is no table"));
}

TEST(DialectReader, NamesEverythingThatIsWrongWithItsRequests) {
  const std::string problems = problems_of(claiming({.method = "post",
                                                     .path = "drop/{usr}",
                                                     .headers = R"(["Accept: {x}"])",
                                                     .body = "{coupon}"}));
  EXPECT_THAT(problems, HasSubstr("target.claim.method: 'post' is not accepted"));
  EXPECT_THAT(problems, HasSubstr("target.claim.path: 'drop/{usr}' is not accepted"));
  EXPECT_THAT(problems, HasSubstr("target.claim.path: unknown variable {usr}: known here are"));
  EXPECT_THAT(problems, HasSubstr("target.claim.headers: unknown variable {x}"));
  EXPECT_THAT(problems, HasSubstr("target.claim.body: unknown variable {coupon}"));
  EXPECT_THAT(problems_of(claiming({.headers = R"(["no colon"])"})),
              HasSubstr("target.claim.headers: header \"no colon\": expected a list"));
  EXPECT_THAT(problems_of(claiming({.headers = R"(["Content-Length: 3"])"})),
              HasSubstr("'Content-Length: 3' is the instrument's own"));
}

TEST(DialectReader, LetsARequestOfTheSetUpUseOnlyWhatCameBefore) {
  TargetOrder target;
  target.setup = R"([{ path = "/a/{id}", extract = { id = "/id" } }, { path = "/b/{id}" }])";
  const std::string problems = problems_of(target);
  EXPECT_THAT(problems, HasSubstr("target.setup: request 1: path: unknown variable {id}"));
  EXPECT_EQ(std::ranges::count(problems, '\n'), 1) << problems;
}

TEST(DialectReader, KeepsNamesApart) {
  TargetOrder target = claiming({.extract = R"({ user = "/id", "1st" = "/x" })"});
  EXPECT_THAT(problems_of(target), HasSubstr("target.claim.extract: '1st' is no name"));
  target = claiming({.extract = R"({ user = "/id" })"});
  EXPECT_THAT(problems_of(target),
              HasSubstr("target.claim.extract: 'user' is a variable already: expected another"));
}

TEST(DialectReader, AsksForTokensWhereTheyAreUsedAndForUseWhereTheyAreOrdered) {
  const auto bearer = claiming({.headers = R"(["Authorization: Bearer {token}"])"});
  EXPECT_THAT(problems_of(bearer), HasSubstr("a request has {token} and none is ordered"));
  EXPECT_EQ(problems_of(bearer, {.secret = "s"}), "");
  EXPECT_EQ(problems_of({}, {.secret = "s"}), "");
  EXPECT_THAT(problems_of({}, {.secret = "s", .file = "f"}),
              HasSubstr("expected one of secret, key_file, file and text"));
  TargetOrder without;
  for (RequestOrder& order : without.requests) order.headers = "[]";
  EXPECT_THAT(problems_of(without, {.secret = "s"}), HasSubstr("no request has {token}"));
}

TEST(DialectReader, RefusesANameThatAllUsersShare) {
  TargetOrder target;
  target.user = "me";
  EXPECT_THAT(problems_of(target), HasSubstr("target.user: 'me' names every user alike"));
}

/// Every worked example is one a newcomer may copy.
TEST(DialectReader, ReadsEveryExample) {
  std::size_t examples = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(FAIRRUSH_SOURCE_DIR "/scenarios/targets")) {
    if (entry.path().extension() != ".toml") continue;
    ++examples;
    const auto scenario = load_scenario(entry.path(), {});
    EXPECT_TRUE(scenario) << format_problems(scenario.error());
    if (!scenario) continue;
    const auto again = entry.path().stem().string();
    EXPECT_FALSE(scenario->question.empty()) << again;
    EXPECT_TRUE(scenario->url.has_value()) << again;
  }
  EXPECT_GE(examples, 6U);
}

}  // namespace
}  // namespace fairrush::loadgen
