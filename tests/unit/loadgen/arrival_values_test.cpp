#include "loadgen/scenario/arrival_values.hpp"

#include <gmock/gmock.h>

#include "tests/unit/loadgen/scenario_file.hpp"

namespace fairrush::loadgen {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class ArrivalsOfAScenario : public ScenarioFile {};

TEST_F(ArrivalsOfAScenario, AreReadForBothPhases) {
  const auto scenario = load_scenario(write("both.toml", R"(
[arrivals]
shape = "ramp"
from = 1
to = 2.5
[arrivals.reserve]
shape = "steps"
levels = [1, 0, 2]
)"),
                                      {});
  ASSERT_TRUE(scenario) << format_problems(scenario.error());
  EXPECT_EQ(scenario->arrivals.pattern.shape, ArrivalShape::ramp);
  EXPECT_EQ(scenario->arrivals.pattern.to, 2.5);
  EXPECT_EQ(scenario->reserve_arrivals.pattern.shape, ArrivalShape::steps);
  EXPECT_THAT(scenario->reserve_arrivals.pattern.levels, ElementsAre(1, 0, 2));
}

TEST_F(ArrivalsOfAScenario, AreReservationsAtAConstantRateByDefault) {
  const auto scenario = load_scenario(write("none.toml", ""), {});
  ASSERT_TRUE(scenario);
  EXPECT_EQ(scenario->reserve_arrivals.pattern.shape, ArrivalShape::uniform);
  EXPECT_TRUE(scenario->reserve_arrivals.stages.empty());
}

TEST_F(ArrivalsOfAScenario, AreReadBackTheSameFromTheirOwnText) {
  write("times.csv", "user,offset\na,0.25\nb,1s\n");
  const auto first = load_scenario(write("stages.toml", R"(
[arrivals]
stages = [ { shape = "uniform", for = "10s", share = 0.125 },
           { shape = "front_loaded", for = "5s", share = 0.125, mean = "70ms" },
           { shape = "ramp", for = "5s", share = 0.125, from = 2, to = 0.5 },
           { shape = "steps", for = "5s", share = 0.125, levels = [1, 2.5] },
           { shape = "trace", for = "5s", share = 0.25, file = "times.csv", column = "offset" },
           { shape = "spike", share = "25%", burst = 0.8, at = "0s", width = "500ms" } ]
)"),
                                   {});
  ASSERT_TRUE(first) << format_problems(first.error());
  ASSERT_EQ(first->arrivals.stages.size(), 6U);
  EXPECT_THAT(*first->arrivals.stages[4].pattern.file.times, ElementsAre(250ms, 1s));
  EXPECT_FALSE(first->arrivals.stages[5].length);
  // From another folder, too: the paths of files are absolute by then.
  std::filesystem::create_directories(folder_ / "run");
  const auto again = load_scenario(write("run/scenario.toml", first->source), {});
  ASSERT_TRUE(again) << format_problems(again.error()) << first->source;
  EXPECT_EQ(again->source, first->source);
}

TEST_F(ArrivalsOfAScenario, RefuseAKeyThatBelongsToAnotherShape) {
  EXPECT_THAT(problems_of("arrivals.stages = [{ shape = \"uniform\", share = 1, burst = 0.5 }]"),
              HasSubstr("each with the keys of its shape"));
  EXPECT_THAT(problems_of("arrivals.stages = [{ shape = \"round\", share = 1 }]"),
              HasSubstr("expected a list such as"));
}

TEST_F(ArrivalsOfAScenario, RefuseStagesThatDoNotFit) {
  const std::string problems = problems_of(R"(
[event]
rush = "10s"
[arrivals]
stages = [ { shape = "uniform", for = "8s", share = 0.3 },
           { shape = "spike", for = "1s", share = 0.3, at = "900ms", width = "200ms" },
           { shape = "uniform", for = "3s", share = 0.3 } ]
)");
  EXPECT_THAT(problems, HasSubstr("stage 2: the burst ends after 1.1s, the time there is for it "
                                  "is 1s"));
  EXPECT_THAT(problems, HasSubstr("the stages last for 12s, the time there is for them is 10s"));
  EXPECT_THAT(problems, HasSubstr("the shares add up to 0.8999"));
}

TEST_F(ArrivalsOfAScenario, RefuseAStageWithoutALengthBeforeTheLast) {
  EXPECT_THAT(problems_of("arrivals.stages = [{ shape = \"uniform\", share = 0.5 }, "
                          "{ shape = \"uniform\", share = 0.5 }]"),
              HasSubstr("stage 1: it does not say for how long"));
}

TEST_F(ArrivalsOfAScenario, RefuseShapesWithoutClicks) {
  EXPECT_THAT(problems_of("arrivals = { shape = \"ramp\", from = 0, to = 0 }"),
              HasSubstr("a ramp from 0 to 0 has no clicks"));
  EXPECT_THAT(problems_of("arrivals.reserve = { shape = \"steps\", levels = [0, 0] }"),
              HasSubstr("arrivals.reserve: steps that are all 0"));
  EXPECT_THAT(problems_of("arrivals.shape = \"trace\""), HasSubstr("a trace needs its file"));
}

TEST_F(ArrivalsOfAScenario, MeasureABurstOfReservationsByThreeQuartersOfTheirWindow) {
  const std::string toml =
      "event.reserve = \"4s\"\narrivals.reserve = { shape = \"spike\", width = \"1s\", at = ";
  EXPECT_EQ(problems_of(toml + "\"2s\" }"), "accepted");
  EXPECT_THAT(problems_of(toml + "\"2001ms\" }"), HasSubstr("the time there is for it is 3s"));
}

TEST_F(ArrivalsOfAScenario, HaveAClosedLoopInEitherPhase) {
  const auto first = load_scenario(write("closed.toml", R"(
connections.count = 300
[arrivals]
shape = "closed"
users = 20
think = "1.5s"
[arrivals.reserve]
shape = "closed"
users = 300
)"),
                                   {});
  ASSERT_TRUE(first) << format_problems(first.error());
  EXPECT_TRUE(first->arrivals.is_closed());
  EXPECT_EQ(first->arrivals.pattern.users, 20U);
  EXPECT_EQ(first->arrivals.pattern.think, 1500ms);
  EXPECT_EQ(first->reserve_arrivals.pattern.think, 0s);
  EXPECT_EQ(smallest_loop(*first), 20U);
  const auto again = load_scenario(write("again.toml", first->source), {});
  ASSERT_TRUE(again) << format_problems(again.error()) << first->source;
  EXPECT_EQ(again->source, first->source);
  const auto open =
      load_scenario(write("again.toml", first->source), {{"arrivals.shape", "uniform"},
                                                         {"arrivals.users", "none"},
                                                         {"arrivals.think", "0s"},
                                                         {"arrivals.reserve.shape", "uniform"},
                                                         {"arrivals.reserve.users", "none"}});
  ASSERT_TRUE(open) << format_problems(open.error());
  EXPECT_FALSE(smallest_loop(*open));
}

TEST_F(ArrivalsOfAScenario, RefuseAClosedLoopWithFewerConnectionsThanUsers) {
  const std::string loop = "arrivals = { shape = \"closed\", users = 50 }\nconnections.count = ";
  EXPECT_EQ(problems_of(loop + "50"), "accepted");
  EXPECT_THAT(problems_of(loop + "49"),
              HasSubstr("connections.count: 49 are fewer than the 50 users in the closed loop "
                        "(arrivals.users), who would wait for each other"));
  EXPECT_THAT(problems_of(loop + "49\nconnections.mode = \"per_request\""),
              HasSubstr("49 are fewer"));
  EXPECT_EQ(problems_of(loop + "49\nconnections.mode = \"per_user\""), "accepted");
  EXPECT_THAT(problems_of("connections.count = 4\n"
                          "arrivals.reserve = { shape = \"closed\", users = 5 }"),
              HasSubstr("(arrivals.reserve.users)"));
}

TEST_F(ArrivalsOfAScenario, RefuseAClosedLoopOfAWrongNumberOfUsers) {
  EXPECT_THAT(
      problems_of("arrivals.shape = \"closed\""),
      HasSubstr("arrivals.users: a closed loop needs it: expected how many users are in the "
                "loop at once, 1 to 300"));
  EXPECT_THAT(problems_of("arrivals = { shape = \"closed\", users = 0 }"),
              HasSubstr("arrivals.users: '0' is not accepted: expected an integer of 1 to "
                        "10,000,000, or none"));
  EXPECT_THAT(problems_of("arrivals.reserve = { shape = \"closed\", users = 301 }"),
              HasSubstr("arrivals.reserve.users: 301 is more than population.users, 300"));
  EXPECT_EQ(problems_of("connections.count = 300\narrivals = { shape = \"closed\", users = 300 }"),
            "accepted");
  EXPECT_THAT(problems_of("arrivals = { shape = \"closed\", users = 1, think = \"-1s\" }"),
              HasSubstr("arrivals.think: '-1s' is not accepted: expected a duration of 0s to 24h"));
  EXPECT_THAT(problems_of("arrivals = { shape = \"closed\", users = 1, rate = 5 }"),
              HasSubstr("arrivals.rate"));
}

TEST_F(ArrivalsOfAScenario, RefuseKeysOfAClosedLoopWithAnotherShape) {
  EXPECT_THAT(
      problems_of("arrivals = { shape = \"poisson\", users = 5, think = \"1s\" }"),
      AllOf(HasSubstr("arrivals.users: 5 belongs to the shape closed, and arrivals.shape is "
                      "poisson"),
            HasSubstr("arrivals.think: 1s belongs to the shape closed")));
  EXPECT_THAT(problems_of("arrivals.stages = [{ shape = \"uniform\", share = 1, users = 5 }]"),
              HasSubstr("each with the keys of its shape"));
}

TEST_F(ArrivalsOfAScenario, RefuseAClosedLoopAmongStages) {
  EXPECT_THAT(problems_of("arrivals.stages = [{ shape = \"uniform\", for = \"1s\", share = 0.5 }, "
                          "{ shape = \"closed\", share = 0.5, users = 5, think = \"1s\" }]"),
              HasSubstr("arrivals.stages, stage 2: a closed loop cannot be a stage"));
  EXPECT_THAT(problems_of("arrivals = { shape = \"closed\", users = 5, stages = [{ shape = "
                          "\"uniform\", share = 1 }] }"),
              HasSubstr("arrivals.stages: a closed loop has no stages"));
}

class TraceOfAScenario : public ScenarioFile {
 protected:
  std::string problems_with(const std::string& times, const std::string& column = "") const {
    write("times.txt", times);
    return problems_of(
        fmt::format("event.rush = \"10s\"\narrivals = {{ shape = \"trace\", file = \"times.txt\", "
                    "column = \"{}\" }}",
                    column));
  }
};

TEST_F(TraceOfAScenario, IsReadInAnyOrderWithAndWithoutUnits) {
  write("times.txt", "# seconds\n2.5\r\n\n250ms  # early\n0\n 1s\n");
  const auto scenario = load_scenario(
      write("trace.toml", "arrivals = { shape = \"trace\", file = \"times.txt\" }"), {});
  ASSERT_TRUE(scenario) << format_problems(scenario.error());
  EXPECT_THAT(*scenario->arrivals.pattern.file.times, ElementsAre(0s, 250ms, 1s, 2500ms));
}

TEST_F(TraceOfAScenario, NamesFileAndLineOfEveryBadTime) {
  const std::string problems = problems_with("1s\nsoon\n-1\n10.1\n3s\nnan\n");
  EXPECT_THAT(problems, HasSubstr("times.txt:2: 'soon' is not accepted: expected a time"));
  EXPECT_THAT(problems, HasSubstr("times.txt:3: '-1'"));
  EXPECT_THAT(problems, HasSubstr("times.txt:4: '10.1' is not accepted: expected a time such as "
                                  "1.5s, 200ms or 0.25 (seconds), 0s to 10s"));
  EXPECT_THAT(problems, HasSubstr("times.txt:6: 'nan'"));
  EXPECT_THAT(problems, Not(HasSubstr("times.txt:5")));
}

TEST_F(TraceOfAScenario, CountsWhatItDoesNotShow) {
  std::string times;
  for (int line = 0; line < 50; ++line) times += "never\n";
  const std::string problems = problems_with(times);
  EXPECT_THAT(problems, HasSubstr("times.txt:20: "));
  EXPECT_THAT(problems, Not(HasSubstr("times.txt:21: ")));
  EXPECT_THAT(problems, HasSubstr("30 further lines are wrong"));
}

TEST_F(TraceOfAScenario, IsRefusedWhenItHoldsNothing) {
  EXPECT_THAT(problems_with("# nothing\n"), HasSubstr("times.txt: holds no time"));
  EXPECT_THAT(problems_of("arrivals = { shape = \"trace\", file = \"missing.txt\" }"),
              HasSubstr("missing.txt: cannot be read"));
}

TEST_F(TraceOfAScenario, NamesLinesAndColumnsOfACsvFile) {
  EXPECT_EQ(problems_with("user,at\nu1,0.5\nu2,2s\n", "at"), "accepted");
  EXPECT_THAT(problems_with("user,at\nu1,0.5\n", "when"),
              HasSubstr("times.txt:1: there is no column 'when' in the header"));
  EXPECT_THAT(problems_with("user,at\nu1,0.5\nu2\n", "at"), HasSubstr("times.txt:3: ''"));
}

}  // namespace
}  // namespace fairrush::loadgen
