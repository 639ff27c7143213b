#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "analysis/evidence/attempt_numbers.hpp"
#include "analysis/evidence/radix_sort.hpp"
#include "tests/unit/analysis/history_builder.hpp"

namespace fairrush::analysis {
namespace {

TEST(CouponTable, GivesEachCouponOneNumberHoweverManyThereAre) {
  std::vector<std::string> texts;
  for (int number = 0; number < 10'000; ++number) texts.push_back("C" + std::to_string(number));
  CouponTable table;
  for (CouponId id = 0; id < texts.size(); ++id) {
    EXPECT_EQ(table.intern({receipt_hash(texts[id]), texts[id]}), id);
  }
  for (CouponId id = 0; id < texts.size(); ++id) {
    EXPECT_EQ(table.find({receipt_hash(texts[id]), texts[id]}), id);
    EXPECT_EQ(table.text(id), texts[id]);
  }
  EXPECT_EQ(table.size(), texts.size());
  EXPECT_EQ(table.find({receipt_hash("other"), "other"}), kNone);
}

TEST(CouponTable, TellsCouponsWithTheSameHashApart) {
  CouponTable table;
  EXPECT_EQ(table.find({7, "A"}), kNone);
  EXPECT_NE(table.intern({7, "A"}), table.intern({7, "B"}));
  EXPECT_NE(table.intern({7, "A"}), table.intern({8, "A"}));
  EXPECT_TRUE(table.is(table.find({7, "B"}), {7, "B"}));
  EXPECT_FALSE(table.is(table.find({7, "B"}), {7, "A"}));
  EXPECT_FALSE(table.is(kNone, {7, "A"}));
}

TEST(Holdings, KeepFurtherCouponsOfAUserApartFromOthers) {
  Holdings holdings;
  holdings.resize(3);
  EXPECT_TRUE(holdings.add(1, 10));
  EXPECT_TRUE(holdings.add(1, 11));
  EXPECT_TRUE(holdings.add(2, 11));
  EXPECT_FALSE(holdings.add(1, 11));
  EXPECT_EQ(holdings.pairs(), 3U);
  EXPECT_TRUE(holdings.contains(1, 11));
  EXPECT_FALSE(holdings.contains(2, 10));
  EXPECT_FALSE(holdings.holds_any(0));
  std::vector<CouponId> of_user;
  holdings.for_each_of(1, [&](CouponId coupon) { of_user.push_back(coupon); });
  EXPECT_EQ(of_user, (std::vector<CouponId>{10, 11}));
}

TEST(AttemptNumbers, CountRepeatsAmongDenseAndFarNumbers) {
  constexpr std::uint64_t kFar = std::numeric_limits<std::uint64_t>::max();
  AttemptNumbers numbers(4);
  for (const std::uint64_t number : {0UL, 1UL, 63UL, 64UL, kFar, kFar - 1}) numbers.add(number);
  EXPECT_EQ(numbers.repeated(), 0U);
  for (const std::uint64_t number : {63UL, 63UL, kFar}) numbers.add(number);
  EXPECT_EQ(numbers.repeated(), 3U);
}

TEST(RadixSort, SortsTimesOfEitherSign) {
  std::vector<std::int64_t> times;
  std::uint64_t state = 1;
  for (int count = 0; count < 5'000; ++count) {
    state = state * 6364136223846793005 + 1442695040888963407;
    times.push_back(static_cast<std::int64_t>(state >> 3) - kRecordTimeMax);
  }
  std::vector<std::int64_t> expected = times;
  std::ranges::sort(expected);
  radix_sort(times);
  EXPECT_EQ(times, expected);
  std::vector<std::int64_t> none;
  radix_sort(none);
  EXPECT_TRUE(none.empty());
}

TEST(RadixSort, KeepsTheOrderOfEqualKeys) {
  std::vector<std::uint64_t> items{0x203, 0x101, 0x202, 0x100, 0x201};
  radix_sort(items, [](std::uint64_t item) { return item >> 8; });
  EXPECT_EQ(items, (std::vector<std::uint64_t>{0x101, 0x100, 0x203, 0x202, 0x201}));
}

TEST(Stories, AreToldOnlyOfUsersWhoDidMoreThanClaimOnce) {
  RunBuilder run;
  run.winner(1, "A").loser(2).add(status(1).at(std::chrono::seconds(11)).shows("A"));
  run.add(claim(3).retry(1).at(milliseconds(300)).loses());
  run.add(claim(3).at(milliseconds(200)).unanswered()).add(claim(3).never_sent());
  const auto built = run.build();
  const RunIndex index(built->evidence.round(0));
  std::vector<std::pair<Slot, std::size_t>> told;
  index.stories().for_each(index.all_attempts(), [&](Slot slot, std::span<const StoryStep> steps) {
    told.emplace_back(slot, steps.size());
    EXPECT_TRUE(std::ranges::is_sorted(
        steps, {}, [](const StoryStep& step) { return step.record->first_byte_out_ns; }));
  });
  EXPECT_EQ(told, (std::vector<std::pair<Slot, std::size_t>>{{1, 2}, {3, 2}}));
  EXPECT_EQ(index.user(2).story, kNone);
}

TEST(RunIndex, TakesAtMostSixtyFourBytesAUser) {
  RunBuilder run;
  constexpr std::uint32_t kUsers = 5'000;
  for (std::uint32_t user = 0; user < kUsers; ++user) {
    if (user % 5 != 0) {
      run.loser(user);
      continue;
    }
    const std::string coupon = "coupon-" + std::to_string(user);
    run.winner(user, coupon).add(status(user).at(std::chrono::seconds(11)).shows(coupon));
    run.add(redeem(user).at(std::chrono::seconds(12)).key(user + 1).redeems(coupon));
  }
  const auto built = run.build();
  const RunIndex index(built->evidence.round(0));
  EXPECT_LE(index.bytes(), 64U * kUsers);
}

TEST(RunIndex, FindsReceiptsInBlocksOfAnyLength) {
  std::vector<AttemptRecord> records(5'000);
  std::string text;
  for (std::size_t place = 0; place < records.size(); ++place) {
    records[place].attempt = place;
    records[place].receipt_offset = static_cast<std::uint32_t>(text.size());
    records[place].receipt_length = static_cast<std::uint16_t>(std::to_string(place).size());
    text += std::to_string(place);
  }
  for (const std::size_t length : {1U, 7U, 4096U, 5000U}) {
    std::vector<HistoryBlock> blocks;
    for (std::size_t begin = 0; begin < records.size(); begin += length) {
      const std::size_t count = std::min(length, records.size() - begin);
      blocks.push_back({std::span(records).subspan(begin, count), text});
    }
    const RoundAttempts attempts(blocks);
    for (Position position = 0; position < records.size(); ++position) {
      ASSERT_EQ(attempts.at(position).receipt, std::to_string(position)) << length;
      ASSERT_EQ(attempts.record(position).attempt, position);
    }
  }
}

}  // namespace
}  // namespace fairrush::analysis
