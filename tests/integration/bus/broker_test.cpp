// What every broker promises, over a program of the test's own.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>

#include "tests/integration/bus/broker_world.hpp"

namespace fairrush::server {
namespace {

using testing::IsEmpty;

class BrokerTest : public BrokerWorld, public testing::WithParamInterface<BrokerKind> {
 protected:
  void SetUp() override { enter(GetParam()); }
};

TEST_P(BrokerTest, ConfirmsAMessageAndGivesItToEachConsumer) {
  const auto user = start_and_wait({"audit", "notification"});
  user->publish(message(1));
  run_until([&user] { return user->deliveries.size() == 2; });
  run_until([&user] { return !user->confirms.empty(); });
  EXPECT_EQ(user->confirms, std::vector<std::uint64_t>{1});
  EXPECT_THAT(user->returns, IsEmpty());
  EXPECT_EQ(user->heard(0), std::vector<std::uint64_t>{1});
  EXPECT_EQ(user->heard(1), std::vector<std::uint64_t>{1});
  const WireMessage& heard = user->deliveries[0].wire;
  EXPECT_EQ(heard.message, message(1).message);
  EXPECT_EQ(heard.event.life, message(1).event.life);
}

TEST_P(BrokerTest, GivesAllMessagesAndThoseOfAUserInTheirOrder) {
  constexpr std::uint64_t kMessages = 3'000;
  constexpr std::uint32_t kUsers = 50;
  const auto user = start_and_wait();
  for (std::uint64_t position = 1; position <= kMessages; ++position) {
    user->publish(message(position, static_cast<std::uint32_t>(position % kUsers)));
  }
  run_until([&user] { return user->different() == kMessages; });
  run_until([&user] { return user->confirms.size() == kMessages; });
  std::map<std::uint32_t, std::uint64_t> latest;
  for (const auto& delivery : user->deliveries) {
    std::uint64_t& before = latest[delivery.wire.message.user.value()];
    EXPECT_LT(before, delivery.position());
    before = delivery.position();
  }
}

TEST_P(BrokerTest, GivesAgainWhatNobodySettled) {
  auto first = start_and_wait();
  first->settles_at_once = false;
  publish_until_confirmed(*first, 1, 3);
  run_until([&first] { return first->deliveries.size() == 3; });
  first->broker->settle(ConsumerIndex(0), first->deliveries[0].tag, Settlement::handled);
  first->leave();
  const auto second = start();
  run_until([&second] { return second->deliveries.size() == 2; });
  auto heard = second->heard();
  std::ranges::sort(heard);
  std::vector<std::uint64_t> rest{first->deliveries[1].position(), first->deliveries[2].position()};
  std::ranges::sort(rest);
  EXPECT_EQ(heard, rest);
}

TEST_P(BrokerTest, KeepsMessagesForAConsumerThatComesLater) {
  auto first = start_and_wait();
  publish_until_confirmed(*first, 1, 5);
  run_until([&first] { return first->different() == 5; });
  first->leave();
  auto second = start_and_wait({"audit"});
  second->settles_at_once = false;
  publish_until_confirmed(*second, 6, 9);
  run_until([&second] { return second->different() >= 4; });
  for (const std::uint64_t position : {6U, 7U, 8U, 9U}) {
    EXPECT_THAT(second->heard(), testing::Contains(position));
  }
}

TEST_P(BrokerTest, PutsAwayWhatCannotBeReadAndGoesOn) {
  const auto user = start_and_wait();
  user->publish(message(1), "{\"no\":\"message\"}");
  user->publish(message(2), std::string("\0\xff\r\n", 4));
  user->publish(message(3));
  run_until([&user] { return user->different() == 1; });
  EXPECT_EQ(user->heard(), std::vector<std::uint64_t>{3});
  run_until([this] { return house_->dead_letters() == 2; });
  run_until([&user] { return user->broker->dead_letters() == 2; });
}

TEST_P(BrokerTest, PutsAwayWhatItsConsumerCannotUse) {
  const auto user = start_and_wait();
  user->settles_at_once = false;
  user->publish(message(1));
  run_until([&user] { return user->deliveries.size() == 1; });
  user->broker->settle(ConsumerIndex(0), user->deliveries[0].tag, Settlement::strange);
  run_until([this] { return house_->dead_letters() == 1; });
  run_until([&user] { return user->broker->dead_letters() == 1; });
  user->leave();
  const auto next = start_and_wait();
  publish_until_confirmed(*next, 2, 2);
  run_until([&next] { return next->different() == 1; });
  EXPECT_EQ(next->heard(), std::vector<std::uint64_t>{2}) << "it does not come again";
}

TEST_P(BrokerTest, IsWaitedForUntilItIsThere) {
  house_->kill();
  const auto user = start();
  run_until([turns = 0]() mutable { return ++turns > 50; });
  EXPECT_FALSE(user->broker->accepts());
  EXPECT_TRUE(user->broker->missing());
  house_->restart();
  run_until([&user] { return user->broker->accepts() && !user->broker->missing(); });
  publish_until_confirmed(*user, 1, 2);
  run_until([&user] { return user->different() == 2; });
}

TEST_P(BrokerTest, LosesNothingThatItConfirmedWhenItDies) {
  const auto user = start_and_wait();
  publish_until_confirmed(*user, 1, 200);
  for (std::uint64_t position = 201; position <= 400; ++position) {
    user->publish(message(position, static_cast<std::uint32_t>(position)));
  }
  house_->kill();
  run_until([&user] { return !user->broker->accepts(); });
  EXPECT_TRUE(user->broker->missing());
  house_->restart();
  run_until([&user] { return user->broker->accepts() && !user->broker->missing(); });
  publish_until_confirmed(*user, 401, 450);
  run_until([&user] {
    if (user->broker->accepts()) {
      for (const std::uint64_t position : std::exchange(user->returns, {})) {
        user->publish(message(position, static_cast<std::uint32_t>(position)));
      }
    }
    const std::set<std::uint64_t> confirmed(user->confirms.begin(), user->confirms.end());
    return confirmed.size() == 450 && user->different() == 450;
  });
}

TEST_P(BrokerTest, CountsWhatItsConsumersHaveStillToSettle) {
  const auto user = start_and_wait();
  user->settles_at_once = false;
  publish_until_confirmed(*user, 1, 3);
  run_until([&user] { return user->deliveries.size() == 3 && user->broker->unread() == 3U; });
  for (const auto& delivery : user->deliveries) {
    user->broker->settle(ConsumerIndex(0), delivery.tag, Settlement::handled);
  }
  run_until([&user] { return user->broker->unread() == 0U; });
  house_->kill();
  run_until([&user] { return !user->broker->unread(); });
  house_->restart();
  run_until([&user] { return user->broker->unread() == 0U; });
}

INSTANTIATE_TEST_SUITE_P(Brokers, BrokerTest,
                         testing::Values(BrokerKind::redis, BrokerKind::amqp, BrokerKind::kafka),
                         [](const auto& info) { return name_of(info.param); });

}  // namespace
}  // namespace fairrush::server
