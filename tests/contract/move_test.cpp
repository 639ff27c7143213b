// Events that are opened and closed by hand, on every store.
#include <functional>
#include <set>

#include "tests/contract/contract_world.hpp"

namespace fairrush::contract {
namespace {

constexpr std::uint32_t kUsers = 40;
constexpr std::uint32_t kCoupons = 8;

class MoveContract : public ContractTest {
 protected:
  void SetUp() override {
    ContractTest::SetUp();
    if (IsSkipped()) return;
    create_event(QuotaRule::of_share(Share{0.2}));
    reserve_all(0, kUsers);
  }
  void let_pass(Duration time) { move_to(now() + time); }
  std::size_t coupons_of(const std::vector<ClaimHeard>& heard) {
    std::set<std::string> coupons;
    for (const ClaimHeard& one : heard) {
      if (one.won) coupons.insert(one.coupon);
      EXPECT_TRUE(one.won || is_loss(one)) << name_of(one.refusal);
    }
    return coupons.size();
  }

  /// Opened and closed by hand, and interrupted after each: what was said holds.
  void play(const std::function<void()>& interrupt) {
    let_pass(std::chrono::minutes(1));
    ASSERT_FALSE(move(Move::open_claims));
    interrupt();
    EXPECT_EQ(reserve(kUsers).refusal, ErrorCode::not_in_active_time);
    const std::vector<ClaimHeard> heard = claim_all(0, kUsers / 2);
    coupons_of(heard);
    let_pass(std::chrono::minutes(1));
    ASSERT_FALSE(move(Move::close));
    interrupt();
    for (std::uint32_t user = kUsers / 2; user < kUsers; ++user) {
      EXPECT_EQ(claim(user).refusal, ErrorCode::not_in_active_time) << user;
    }
    for (std::uint32_t user = 0; user < kUsers / 2; ++user) {
      if (!heard[user].won) continue;
      EXPECT_EQ(claim(user, "c" + std::to_string(user)), heard[user]);
      EXPECT_FALSE(spend(user, heard[user].coupon).refusal);
    }
    EXPECT_EQ(counts().first, kUsers);
  }
};

TEST_P(MoveContract, OpensClaimsAndEndsReservations) {
  EXPECT_EQ(claim(0).refusal, ErrorCode::not_in_active_time);
  let_pass(std::chrono::minutes(1));
  ASSERT_FALSE(move(Move::open_claims));
  EXPECT_EQ(reserve(kUsers).refusal, ErrorCode::not_in_active_time);
  const std::size_t coupons = coupons_of(claim_all(0, kUsers));
  EXPECT_LE(coupons, kCoupons);
  if (gives_all()) EXPECT_EQ(coupons, kCoupons);
  EXPECT_EQ(ledger().size(), coupons);
}

TEST_P(MoveContract, SentTwiceChangesNothingTheSecondTime) {
  let_pass(std::chrono::minutes(1));
  ASSERT_FALSE(move(Move::open_claims));
  const EventWindows opened = windows_;
  let_pass(std::chrono::minutes(1));
  ASSERT_FALSE(move(Move::open_claims));
  EXPECT_EQ(windows_, opened);
  ASSERT_FALSE(move(Move::close));
  const EventWindows closed = windows_;
  let_pass(std::chrono::minutes(1));
  ASSERT_FALSE(move(Move::close));
  EXPECT_EQ(windows_, closed);
  EXPECT_EQ(move(Move::open_claims), ErrorCode::not_in_active_time) << "it is over";
}

TEST_P(MoveContract, CallsOffAnEventThatIsClosedBeforeItsTime) {
  let_pass(std::chrono::minutes(1));
  ASSERT_FALSE(move(Move::close));
  EXPECT_EQ(claim(0).refusal, ErrorCode::not_in_active_time);
  EXPECT_EQ(reserve(kUsers).refusal, ErrorCode::not_in_active_time);
  EXPECT_TRUE(ledger().empty());
}

TEST_P(MoveContract, DecidesClaimsThatCameBeforeTheCloseByTheirArrival) {
  let_pass(std::chrono::minutes(1));
  ASSERT_FALSE(move(Move::open_claims));
  let_pass(std::chrono::seconds(1));
  std::vector<Claim> sent;
  for (std::uint32_t user = 0; user < kUsers; ++user) {
    sent.push_back(send_claim(by(user, "c" + std::to_string(user))));
  }
  let_pass(std::chrono::milliseconds(1));
  ASSERT_FALSE(move(Move::close));
  settle();
  std::vector<ClaimHeard> heard;
  for (const Claim& one : sent) heard.push_back(one->value());
  const std::size_t coupons = coupons_of(heard);
  if (gives_all()) EXPECT_EQ(coupons, kCoupons);
  EXPECT_EQ(ledger().size(), coupons);
}

TEST_P(MoveContract, OutlivesARestartOfTheServer) {
  play([this] { restart_server(); });
}

INSTANTIATE_TEST_SUITE_P(All, MoveContract, testing::ValuesIn(contract_rows()), row_name);

class MoveLossContract : public MoveContract {};

TEST_P(MoveLossContract, OutlivesTheLossOfEverythingInTheStore) {
  play([this] { lose_store(); });
}

INSTANTIATE_TEST_SUITE_P(Apart, MoveLossContract, testing::ValuesIn(rows_apart()), row_name);

}  // namespace
}  // namespace fairrush::contract
