// Claims whose answer is that the outcome comes later.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <string>
#include <thread>

#include "tests/unit/loadgen/scripted_target.hpp"
#include "tests/unit/loadgen/wire/rehearsal.hpp"
#include "tests/unit/loadgen/wire/worker_over.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::Op;
using analysis::Outcome;
using analysis::Reason;
using namespace std::chrono_literals;

bool asks_outcome(std::string_view request) {
  return request.starts_with("GET /api/v1/claims/");
}

/// The id in "GET /api/v1/claims/R-7 HTTP/1.1".
std::string asked_id(std::string_view request) {
  const std::size_t begin = request.rfind('/', request.find(" HTTP/")) + 1;
  return std::string(request.substr(begin, request.find(' ', begin) - begin));
}

/// A service that accepts every claim under an id of its own and says the outcome when it is asked
/// for the `patience`-th time.
class Asynchronous {
 public:
  explicit Asynchronous(int patience, std::string outcome)
      : patience_(patience), outcome_(std::move(outcome)) {}

  ScriptedTarget::Script script() {
    return [this](std::string_view request) -> Reaction {
      if (is_claim(request)) {
        return {http_answer(
            202, R"({"request":"R-)" + std::to_string(++claims_) + R"(","status":"PROCESSING"})")};
      }
      if (!asks_outcome(request)) return generous(request);
      if (++asked_[asked_id(request)] < patience_) {
        return {http_answer(200, R"({"status":"PROCESSING"})")};
      }
      return {http_answer(200, outcome_)};
    };
  }
  int claims() const { return claims_; }
  std::size_t ids_asked() const { return asked_.size(); }

 private:
  int patience_;
  std::string outcome_;
  int claims_ = 0;
  std::map<std::string, int> asked_;
};

constexpr const char* kWin = R"({"status":"COMPLETED","coupon":"C-7"})";

class OutcomeOver : public OverTransport {};
INSTANTIATE_TEST_SUITE_P(EachTransport, OutcomeOver, OverTransport::each(), OverTransport::name_of);

TEST_P(OutcomeOver, IsRecordedAsTheClaimsOwnFromTheClickToTheOutcomeSeen) {
  Asynchronous service(3, kWin);
  ScriptedTarget target(service.script());
  Rehearsal rehearsal(short_scenario(20), target.endpoint(), GetParam());
  rehearsal.play();
  rehearsal.expect_one_record_each();
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::win, Reason::none), 20U);
  EXPECT_EQ(service.ids_asked(), 20U);
  for (const Played& played : rehearsal.records()) {
    if (played.record.operation() != Op::claim) continue;
    EXPECT_EQ(played.receipt, "C-7");
    const auto took = Duration(played.record.complete_ns - played.record.first_byte_out_ns);
    EXPECT_GE(took, 50ms + 75ms + 112ms) << "three questions, one after the other";
    EXPECT_EQ(played.record.http_status, 200);
  }
}

TEST_P(OutcomeOver, MayBeALoss) {
  Asynchronous service(1, R"({"status":"FAILED","code":"SOLD_OUT"})");
  ScriptedTarget target(service.script());
  Rehearsal rehearsal(short_scenario(10), target.endpoint(), GetParam());
  rehearsal.play();
  rehearsal.expect_one_record_each();
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::loss, Reason::sold_out), 10U);
}

TEST_P(OutcomeOver, ThatNeverComesLeavesTheClaimPendingAtItsDeadline) {
  Asynchronous service(1'000'000, kWin);
  ScriptedTarget target(service.script());
  Scenario scenario = short_scenario(10);
  scenario.attempt_timeout = 400ms;
  Rehearsal rehearsal(scenario, target.endpoint(), GetParam());
  rehearsal.play();
  rehearsal.expect_one_record_each();
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::indeterminate, Reason::still_pending), 10U);
  for (const Played& played : rehearsal.records()) {
    if (played.record.operation() == Op::claim) EXPECT_FALSE(played.record.completed());
  }
}

TEST_P(OutcomeOver, IsAskedForAgainWhenAQuestionIsNotAnswered) {
  std::map<std::string, int> asked;
  ScriptedTarget target([&asked](std::string_view request) -> Reaction {
    if (is_claim(request)) return {http_answer(202, R"({"request":"R 1/2"})")};
    if (!asks_outcome(request)) return generous(request);
    switch (++asked[asked_id(request)]) {
      case 1:
        return {"", Reaction::Then::reset};
      case 2:
        return {http_answer(503, R"({"code":"OVERLOADED"})")};
      case 3:
        return {http_answer(500, "")};
      default:
        return {http_answer(200, kWin)};
    }
  });
  Rehearsal rehearsal(short_scenario(1), target.endpoint(), GetParam());
  rehearsal.play();
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::win, Reason::none), 1U);
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked.begin()->first, "R%201%2F2") << "an id is escaped for where it stands";
}

TEST_P(OutcomeOver, ThatAStopDoesNotWaitForIsStoppedInFlight) {
  Asynchronous service(1'000'000, kWin);
  ScriptedTarget target(service.script());
  Rehearsal rehearsal(short_scenario(5), target.endpoint(), GetParam());
  std::atomic<bool> asked = false;
  target.when_requested(5 + 5 + 3, [&asked] { asked = true; });
  rehearsal.while_playing = [&asked](Worker& worker) {
    while (!asked) std::this_thread::yield();
    worker.stop();
  };
  rehearsal.play();
  rehearsal.expect_one_record_each();
  EXPECT_GT(rehearsal.count(Op::claim, Outcome::indeterminate, Reason::stopped_in_flight), 0U);
}

}  // namespace
}  // namespace fairrush::loadgen
