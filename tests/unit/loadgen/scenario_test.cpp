#include "loadgen/scenario/scenario.hpp"

#include <gmock/gmock.h>

#include "loadgen/scenario/structured_values.hpp"
#include "tests/unit/loadgen/scenario_file.hpp"

namespace fairrush::loadgen {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST_F(ScenarioFile, MayBeEmptyBecauseEverythingHasADefault) {
  const auto scenario = load_scenario(write("empty.toml", ""), {});
  ASSERT_TRUE(scenario) << format_problems(scenario.error());
  EXPECT_EQ(scenario->name, "empty");
  EXPECT_EQ(scenario->users, 300U);
  EXPECT_EQ(scenario->rush, 60s);
  EXPECT_EQ(scenario->coupons.share, Share{0.2});
}

TEST_F(ScenarioFile, SetsEveryKindOfValue) {
  const auto scenario = load_scenario(write("all.toml", R"(
question = "Does it hold?"
[event]
coupons = 60
reserve = "2s"
[population]
users = 42
cohorts = [ { name = "fibre", share = 0.6, one_way_delay = "5ms" },
            { name = "mobile", share = "40%", one_way_delay = { median = "60ms", p99 = "400ms" } } ]
personas = { honest = 0.9, retrier = 0.1 }
[arrivals]
shape = "poisson"
[target]
builtin = { design = "ticket-list" }
[checks]
fairness = "report"
)"),
                                      {});
  ASSERT_TRUE(scenario) << format_problems(scenario.error());
  EXPECT_EQ(scenario->question, "Does it hold?");
  EXPECT_EQ(scenario->coupons.count, 60U);
  EXPECT_EQ(scenario->reserve, 2s);
  ASSERT_EQ(scenario->cohorts.size(), 2U);
  EXPECT_EQ(scenario->cohorts[1].one_way_delay.p99, 400ms);
  EXPECT_EQ(scenario->personas.size(), 2U);
  EXPECT_EQ(scenario->arrivals.pattern.shape, ArrivalShape::poisson);
  EXPECT_EQ(scenario->builtin.design, "ticket-list");
  EXPECT_FALSE(scenario->fairness_gates);
}

TEST_F(ScenarioFile, IsReadBackTheSameFromItsOwnText) {
  const auto first = load_scenario(write("first.toml", R"(
question = "Quotes \" and \\ and 'these'?"
population.cohorts = [{ name = "a, b", share = 0.25 },
                      { name = "c", share = 0.75, one_way_delay = "1.5ms" }]
population.seed = 9223372036854775807
population.show_up = 0.123456
event.rush = "1234567890ns"
)"),
                                   {});
  ASSERT_TRUE(first) << format_problems(first.error());
  const auto again = load_scenario(write("again.toml", first->source), {});
  ASSERT_TRUE(again) << format_problems(again.error()) << first->source;
  EXPECT_EQ(again->echo, first->echo);
  EXPECT_EQ(again->source, first->source);
}

TEST_F(ScenarioFile, ReadsEveryKindOfDelayAndLossBackTheSame) {
  write("delays.txt", "5ms\n0.020\n");
  const auto first = load_scenario(write("first.toml", R"(
population.cohorts = [
  { name = "near",   share = 0.25, one_way_delay = { from = "1ms", to = "3ms" } },
  { name = "far",  share = 0.25, one_way_delay = { median = "60ms", p99 = "400ms" }, loss = "1%" },
  { name = "x", share = 0.5, loss = { answers = 0.25 }, one_way_delay = { file = "delays.txt" } } ]
)"),
                                   {});
  ASSERT_TRUE(first) << format_problems(first.error());
  EXPECT_EQ(first->cohorts[0].one_way_delay.to, 3ms);
  EXPECT_EQ(first->cohorts[1].losses.requests, Share{0.01});
  EXPECT_EQ(first->cohorts[2].losses.requests, Share{0});
  EXPECT_EQ(first->cohorts[2].losses.answers, Share{0.25});
  EXPECT_EQ(*first->cohorts[2].one_way_delay.file.times, (std::vector<Duration>{5ms, 20ms}));
  const auto again = load_scenario(write("again.toml", first->source), {});
  ASSERT_TRUE(again) << format_problems(again.error()) << first->source;
  EXPECT_EQ(again->source, first->source);
  EXPECT_EQ(describe_network(first->cohorts[0]), "1ms to 3ms");
  EXPECT_EQ(describe_network(first->cohorts[1]),
            "median 60ms, p99 400ms; loses 1 % of requests and 1 % of answers");
  EXPECT_EQ(describe_network(first->cohorts[2]), "as in delays.txt; loses 25 % of answers");
}

TEST_F(ScenarioFile, RefusesDelaysThatAreNone) {
  const auto problems_with = [this](const std::string& rest) {
    return problems_of("population.cohorts = [{ name = \"a\", share = 1, " + rest + " }]");
  };
  for (const char* rest :
       {"one_way_delay = { from = \"3ms\", to = \"1ms\" }", "one_way_delay = \"4001ms\"",
        "one_way_delay = { from = \"3ms\" }", "loss = 2", "loss = { bytes = 0.1 }"}) {
    EXPECT_THAT(problems_with(rest), HasSubstr("population.cohorts: ")) << rest;
  }
  write("delays.txt", "5ms\n5s\n");
  EXPECT_THAT(problems_with("one_way_delay = { file = \"delays.txt\" }"),
              HasSubstr("delays.txt:2: '5s' is not accepted"));
}

TEST_F(ScenarioFile, KeepsTheTextsAndTablesOfAnotherServiceAsTheyWere) {
  write("users.csv", "email\na@x\nb@x\n");
  const auto first = load_scenario(write("own.toml", R"toml(
population.users = 2
event.reserve = "none"
[target]
url = "http://127.0.0.1:1"
user = "{email}"
feeder = "users.csv"
[target.claim]
path = "/a?b={user}"
headers = ["X-Odd: \"{index}\""]
body = """[1, 2]
{"a":{"b":"{event}"}}"""
[[target.claim.answers]]
status = [200, "300-399"]
json = { "/a~1b" = { matches = '^\d+$' }, "/ok" = true }
means = "win"
receipt = "/c"
[[target.claim.answers]]
means = "loss"
reason = "sold_out"
)toml"),
                                   {});
  ASSERT_TRUE(first) << format_problems(first.error());
  EXPECT_FALSE(first->takes_reservations());
  EXPECT_EQ(first->target.requests[1].body, "[1, 2]\n{\"a\":{\"b\":\"{event}\"}}");
  const auto again = load_scenario(write("again.toml", first->source), {});
  ASSERT_TRUE(again) << format_problems(again.error()) << first->source;
  EXPECT_EQ(again->echo, first->echo);
  EXPECT_EQ(again->source, first->source);
}

TEST_F(ScenarioFile, RefusesToTakeNoReservationsWhereThatMakesNoSense) {
  const auto scenario = load_scenario(
      write("none.toml",
            "event.reserve = \"none\"\npopulation.personas = { honest = 0.9, intruder = 0.1 }\n"),
      {});
  ASSERT_FALSE(scenario);
  const std::string problems = format_problems(scenario.error());
  EXPECT_THAT(problems, HasSubstr("expected no intruders"));
  EXPECT_THAT(problems, HasSubstr("the built-in server takes reservations"));
}

constexpr const char* kListed = R"(
population.users = 10
event = { reserve = "none", roster = "entitled.csv", roster_column = "email" }
target = { url = "http://127.0.0.1:1", user = "u{index}@x" }
)";

