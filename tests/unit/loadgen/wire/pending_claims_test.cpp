#include "loadgen/wire/pending_claims.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace fairrush::loadgen {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t ms(std::int64_t count) {
  return count * 1'000'000;
}

/// A claim of user 7 that was clicked at 1 s, and whose outcome must come by `deadline_ms`.
PendingClaims::Claim claim(std::int64_t deadline_ms) {
  Click click;
  click.planned.intended_ns = ms(1000);
  click.planned.user = UserIndex(7);
  click.planned.op = analysis::Op::claim;
  return {.click = click, .id = "R-1", .deadline_ns = ms(deadline_ms)};
}

/// When it is asked, each answer coming at once, as milliseconds.
std::vector<std::int64_t> questions_ms(std::int64_t deadline_ms) {
  PendingClaims pending;
  std::vector<std::int64_t> asked;
  std::optional<Click> question = pending.begin(claim(deadline_ms), ms(1000));
  while (question) {
    asked.push_back(question->planned.intended_ns / 1'000'000);
    question = pending.ask_again(*question, question->planned.intended_ns);
  }
  return asked;
}

TEST(PendingClaims, AsksSoonAndThenLessAndLessOften) {
  const std::vector<std::int64_t> asked = questions_ms(60'000);
  ASSERT_GT(asked.size(), 10U);
  EXPECT_EQ(asked[0], 1050);
  EXPECT_EQ(asked[1], 1125);
  EXPECT_EQ(asked[2], 1237);
  for (std::size_t index = 10; index + 2 < asked.size(); ++index) {
    EXPECT_EQ(asked[index + 1] - asked[index], 1000) << "no pause is longer than a second";
  }
}

TEST(PendingClaims, AsksALastTimeShortlyBeforeTheDeadline) {
  for (const std::int64_t deadline_ms : {1'300, 2'000, 7'777}) {
    EXPECT_EQ(questions_ms(deadline_ms).back(), deadline_ms - 100);
  }
}

TEST(PendingClaims, AsksOnceWhenTheAnswerCameWithTheDeadline) {
  EXPECT_EQ(questions_ms(1'001).size(), 1U);
  EXPECT_EQ(questions_ms(500).size(), 1U);
}

TEST(PendingClaims, AsksForItsOwnClaimWithItsOwnId) {
  PendingClaims pending;
  PendingClaims::Claim other = claim(9'000);
  other.id = "R-2";
  const Click first = pending.begin(claim(9'000), ms(1000));
  const Click second = pending.begin(other, ms(1000));
  EXPECT_EQ(pending.id_of(first), "R-1");
  EXPECT_EQ(pending.id_of(second), "R-2");
  EXPECT_EQ(pending.id_of(Click{}), "");
  EXPECT_EQ(first.planned.user, UserIndex(7));
  EXPECT_EQ(pending.take(first).click.planned.intended_ns, ms(1000)) << "when the user clicked";
  EXPECT_EQ(pending.size(), 1U);
}

}  // namespace
}  // namespace fairrush::loadgen
