#include "loadgen/ledger/gain.hpp"

#include <gtest/gtest.h>

namespace fairrush::loadgen {
namespace {

using analysis::Ledger;
using analysis::LedgerRow;

LedgerRow row(std::uint32_t user, const char* coupon, std::uint32_t round = 0) {
  return {UserIndex(user), coupon, round};
}

std::vector<std::string> coupons_of(const Ledger& ledger) {
  std::vector<std::string> coupons;
  for (const LedgerRow& entry : ledger) coupons.push_back(entry.coupon);
  return coupons;
}

TEST(RowsGained, AreAllOfThemInTheFirstRoundRepeatedOnesToo) {
  const Ledger now{row(1, "A"), row(1, "A"), row(2, "B")};
  EXPECT_EQ(coupons_of(rows_gained({}, now, 0)), (std::vector<std::string>{"A", "A", "B"}));
}

TEST(RowsGained, LeaveOutWhatEarlierRoundsLeftBehind) {
  const Ledger earlier{row(1, "A"), row(2, "B")};
  const Ledger now{row(1, "A"), row(2, "B"), row(1, "C"), row(2, "A")};
  EXPECT_EQ(coupons_of(rows_gained(earlier, now, 1)), (std::vector<std::string>{"C", "A"}))
      << "another user's coupon of the same text is a row of its own";
}

TEST(RowsGained, FollowTheRoundsThatRowsSay) {
  const Ledger now{row(1, "A", 0), row(1, "A", 1), row(2, "B", 2)};
  EXPECT_EQ(coupons_of(rows_gained({row(1, "A")}, now, 1)), std::vector<std::string>{"A"});
  EXPECT_EQ(coupons_of(rows_gained({}, now, 2)), std::vector<std::string>{"B"});
}

}  // namespace
}  // namespace fairrush::loadgen
