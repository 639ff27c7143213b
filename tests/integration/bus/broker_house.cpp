#include "tests/integration/bus/broker_house.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <hiredis/hiredis.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "server/bus/amqp/amqp_session.hpp"
#include "server/bus/kafka/kafka_handle.hpp"
#include "tests/integration/support/rabbitmq_server.hpp"
#include "tests/integration/support/redis_server.hpp"

namespace fairrush::server {
namespace {

using integration::RabbitmqServer;
using integration::RedisServer;

/// A number that no house of this process had.
int next_number() {
  static int number = 0;
  return ++number;
}

class RedisHouse final : public BrokerHouse {
 public:
  std::string url() const override { return redis_.url() + "?reclaim=300ms"; }
  void kill() override { redis_.kill(); }
  void restart() override { redis_.restart(); }
  std::size_t dead_letters() override {
    const std::unique_ptr<redisContext, decltype(&redisFree)> context(
        redisConnect("127.0.0.1", redis_.port()), &redisFree);
    const std::unique_ptr<void, decltype(&freeReplyObject)> reply(
        redisCommand(context.get(), "XLEN fairrush:bus:dead"), &freeReplyObject);
    const auto* const length = static_cast<const redisReply*>(reply.get());
    return length == nullptr ? 0 : static_cast<std::size_t>(length->integer);
  }

 private:
  // Each message is on the disk before it is confirmed.
  RedisServer redis_{{"--appendonly", "yes", "--appendfsync", "always"}};
};

class AmqpHouse final : public BrokerHouse {
 public:
  AmqpHouse() {
    if (rabbitmq_ == nullptr) rabbitmq_ = std::make_unique<RabbitmqServer>();
  }
  ~AmqpHouse() override {
    if (killed_) restart();
  }

  std::string url() const override {
    return fmt::format("amqp://guest:guest@127.0.0.1:{}?exchange={}", rabbitmq_->port(), exchange_);
  }
  void kill() override {
    rabbitmq_->kill();
    killed_ = true;
  }
  void restart() override {
    rabbitmq_->restart();
    killed_ = false;
  }
  std::size_t dead_letters() override {
    AmqpSession session;
    const auto opened = session.open(std::get<AmqpBusAddress>(address()), {});
    EXPECT_TRUE(opened) << opened.error();
    const std::string queue = exchange_ + ".dead";
    const amqp_queue_declare_ok_t* const declared = amqp_queue_declare(
        session.connection(), kAmqpChannel, amqp_text(queue), 1, 1, 0, 0, amqp_empty_table);
    return declared == nullptr ? 0 : declared->message_count;
  }

 private:
  static inline std::unique_ptr<RabbitmqServer> rabbitmq_;
  std::string exchange_ = fmt::format("house-{}", next_number());
  bool killed_ = false;
};

/// The mock cluster of the library: brokers on sockets, with what they were told in memory.
class KafkaHouse final : public BrokerHouse {
 public:
  KafkaHouse()
      : handle_(std::move(make_kafka(RD_KAFKA_PRODUCER, kafka_settings({})).value())),
        cluster_(rd_kafka_mock_cluster_new(handle_.get(), kBrokers)) {
    rd_kafka_mock_topic_create(cluster_, "coupons", kPartitions, kBrokers);
  }
  ~KafkaHouse() override { rd_kafka_mock_cluster_destroy(cluster_); }

  std::string url() const override {
    return fmt::format("kafka://{}/coupons", rd_kafka_mock_cluster_bootstraps(cluster_));
  }
  /// Nobody reaches its brokers any more.
  void kill() override {
    for (int broker = 1; broker <= kBrokers; ++broker) {
      rd_kafka_mock_broker_set_down(cluster_, broker);
    }
  }
  void restart() override {
    for (int broker = 1; broker <= kBrokers; ++broker) {
      rd_kafka_mock_broker_set_up(cluster_, broker);
    }
  }
  std::size_t dead_letters() override {
    const auto consumer = make_kafka(
        RD_KAFKA_CONSUMER,
        kafka_settings({{"bootstrap.servers", rd_kafka_mock_cluster_bootstraps(cluster_)},
                        {"group.id", fmt::format("look-{}", next_number())},
                        {"auto.offset.reset", "earliest"},
                        {"enable.partition.eof", "true"}}));
    const KafkaPtr<rd_kafka_topic_partition_list_t> all(rd_kafka_topic_partition_list_new(4));
    for (int partition = 0; partition < kDeadPartitions; ++partition) {
      rd_kafka_topic_partition_list_add(all.get(), "coupons.dead", partition)->offset =
          RD_KAFKA_OFFSET_BEGINNING;
    }
    rd_kafka_assign(consumer->get(), all.get());
    std::size_t found = 0;
    for (int ends = 0; ends < kDeadPartitions;) {
      const KafkaPtr<rd_kafka_message_t> message(rd_kafka_consumer_poll(consumer->get(), 1000));
      if (message == nullptr || message->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) break;
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) ++ends;
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) ++found;
    }
    return found;
  }

 private:
  static constexpr int kBrokers = 2;
  static constexpr int kPartitions = 4;
  static constexpr int kDeadPartitions = 4;  // what the mock cluster makes of itself

  KafkaPtr<rd_kafka_t> handle_;
  rd_kafka_mock_cluster_t* cluster_;
};

}  // namespace

std::string name_of(BrokerKind kind) {
  return kind == BrokerKind::redis ? "redis" : kind == BrokerKind::amqp ? "amqp" : "kafka";
}

void PrintTo(BrokerKind kind, std::ostream* out) {
  *out << name_of(kind);
}

std::unique_ptr<BrokerHouse> make_house(BrokerKind kind) {
  if (kind == BrokerKind::kafka) return std::make_unique<KafkaHouse>();
  if (kind == BrokerKind::redis && RedisServer::is_installed()) {
    return std::make_unique<RedisHouse>();
  }
  if (kind == BrokerKind::amqp && RabbitmqServer::is_installed()) {
    return std::make_unique<AmqpHouse>();
  }
  return nullptr;
}

}  // namespace fairrush::server
