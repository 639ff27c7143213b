#include <functional>
#include <set>

#include "tests/contract/contract_world.hpp"

namespace fairrush::contract {
namespace {

constexpr std::uint32_t kUsers = 40;
constexpr std::uint32_t kCoupons = 8;

class RestartContract : public ContractTest {
 protected:
  /// A rush with an interruption in each of its stretches: nothing that was told changes, and the
  /// quota is given out.
  void play(const std::function<void()>& interrupt) {
    create_event(QuotaRule::of_share(Share{0.2}));
    interrupt();
    reserve_all(0, kUsers / 2);
    interrupt();
    reserve_all(0, kUsers);  // the first half repeats itself
    EXPECT_EQ(reserve(3, "other").refusal, ErrorCode::duplicated_reservation);
    EXPECT_EQ(counts().first, kUsers);
    interrupt();
    enter_rush();
    const std::vector<ClaimHeard> first = claim_all(0, kUsers / 2);
    interrupt();
    EXPECT_EQ(claim_all(0, kUsers / 2), first);
    const std::vector<ClaimHeard> all = claim_all(0, kUsers);
    expect_quota(all);
    interrupt();
    leave_rush();
    for (std::uint32_t user = 0; user < kUsers; ++user) {
      if (all[user].won) EXPECT_EQ(claim(user, "c" + std::to_string(user)), all[user]);
    }
    spend_all(all, interrupt);
  }

  void expect_quota(const std::vector<ClaimHeard>& heard) {
    std::set<std::string> coupons;
    for (const ClaimHeard& one : heard) {
      if (one.won) EXPECT_TRUE(coupons.insert(one.coupon).second) << one.coupon;
      if (!one.won) EXPECT_TRUE(is_loss(one)) << name_of(one.refusal);
    }
    EXPECT_LE(coupons.size(), kCoupons);
    if (gives_all()) EXPECT_EQ(coupons.size(), kCoupons);
    EXPECT_EQ(ledger().size(), coupons.size());
  }

  void spend_all(const std::vector<ClaimHeard>& heard, const std::function<void()>& interrupt) {
    for (std::uint32_t user = 0; user < heard.size(); ++user) {
      if (heard[user].won) EXPECT_FALSE(spend(user, heard[user].coupon, "s").refusal);
    }
    interrupt();
    for (std::uint32_t user = 0; user < heard.size(); ++user) {
      if (!heard[user].won) continue;
      EXPECT_FALSE(spend(user, heard[user].coupon, "s").refusal) << "repeated";
      EXPECT_EQ(spend(user, heard[user].coupon, "t").refusal, ErrorCode::already_used);
      EXPECT_EQ(wallet(user), std::vector<std::string>{heard[user].coupon + " spent"});
    }
  }
};

TEST_P(RestartContract, OfTheServerChangesNothingThatWasTold) {
  play([this] { restart_server(); });
}

class LossContract : public RestartContract {};

TEST_P(LossContract, OfEverythingInTheStoreChangesNothingThatWasTold) {
  play([this] { lose_store(); });
}

TEST_P(LossContract, OfEverythingBehindTheServersBackChangesNothingThatWasTold) {
  play([this] {
    lose_store_at_rest();
    restart_server();
  });
}

INSTANTIATE_TEST_SUITE_P(All, RestartContract, testing::ValuesIn(contract_rows()), row_name);
INSTANTIATE_TEST_SUITE_P(Apart, LossContract, testing::ValuesIn(rows_apart()), row_name);

}  // namespace
}  // namespace fairrush::contract
