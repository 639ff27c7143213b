// How long a store that lives apart keeps what it has of an event.
#include <algorithm>

#include "tests/contract/contract_world.hpp"

namespace fairrush::contract {
namespace {

constexpr std::uint32_t kUsers = 40;

class LifeContract : public ContractTest {
 protected:
  void play() {
    create_event(QuotaRule::of_share(Share{0.2}));
    reserve_all(0, kUsers);
    enter_rush();
    const std::vector<ClaimHeard> heard = claim_all(0, kUsers);
    const auto winner = std::ranges::find(heard, true, &ClaimHeard::won);
    ASSERT_NE(winner, heard.end());
    spend(static_cast<std::uint32_t>(winner - heard.begin()), winner->coupon);
  }
  /// A day after the last coupon of the event has expired.
  WallTime end() const {
    return windows_.claim_close + CouponTerms().valid_for + std::chrono::hours(24);
  }
  /// Every key ends then, but for a lock, which ends within a second.
  bool all_end_at(WallTime end) {
    return std::ranges::all_of(ends_in_store(), [end](const auto& key) {
      if (!key.second) return false;
      return key.first.starts_with("coupon:lock:") ? *key.second <= end : *key.second == end;
    });
  }
};

TEST_P(LifeContract, OfEveryKeyEndsADayAfterTheLastCoupon) {
  play();
  EXPECT_GE(ends_in_store().size(), 6U) << "state, active, tickets, issued, redeemed, log";
  for (const auto& [key, ends] : ends_in_store()) EXPECT_TRUE(ends) << key;
  EXPECT_TRUE(all_end_at(end()));
}

TEST_P(LifeContract, OfEveryKeyEndsEarlierWhereTheEventIsClosedEarlier) {
  play();
  const WallTime before = end();
  ASSERT_FALSE(move(Move::close));
  ASSERT_LT(end(), before);
  run_until([this] { return all_end_at(end()); });
}

TEST_P(LifeContract, OfEveryKeyEndsEarlierAlsoWhereTheServerEndedBeforeItSaidSo) {
  create_event(QuotaRule::of_share(Share{0.2}));
  reserve_all(0, kUsers);
  ASSERT_FALSE(move(Move::open_claims));
  move_to(now() + std::chrono::milliseconds(1));
  ASSERT_FALSE(move(Move::close));
  ASSERT_FALSE(all_end_at(end())) << "the second move is told a second after the first";
  restart_server();
  run_until([this] { return all_end_at(end()); });
}

INSTANTIATE_TEST_SUITE_P(Apart, LifeContract, testing::ValuesIn(rows_apart()), row_name);

}  // namespace
}  // namespace fairrush::contract
