// Streams of a claim's updates (text/event-stream).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/server/api/world.hpp"

namespace fairrush::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr FollowLimits kFollow{.followers_max = 3};

class ClaimStreamTest : public testing::Test {
 protected:
  ClaimStreamTest() : world_(":memory:", Acknowledge::durable, {}, {}, kFollow) {
    world_.create_event("stock-counter", "5");
    world_.fill(10);
  }

  std::string request_of(std::uint32_t user) {
    return world_.post(kClaims, {.user = user, .key = "k"})->member("request");
  }
  /// A stream as it stands once everything is settled.
  std::unique_ptr<Call> follow(const std::string& request, std::uint32_t user) {
    auto call = world_.send(Method::get, "/api/v1/claims/" + request,
                            {.user = user, .accept = "text/event-stream"});
    world_.settle();
    return call;
  }
  /// Time passes in which nothing is recorded, so that claims stay as they are.
  void stand_still(Duration time) {
    for (Duration passed{}; passed < time; passed += milliseconds(500)) {
      world_.advance(milliseconds(500));
      world_.app().tick();
    }
  }

  World world_;
};

TEST_F(ClaimStreamTest, SaysHowThingsStandAtOnceAndEndsWithTheOutcome) {
  const std::string request = request_of(1);
  const auto stream = follow(request, 1);
  EXPECT_FALSE(stream->answered());
  EXPECT_EQ(stream->response.content_type, "text/event-stream");
  EXPECT_EQ(stream->streamed,
            "retry: 1000\n\ndata: {\"request\":\"" + request + "\",\"status\":\"PROCESSING\"}\n\n");
  world_.elapse(milliseconds(100));
  EXPECT_THAT(stream->streamed, HasSubstr("\"status\":\"COMPLETED\",\"coupon\":\""));
  EXPECT_THAT(stream->streamed, EndsWith("}\n\n"));
  EXPECT_TRUE(stream->answered());
}

TEST_F(ClaimStreamTest, IsOverAtOnceWhenTheOutcomeIsKnown) {
  const std::string request = request_of(1);
  world_.elapse(milliseconds(100));
  const auto stream = follow(request, 1);
  ASSERT_TRUE(stream->answered());
  EXPECT_EQ(stream->response.content_type, "text/event-stream");
  EXPECT_THAT(stream->body(), StartsWith("data: {"));
  EXPECT_THAT(stream->body(), HasSubstr("COMPLETED"));
}

TEST_F(ClaimStreamTest, DoesNotTellOfACouponThatIsNotDurable) {
  const auto stream = follow(request_of(1), 1);
  world_.advance(milliseconds(100));
  world_.app().tick();
  EXPECT_THAT(stream->streamed, Not(HasSubstr("COMPLETED")));
  world_.settle();
  EXPECT_THAT(stream->streamed, HasSubstr("COMPLETED"));
}

TEST_F(ClaimStreamTest, IsRefusedToEverybodyElse) {
  const auto stream = follow(request_of(1), 2);
  EXPECT_EQ(stream->status(), 404U);
  EXPECT_EQ(stream->code(), "UNKNOWN_REQUEST");
}

TEST_F(ClaimStreamTest, SpeaksWhileNothingHappensAndEndsAfterFiveMinutes) {
  const auto stream = follow(request_of(1), 1);
  // The coupon is made, and its record is not written.
  stand_still(minutes(5) - seconds(1));
  EXPECT_FALSE(stream->answered());
  std::size_t comments = 0;
  for (std::size_t at = stream->streamed.find("\n:\n\n"); at != std::string::npos;
       at = stream->streamed.find("\n:\n\n", at + 1)) {
    ++comments;
  }
  EXPECT_GE(comments, 18U) << "one in fifteen seconds";
  EXPECT_LE(comments, 20U);
  EXPECT_THAT(stream->streamed, Not(HasSubstr("COMPLETED")));
  stand_still(seconds(2));
  EXPECT_TRUE(stream->answered());
}

TEST_F(ClaimStreamTest, IsGivenUpWithinASecondWhenItsClientHasLeft) {
  const auto stream = follow(request_of(1), 1);
  stream->left = true;
  stand_still(seconds(1));
  EXPECT_TRUE(stream->answered());
  world_.settle();  // the outcome finds nobody
  EXPECT_THAT(stream->streamed, Not(HasSubstr("COMPLETED")));
}

TEST_F(ClaimStreamTest, IsOneOfABoundedNumber) {
  std::vector<std::unique_ptr<Call>> streams;
  for (std::uint32_t user = 0; user < 3; ++user) streams.push_back(follow(request_of(user), user));
  const std::string request = request_of(4);
  const auto refused = follow(request, 4);
  EXPECT_EQ(refused->status(), 503U);
  EXPECT_EQ(refused->code(), "OVERLOADED");
  EXPECT_GT(refused->response.retry_after_seconds, 0U);
  EXPECT_EQ(
      world_.get("/api/v1/claims/" + request, {.user = 4, .prefer = "wait=10"})->member("status"),
      "PROCESSING")
      << "a wish to wait is only a wish";
  streams.front()->left = true;
  stand_still(seconds(1));
  EXPECT_TRUE(streams.front()->answered());
  EXPECT_FALSE(streams.back()->answered());
}

TEST_F(ClaimStreamTest, EndsWhenTheServerDrains) {
  const auto stream = follow(request_of(1), 1);
  const auto wait = world_.send(Method::post, kClaims, {.user = 2, .key = "k", .prefer = "wait=9"});
  world_.settle();
  world_.app().start_draining();
  EXPECT_TRUE(stream->answered());
  ASSERT_TRUE(wait->answered());
  EXPECT_EQ(wait->status(), 202U);
  const auto late = follow(request_of(3), 3);
  EXPECT_EQ(late->code(), "DRAINING");
}

TEST_F(ClaimStreamTest, SaysThatTheOutcomeWillNotCome) {
  const auto stream = follow(request_of(1), 1);
  world_.fail_next_batch();
  world_.elapse(milliseconds(100));
  EXPECT_TRUE(stream->answered());
  EXPECT_THAT(stream->streamed, HasSubstr("event: error\ndata: {\"code\":\"LEDGER_UNAVAILABLE\""));
}

}  // namespace
}  // namespace fairrush::server
