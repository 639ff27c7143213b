#include "cli/live/events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "cli/live/event_queue.hpp"
#include "tests/unit/cli/live/sample_story.hpp"

namespace fairrush::cli {
namespace {

using analysis::Op;
using analysis::Outcome;
using analysis::Reason;
using testing::StartsWith;

/// The data of one event, which has to be of that name and on one line.
boost::json::value data_of(const std::string& event, const std::string& name) {
  const std::string head = "event: " + name + "\ndata: ";
  EXPECT_THAT(event, StartsWith(head));
  EXPECT_TRUE(event.ends_with("\n\n"));
  const std::string data = event.substr(head.size(), event.size() - head.size() - 2);
  EXPECT_EQ(data.find_first_of("\r\n"), std::string::npos);
  return boost::json::parse(data);
}

TEST(LiveEvents, TellWhereTheRunStands) {
  RunStory story = sample_story();
  story.see(rushing(two_claims()), kOpened + 1s);
  const auto state = data_of(state_event(story), "state");
  EXPECT_EQ(state.at("phase").as_string(), "rushing");
  EXPECT_EQ(state.at("phase_length_s").to_number<double>(), 60);
  EXPECT_EQ(state.at("round").to_number<int>(), 1);
  EXPECT_EQ(state.at("users_total").to_number<int>(), 10);
  EXPECT_NEAR(state.at("latencies_ms").at(3).to_number<double>(), 300, 0.3);
  const auto& cohorts = state.at("cohorts").as_array();
  ASSERT_EQ(cohorts.size(), 2U);
  EXPECT_EQ(cohorts[0].at("won").to_number<int>(), 1);
  EXPECT_EQ(cohorts[1].at("name").as_string(), "mobile\n");
  EXPECT_EQ(cohorts[1].at("refusals").to_number<int>(), 1);
  const auto& outcomes = state.at("outcomes").as_array();
  ASSERT_EQ(outcomes.size(), 2U);
  EXPECT_EQ(outcomes[1].at("reason").as_string(), "overloaded");
}

TEST(LiveEvents, TakeNobodyForAnErrorWhoseTurnDidNotCome) {
  RunStory story = sample_story();
  auto measured = two_claims();
  measured.tally.count(CohortId(1), Op::claim, Outcome::failed, Reason::no_turn);
  measured.tally.count(CohortId(1), Op::claim, Outcome::failed, Reason::connect_refused);
  story.see(rushing(std::move(measured)), kOpened + 1s);
  const auto state = data_of(state_event(story), "state");
  EXPECT_EQ(state.at("cohorts").as_array()[1].at("errors").to_number<int>(), 1);
}

TEST(LiveEvents, TellALatecomerEverythingSoFar) {
  RunStory story = sample_story();
  story.see(rushing(two_claims()), kOpened + 1s);
  story.see(rushing(two_claims()), kOpened + 2s);
  story.note("the server has died");
  auto told = data_of(story_event(story), "story");
  EXPECT_EQ(told.at("question").as_string(), "Is it </script> fair?");
  EXPECT_EQ(told.at("timeline").as_array().size(), 2U);
  EXPECT_TRUE(told.at("timeline").at(1).at("latencies_ms").is_null());
  EXPECT_EQ(told.at("notices").at(0).as_string(), "the server has died");
  EXPECT_TRUE(told.at("ending").is_null());
  story.end({.verdict = "PROVEN",
             .tone = reports::Tone::good,
             .headline = "all is well",
             .exit_code = ExitCode::pass,
             .report = "/runs/a/report.html"});
  told = data_of(story_event(story), "story");
  EXPECT_EQ(told.at("ending").at("verdict").as_string(), "PROVEN");
  EXPECT_EQ(data_of(ending_event(story), "ending"), told.at("ending"));
  EXPECT_EQ(data_of(interval_event(story), "interval"), told.at("timeline").at(1));
  EXPECT_EQ(data_of(notice_event(story), "notice"), told.at("notices").at(0));
}

TEST(EventQueue, HoldsALongRunsStoryAndRefusesToHoldWithoutBound) {
  RunStory story = sample_story();
  for (unsigned second = 1; second <= Timeline::kPointsMax; ++second) {
    loadgen::Measurements measured = two_claims();
    measured.claims.record(1'234'567, second);
    story.see(rushing(measured), kOpened + std::chrono::seconds(second));
  }
  ASSERT_EQ(story.timeline().points().size(), Timeline::kPointsMax);
  EventQueue queue;
  const auto event = std::make_shared<const std::string>(story_event(story));
  ASSERT_TRUE(queue.push(event));
  std::size_t held = 1;
  while (held < 1000 && queue.push(event)) ++held;
  EXPECT_LE(held * event->size(), EventQueue::kBytesMax.bytes);
  EXPECT_GT((held + 1) * event->size(), EventQueue::kBytesMax.bytes);
  EXPECT_EQ(queue.take(), event);
  EXPECT_TRUE(queue.push(event)) << "what has been taken makes room";
}

}  // namespace
}  // namespace fairrush::cli
