// What only one of the brokers has.
#include <gmock/gmock.h>
#include <hiredis/hiredis.h>

#include "server/bus/kafka/kafka_producer.hpp"
#include "tests/integration/bus/broker_world.hpp"
#include "tests/integration/support/rabbitmq_server.hpp"
#include "tests/integration/support/redis_server.hpp"

namespace fairrush::server {
namespace {

using integration::RabbitmqServer;
using integration::RedisServer;
using testing::HasSubstr;

class RedisBroker_redis : public BrokerWorld {
 protected:
  void SetUp() override {
    if (!RedisServer::is_installed()) GTEST_SKIP() << "Redis is not installed";
    redis_ = std::make_unique<RedisServer>();
  }
  std::unique_ptr<BrokerUser> start_over(const std::string& parameters,
                                         const std::vector<std::string>& consumers = {"audit"}) {
    auto user = std::make_unique<BrokerUser>(
        context_, clock_, *parse_bus_address(redis_->url() + parameters), consumers);
    users_.push_back(user.get());
    run_until([&user] { return user->broker->accepts() && !user->broker->missing(); });
    return user;
  }
  void command(const std::string& text) {
    const std::unique_ptr<redisContext, decltype(&redisFree)> context(
        redisConnect("127.0.0.1", redis_->port()), &redisFree);
    const std::unique_ptr<void, decltype(&freeReplyObject)> reply(
        redisCommand(context.get(), text.c_str()), &freeReplyObject);
    ASSERT_NE(reply, nullptr);
    EXPECT_NE(static_cast<const redisReply*>(reply.get())->type, REDIS_REPLY_ERROR) << text;
  }

  std::unique_ptr<RedisServer> redis_;
};

TEST_F(RedisBroker_redis, TakesOverFromAConsumerThatDied) {
  const auto dead = start_over("?reclaim=300ms");
  dead->settles_at_once = false;
  publish_until_confirmed(*dead, 1, 300);
  run_until([&dead] { return dead->different() == 300; });
  const auto other = start_over("?reclaim=300ms");
  run_until([&other] { return other->different() == 300; });
}

TEST_F(RedisBroker_redis, MakesItsGroupsAgainAfterAFlush) {
  const auto user = start_over("");
  publish_until_confirmed(*user, 1, 3);
  run_until([&user] { return user->different() == 3; });
  command("FLUSHALL");
  publish_until_confirmed(*user, 4, 6);
  run_until([&user] { return user->different() == 6; });
}

TEST_F(RedisBroker_redis, PublishesNoMoreThanItsConsumersCanStillRead) {
  const auto user = start_over("?keep=10000");
  command("XGROUP CREATE fairrush:bus sleeper 0");
  std::uint64_t position = 0;
  run_until([&user, &position] {
    for (int more = 0; more < 500 && user->broker->accepts(); ++more) {
      ++position;
      user->publish(message(position, static_cast<std::uint32_t>(position)));
    }
    return user->broker->missing().has_value();
  });
  EXPECT_FALSE(user->broker->accepts());
  EXPECT_EQ(position, 5'000U) << "half of what the stream keeps";
  EXPECT_THAT(user->broker->missing().value_or(""), HasSubstr("'sleeper' is"));
  command("XGROUP DESTROY fairrush:bus sleeper");
  run_until([&user] { return user->broker->accepts() && !user->broker->missing(); });
}

TEST_F(RedisBroker_redis, GivesBackWhatAFrozenRedisDoesNotConfirm) {
  const auto user = start_over("");
  redis_->freeze();
  user->publish(message(1));
  run_until([&user] { return !user->returns.empty(); });
  EXPECT_FALSE(user->broker->accepts()) << "it would get the same again and again";
  EXPECT_THAT(user->broker->missing().value_or(""), HasSubstr("in time"));
  redis_->thaw();
  run_until([&user] { return user->broker->accepts() && !user->broker->missing(); });
  user->returns.clear();
  publish_until_confirmed(*user, 1, 1);
  // The late one was carried out as well; its delivery was to a read that nobody waited for.
  run_until([&user] { return user->deliveries.size() == 2; });
  EXPECT_EQ(user->different(), 1U);
}

class AmqpBroker_amqp : public BrokerWorld {
 protected:
  void SetUp() override { enter(BrokerKind::amqp); }
};

TEST_F(AmqpBroker_amqp, GivesBackWhatNoQueueTakes) {
  const auto publisher = start_and_wait({});
  publisher->publish(message(1));
  run_until([&publisher] { return !publisher->returns.empty(); });
  EXPECT_TRUE(publisher->confirms.empty()) << "RabbitMQ confirms what it throws away";
  EXPECT_THAT(publisher->broker->missing().value_or(""), HasSubstr("no queue"));
  const auto consumer = start_and_wait({"audit"});
  publish_until_confirmed(*publisher, 1, 1);
  run_until([&consumer] { return consumer->different() == 1; });
  EXPECT_FALSE(publisher->broker->missing());
}

TEST_F(AmqpBroker_amqp, SaysWhyItCannotEnter) {
  AmqpBusAddress address = std::get<AmqpBusAddress>(house_->address());
  address.password = "wrong";
  BrokerUser user(context_, clock_, address, {});
  users_.push_back(&user);
  run_until([&user] { return user.broker->missing().value_or("").starts_with("cannot enter"); });
  EXPECT_THAT(*user.broker->missing(), testing::Not(HasSubstr("wrong")));
}

TEST_F(AmqpBroker_amqp, GivesUpABrokerThatSaysNothing) {
  RabbitmqServer frozen;
  BrokerUser user(
      context_, clock_,
      AmqpBusAddress{.host = "127.0.0.1", .port = static_cast<std::uint16_t>(frozen.port())},
      {"audit"});
  users_.push_back(&user);
  run_until([&user] { return user.broker->accepts() && !user.broker->missing(); });
  frozen.freeze();
  user.publish(message(1));
  run_until([&user] { return !user.broker->accepts() && !user.returns.empty(); });
  user.leave();  // ends although nobody answers
  frozen.thaw();
}

class KafkaBroker_kafka : public BrokerWorld {
 protected:
  void SetUp() override { enter(BrokerKind::kafka); }
};

TEST_F(KafkaBroker_kafka, BeginsAnewAfterAnErrorThatItsProducerCannotRecoverFrom) {
  const auto user = start_and_wait();
  publish_until_confirmed(*user, 1, 20);
  auto& broker = dynamic_cast<ThreadedBroker&>(*user->broker);
  dynamic_cast<KafkaProducer&>(broker.publisher()).break_producer();
  publish_until_confirmed(*user, 21, 40);
  run_until([&user] { return user->different() == 40; });
}

TEST_F(KafkaBroker_kafka, SharesPartitionsAmongTheMembersOfAGroup) {
  const auto first = start_and_wait();
  publish_until_confirmed(*first, 1, 20);
  run_until([&first] { return first->different() == 20; });
  const auto second = start_and_wait();
  std::uint64_t position = 20;
  run_until([this, &first, &second, &position] {
    ++position;
    publish_until_confirmed(*first, position, position);
    return !second->deliveries.empty();
  });
  run_until([&first, &second, &position] {
    std::set<std::uint64_t> all;
    for (const auto& user : {&first, &second}) {
      for (const std::uint64_t one : (*user)->heard()) all.insert(one);
    }
    return all.size() == position;
  });
}

}  // namespace
}  // namespace fairrush::server
