// Decisions in PostgreSQL, transaction by transaction.
#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <set>
#include <thread>

#include "tests/integration/postgres/store_world.hpp"

namespace fairrush::server {
namespace {

using Kind = StoredVerdict::Kind;
using testing::Each;
using testing::ElementsAre;
using testing::Field;

using Reservations = StoreTest;
using Claims = StoreTest;
using Redemptions = StoreTest;
using Moves = StoreTest;

TEST_F(Reservations, GetTicketsInTheOrderOfTheirRequestsAndTheCouponsThatTheyEarn) {
  create("row-lock", "20%");
  std::vector<StoredRequest> requests;
  for (std::uint32_t user = 30; user > 10; --user) {
    requests.push_back(asked_by(user, "k", kReserving));
  }
  const auto answers = reserve(requests);
  ASSERT_EQ(answers.size(), 20U);
  for (std::uint32_t index = 0; index < 20; ++index) {
    EXPECT_EQ(answers[index].ticket, TicketNumber(index + 1));
    EXPECT_FALSE(answers[index].refusal);
  }
  EXPECT_EQ(counts().event.roster, 20U);
  EXPECT_EQ(counts().unused, 4U) << "every fifth ticket makes a coupon";
}

TEST_F(Reservations, AreGrantedOnceAUser) {
  create("row-lock", "20%");
  const auto first = reserve({asked_by(7, "a", kReserving), asked_by(7, "b", kReserving)});
  EXPECT_EQ(first[0].refusal, std::nullopt);
  EXPECT_EQ(first[1].refusal, ErrorCode::duplicated_reservation);
  const auto again = reserve({asked_by(7, "a", kReserving), asked_by(7, "b", kReserving)});
  EXPECT_EQ(again[0].refusal, std::nullopt) << "the same request again";
  EXPECT_EQ(again[0].token, first[0].token);
  EXPECT_EQ(again[1].refusal, ErrorCode::duplicated_reservation);
  EXPECT_EQ(counts().event.roster, 1U);
}

TEST_F(Reservations, WithoutAKeyAreKnownAgainByTheirMoment) {
  create("row-lock", "20%");
  const WallTime later = kReserving + std::chrono::milliseconds(1);
  reserve({asked_by(7, "", kReserving)});
  EXPECT_EQ(reserve({asked_by(7, "", kReserving)})[0].refusal, std::nullopt) << "done again";
  EXPECT_EQ(reserve({asked_by(7, "", later)})[0].refusal, ErrorCode::duplicated_reservation);
}

TEST_F(Reservations, EndBeforeTheFirstClaimWhenTheyAreDecidedLate) {
  create("row-lock", "100%");
  const auto late = reserve({asked_by(7, "", kReserving)}, from_unix_ms(kClaimOpen));
  EXPECT_EQ(late[0].refusal, ErrorCode::not_in_active_time);
  EXPECT_EQ(counts().unused, 0U);
  EXPECT_EQ(reserve({asked_by(7, "", kRushing)})[0].refusal, ErrorCode::not_in_active_time);
}

class ClaimsOf : public StoreTest, public testing::WithParamInterface<std::string_view> {};

INSTANTIATE_TEST_SUITE_P(Designs, ClaimsOf, testing::Values(kRowLock, kGenerateOutbox),
                         [](const auto& design) {
                           return design.param == kRowLock ? "RowLock" : "GenerateOutbox";
                         });

TEST_P(ClaimsOf, WinInTheirOrderUntilNothingIsLeft) {
  create(GetParam(), "40%");
  fill(5);
  const auto verdicts = claim({asked_by(3, "k"), asked_by(9), asked_by(1), asked_by(2)});
  ASSERT_EQ(verdicts.size(), 4U);
  EXPECT_EQ(verdicts[0].kind, Kind::won);
  EXPECT_EQ(verdicts[1].refusal, ErrorCode::not_reservation);
  EXPECT_EQ(verdicts[2].kind, Kind::won);
  EXPECT_EQ(verdicts[3].refusal, ErrorCode::sold_out);
  EXPECT_EQ(counts().outbox_pending, 2U);
  const auto again = claim({asked_by(3, "k"), asked_by(3, "other"), asked_by(2)});
  EXPECT_EQ(again[0].kind, Kind::won);
  EXPECT_EQ(again[0].coupon, verdicts[0].coupon);
  EXPECT_EQ(again[1].kind, Kind::already_claimed);
  EXPECT_EQ(again[1].coupon, verdicts[0].coupon);
  EXPECT_EQ(again[2].refusal, ErrorCode::sold_out);
  EXPECT_EQ(counts().outbox_pending, 2U) << "nothing new to tell";
}

TEST_P(ClaimsOf, OneUserInOneBatchGetOneCoupon) {
  create(GetParam(), "100%");
  fill(2);
  const auto verdicts = claim({asked_by(1, "a"), asked_by(1, "b"), asked_by(1, "a")});
  EXPECT_EQ(verdicts[0].kind, Kind::won);
  EXPECT_EQ(verdicts[1].kind, Kind::already_claimed);
  EXPECT_EQ(verdicts[2].kind, Kind::won);
  EXPECT_EQ(query("SELECT count(*) FROM reserved_coupon"), "1");
}

TEST_P(ClaimsOf, EveryoneAreHeldToTheWindow) {
  create(GetParam(), "100%");
  fill(2);
  const auto verdicts = claim({asked_by(1, "", from_unix_ms(kClaimOpen - 1)),
                               asked_by(1, "", from_unix_ms(kClaimClose)),
                               asked_by(2, "", from_unix_ms(kClaimOpen))});
  EXPECT_EQ(verdicts[0].refusal, ErrorCode::not_in_active_time);
  EXPECT_EQ(verdicts[1].refusal, ErrorCode::not_in_active_time);
  EXPECT_EQ(verdicts[2].kind, Kind::won);
}

TEST_P(ClaimsOf, ManySessionsGiveOutWhatThereIsEachOnce) {
  static constexpr std::uint32_t kUsers = 400;
  static constexpr std::uint32_t kBatch = 7;
  static constexpr std::array<std::uint32_t, 6> kSteps{1, 3, 7, 9, 11, 13};  // prime to the users
  create(GetParam(), "25%");
  fill(kUsers);
  std::vector<std::future<std::uint32_t>> sessions;
  for (std::uint32_t number = 0; number < 6; ++number) {
    sessions.push_back(std::async(std::launch::async, [this, number] {
      StoreSession session(url_);
      std::uint32_t wins = 0;
      // Everybody claims at every session, each session in another order.
      for (std::uint32_t start = 0; start < kUsers; start += kBatch) {
        std::vector<StoredRequest> batch;
        for (std::uint32_t index = start; index < std::min(start + kBatch, kUsers); ++index) {
          const std::uint32_t user = 1 + (index * kSteps.at(number) + number * 61) % kUsers;
          batch.push_back(asked_by(user, "session-" + std::to_string(number)));
        }
        while (!batch.empty()) {
          const auto done = session.connection().transact([&](pqxx::work& transaction) {
            return server::claim(transaction, "rush", batch, ClaimDoor::reserved);
          });
          if (!done) {
            EXPECT_NE(done.error().kind, PostgresError::Kind::refused) << done.error().what;
            continue;  // somebody else was faster: once more
          }
          std::vector<StoredRequest> undecided;
          for (std::size_t at = 0; at < batch.size(); ++at) {
            const Kind kind = done->answers[at].kind;
            if (kind == Kind::undecided) undecided.push_back(batch[at]);
            if (kind == Kind::won) ++wins;
          }
          batch = undecided;
        }
      }
      return wins;
    }));
  }
  std::uint32_t wins = 0;
  for (auto& session : sessions) wins += session.get();
  EXPECT_EQ(wins, kUsers / 4);
  EXPECT_EQ(query("SELECT count(DISTINCT user_id) FROM reserved_coupon"), "100");
  EXPECT_EQ(query("SELECT count(*) || ' ' || max(position) FROM outbox"), "100 100")
      << "places without gaps";
  EXPECT_EQ(query("SELECT count(*) FROM outbox JOIN coupons ON code = coupon"
                  " AND coupons.user_id = outbox.user_id"),
            "100");
}

TEST_F(Claims, WhoseCouponsOthersMayGiveBackAreNotDecided) {
  create("row-lock", "50%");
  fill(4);
  StoreSession other(url_);
  std::promise<void> taken;
  std::promise<void> give_back;
  auto holding = std::async(std::launch::async, [&] {
    return other.connection().rehearse([&](pqxx::work& transaction) {
      server::claim(transaction, "rush", std::vector{asked_by(1), asked_by(2)},
                    ClaimDoor::reserved);
      taken.set_value();
      give_back.get_future().wait();
    });
  });
  taken.get_future().wait();
  EXPECT_THAT(claim({asked_by(3), asked_by(4)}),
              Each(Field(&StoredVerdict::kind, Kind::undecided)));
  give_back.set_value();
  EXPECT_TRUE(holding.get());
  EXPECT_THAT(claim({asked_by(3), asked_by(4)}), Each(Field(&StoredVerdict::kind, Kind::won)));
}

TEST_F(Claims, AtTheOpenDoorNeedNoReservationWhereTheQuotaIsANumber) {
  create("generate-outbox", "2");
  fill(1);
  const auto verdicts = claim({asked_by(50), asked_by(1), asked_by(51)}, ClaimDoor::open);
  EXPECT_EQ(verdicts[0].kind, Kind::won);
  EXPECT_EQ(verdicts[1].kind, Kind::won);
  EXPECT_EQ(verdicts[2].refusal, ErrorCode::sold_out);
  EXPECT_EQ(claim({asked_by(52)}, ClaimDoor::reserved)[0].refusal, ErrorCode::not_reservation);
}

TEST_F(Claims, AtTheOpenDoorNeedOneWhereTheQuotaIsAShareOfTheRoster) {
  create("generate-outbox", "100%");
  fill(1);
  EXPECT_EQ(claim({asked_by(50)}, ClaimDoor::open)[0].refusal, ErrorCode::not_reservation);
  EXPECT_EQ(claim({asked_by(1)}, ClaimDoor::open)[0].kind, Kind::won);
}

TEST_F(Claims, OfAnEarlierLifeAreForgottenByAReset) {
  const auto before = create("row-lock", "3");
  fill(3);
  const auto won = claim({asked_by(1)});
  session_->commit([&](pqxx::work& transaction) {
    return server::reset(transaction, "rush", store_spec(kRowLock, "3").windows, "again");
  });
  const auto after = counts();
  EXPECT_EQ(after.event.life, before.event.life + 1);
  EXPECT_EQ(after.event.roster, 0U);
  EXPECT_EQ(after.unused, 3U);
  EXPECT_EQ(after.outbox_pending, 0U);
  EXPECT_EQ(claim({asked_by(1)})[0].refusal, ErrorCode::not_reservation);
  fill(1);
  EXPECT_NE(claim({asked_by(1)})[0].coupon, won[0].coupon) << "codes follow from new secrets";
}

TEST_F(Claims, OfAnEventThatIsNotThereHaveNoAnswers) {
  const auto result = session_->commit([](pqxx::work& transaction) {
    return server::claim(transaction, "nowhere", std::vector{asked_by(1)}, ClaimDoor::reserved);
  });
  EXPECT_FALSE(result.event);
}

TEST_F(Claims, AreNotLostOnAnotherEventOfTheSameName) {
  create("row-lock", "3");
  const auto again = session_->commit([](pqxx::work& transaction) {
    return server::create(transaction, store_spec(kRowLock, "3"), "");
  });
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error(), ErrorCode::event_exists);
}

TEST_F(Moves, OpenClaimsAndEndReservations) {
  create("row-lock", "100%");
  fill(1);
  const WallTime opened = kReserving + std::chrono::milliseconds(1);
  EXPECT_EQ(claim({asked_by(1, "", opened)})[0].refusal, ErrorCode::not_in_active_time);
  ASSERT_TRUE(move(Move::open_claims, opened));
  EXPECT_EQ(counts().event.spec().windows.claim_open, opened);
  EXPECT_EQ(reserve({asked_by(2, "", opened)}, opened)[0].refusal, ErrorCode::not_in_active_time);
  EXPECT_EQ(claim({asked_by(1, "", opened)})[0].kind, Kind::won);
  ASSERT_TRUE(move(Move::open_claims, opened + std::chrono::seconds(1))) << "sent twice";
  EXPECT_EQ(counts().event.spec().windows.claim_open, opened);
}

TEST_F(Moves, ThatMakeNoSenseAreRefused) {
  EXPECT_EQ(move(Move::close, kRushing).error(), ErrorCode::unknown_event);
  create("row-lock", "1");
  EXPECT_EQ(move(Move::open_claims, from_unix_ms(kClaimClose)).error(),
            ErrorCode::not_in_active_time);
}

class MovesOf : public ClaimsOf {};

INSTANTIATE_TEST_SUITE_P(Designs, MovesOf, testing::Values(kRowLock, kGenerateOutbox),
                         [](const auto& design) {
                           return design.param == kRowLock ? "RowLock" : "GenerateOutbox";
                         });

TEST_P(MovesOf, WaitForClaimsThatAreJudgedInTheWindowsBefore) {
  create(GetParam(), "2");
  fill(2);
  StoreSession other(url_);
  std::promise<void> judged;
  std::promise<void> commit;
  auto claiming = std::async(std::launch::async, [&] {
    return other.connection().transact([&](pqxx::work& transaction) {
      const auto result =
          server::claim(transaction, "rush", std::vector{asked_by(1)}, ClaimDoor::reserved);
      judged.set_value();
      commit.get_future().wait();
      return result.answers.front().kind;
    });
  });
  judged.get_future().wait();
  const WallTime closed = kRushing + std::chrono::seconds(1);
  auto moving = std::async(std::launch::async, [&] { return move(Move::close, closed); });
  while (query("SELECT count(*) FROM pg_locks WHERE NOT granted") == "0") std::this_thread::yield();
  EXPECT_EQ(query("SELECT extract(epoch FROM claim_close)::bigint FROM events"),
            std::to_string(kClaimClose / 1000))
      << "nobody is told of a close while a claim is under way";
  commit.set_value();
  EXPECT_EQ(claiming.get(), Kind::won);
  ASSERT_TRUE(moving.get());
  EXPECT_EQ(claim({asked_by(2, "", closed)})[0].refusal, ErrorCode::not_in_active_time);
  EXPECT_EQ(claim({asked_by(2, "", kRushing)})[0].kind, Kind::won) << "it came before the close";
}

TEST_F(Redemptions, SpendACouponOnce) {
  create("row-lock", "100%");
  fill(2);
  const std::string coupon(claim({asked_by(1)})[0].coupon.view());
  const auto spend = [&](std::vector<StoredSpending> wishes) {
    return session_->commit(
        [&](pqxx::work& transaction) { return server::redeem(transaction, wishes); });
  };
  const StoredSpending wish{asked_by(1, "k"), "order-1", coupon, Amount{1000}};
  StoredSpending another = wish;
  another.order = "order-2";
  StoredSpending thief = wish;
  thief.by.user = UserIndex(2);
  StoredSpending unknown = wish;
  unknown.coupon = "no'such\"coupon";
  const auto answers = spend({unknown, thief, wish, another, wish});
  EXPECT_EQ(answers[0].refusal, ErrorCode::unknown_coupon);
  EXPECT_EQ(answers[1].refusal, ErrorCode::not_owned);
  EXPECT_EQ(answers[2].refusal, std::nullopt);
  EXPECT_EQ(answers[2].amounts, (OrderAmounts{{1000}, {100}, {900}}));
  EXPECT_EQ(answers[3].refusal, ErrorCode::already_used);
  EXPECT_EQ(answers[4].refusal, std::nullopt) << "the same wish again";
  const auto later = spend({wish, another});
  EXPECT_EQ(later[0].amounts, answers[2].amounts);
  EXPECT_EQ(later[1].refusal, ErrorCode::already_used);
  EXPECT_EQ(query("SELECT status FROM coupons WHERE user_id = 1"), "used");
  EXPECT_EQ(query("SELECT count(*) FROM outbox WHERE event_type = 'coupon-redeemed'"), "1");
  const auto wallet = session_->commit(
      [](pqxx::work& transaction) { return wallets(transaction, std::vector{asked_by(1)}); });
  ASSERT_EQ(wallet.size(), 1U);
  EXPECT_TRUE(wallet[0].redeemed);
}

}  // namespace
}  // namespace fairrush::server