TEST_F(ScenarioFile, ReadsItsRosterFromAFileBesideIt) {
  write("entitled.csv", "tier,email\r\ngold,u9@x\r\nnone,u2@x\r\nnone,away@x\r\n");
  const auto first = load_scenario(write("first.toml", kListed), {});
  ASSERT_TRUE(first) << format_problems(first.error());
  ASSERT_NE(first->roster_list, nullptr);
  EXPECT_EQ(first->roster_list->listed.users, (Bytes{0b00000100, 0b00000010}));
  EXPECT_EQ(first->roster_size(), 3U);
  const auto again = load_scenario(write("again.toml", first->source), {});
  ASSERT_TRUE(again) << format_problems(again.error()) << first->source;
  EXPECT_EQ(again->source, first->source);
  EXPECT_EQ(again->roster_list->listed, first->roster_list->listed);
}

TEST_F(ScenarioFile, RefusesARosterWhereItMakesNoSense) {
  write("entitled.csv", "email\nu1@x\n");
  EXPECT_THAT(problems_of("event.roster = \"entitled.csv\"\n"),
              HasSubstr("who reserves is on the roster, expected no list or event.reserve = "));
  EXPECT_THAT(problems_of("event.roster_column = \"email\"\n"),
              HasSubstr("event.roster_column: 'email' is not accepted: expected event.roster"));
  EXPECT_THAT(problems_of(std::string(kListed) + "population.personas = { intruder = 1 }\n"),
              HasSubstr("those whom event.roster does not name are the intruders"));
}

TEST_F(ScenarioFile, NeverShowsItsSecrets) {
  const auto scenario =
      load_scenario(write("secret.toml", "target.admin_token = \"open sesame\"\n"), {});
  ASSERT_TRUE(scenario);
  EXPECT_EQ(scenario->admin_token, "open sesame");
  EXPECT_EQ(scenario->source.find("sesame"), std::string::npos);
  for (const auto& [key, value] : scenario->echo)
    EXPECT_EQ(value.find("sesame"), std::string::npos);
}

TEST_F(ScenarioFile, ExtendsAnotherAndOverridesBoth) {
  write("base.toml", "[population]\nusers = 10\nseed = 5\n");
  const auto path = write("child.toml", "extends = \"base.toml\"\n[population]\nusers = 20\n");
  const auto scenario = load_scenario(path, {{"event.rush", "3s"}});
  ASSERT_TRUE(scenario) << format_problems(scenario.error());
  EXPECT_EQ(scenario->users, 20U);
  EXPECT_EQ(scenario->seed, 5U);
  EXPECT_EQ(scenario->rush, 3s);
  EXPECT_EQ(scenario->name, "child");
}

TEST_F(ScenarioFile, RefusesAChainOfExtendsThatNeverEnds) {
  EXPECT_THAT(problems_of("extends = \"bad.toml\"\n"), HasSubstr("chain of more than 8"));
}

TEST_F(ScenarioFile, NamesFileLineColumnAndTheNearestKeyForAnUnknownOne) {
  const std::string problems = problems_of("[population]\nuserz = 3\n");
  EXPECT_THAT(problems, HasSubstr("bad.toml:2:1: population.userz"));
  EXPECT_THAT(problems, HasSubstr("nearest is 'population.users'"));
}

TEST_F(ScenarioFile, ReportsAllProblemsAtOnce) {
  const std::string problems =
      problems_of("[population]\nusers = 0\nshow_up = 2\n[event]\nrush = \"0s\"\nreserve = true\n");
  EXPECT_THAT(problems,
              HasSubstr("population.users: '0' is not accepted: expected an integer of 1"));
  EXPECT_THAT(problems, HasSubstr("population.show_up"));
  EXPECT_THAT(problems,
              HasSubstr("event.rush: '0s' is not accepted: expected a duration of 100ms"));
  EXPECT_THAT(problems, HasSubstr("event.reserve: 'true' is not accepted"));
}

TEST_F(ScenarioFile, RefusesABillionUsers) {
  EXPECT_THAT(problems_of("population.users = 1000000000"), HasSubstr("10,000,000"));
}

TEST_F(ScenarioFile, RefusesAValueOfTheWrongType) {
  EXPECT_THAT(problems_of("population.users = [1, 2]"), HasSubstr("expected an integer"));
  EXPECT_THAT(problems_of("population.cohorts = 3"), HasSubstr("expected a list such as"));
  EXPECT_THAT(problems_of("population = 3"), HasSubstr("population: unknown name"));
}

TEST_F(ScenarioFile, RefusesSharesThatDoNotAddUp) {
  EXPECT_THAT(problems_of("population.personas = { honest = 0.5, retrier = 0.4 }"),
              HasSubstr("population.personas: the shares add up to 0.9: expected 1 (100%)"));
  EXPECT_THAT(problems_of("population.cohorts = [{ name = \"a\", share = 0.5 }]"),
              HasSubstr("population.cohorts: the shares add up to 0.5"));
}

TEST_F(ScenarioFile, RefusesACohortNamedTwiceAndAnUnknownPersona) {
  EXPECT_THAT(problems_of("population.cohorts = [{ name = \"a\", share = 0.5 }, "
                          "{ name = \"a\", share = 0.5 }]"),
              HasSubstr("'a' is named twice"));
  EXPECT_THAT(problems_of("population.personas = { honst = 1.0 }"), HasSubstr("double_clicker"));
}

TEST_F(ScenarioFile, TellsWhereItsSyntaxBreaks) {
  EXPECT_THAT(problems_of("question = \"unclosed\n"), HasSubstr("bad.toml:1:"));
}

TEST_F(ScenarioFile, SaysSoWhenItCannotBeRead) {
  const auto scenario = load_scenario(folder_ / "missing.toml", {});
  ASSERT_FALSE(scenario);
  EXPECT_THAT(format_problems(scenario.error()), HasSubstr("missing.toml: cannot be read"));
}

TEST_F(ScenarioFile, NamesTheOverrideThatIsWrong) {
  const auto scenario = load_scenario(write("ok.toml", ""), {{"population.users", "many"}});
  ASSERT_FALSE(scenario);
  EXPECT_THAT(format_problems(scenario.error()), HasSubstr("--set population.users: 'many'"));
}

}  // namespace
}  // namespace fairrush::loadgen
