#include "server/bus/brokers/bus_address.hpp"

#include <gtest/gtest.h>

namespace fairrush::server {
namespace {

template <class Address>
Address read(std::string_view text) {
  const auto address = parse_bus_address(text);
  EXPECT_TRUE(address && std::holds_alternative<Address>(*address)) << text;
  return address && std::holds_alternative<Address>(*address) ? std::get<Address>(*address)
                                                              : Address{};
}

TEST(BusAddress, NamesTheProcessItself) {
  read<InProcessAddress>("in-process");
}

TEST(BusAddress, NamesAStreamOfARedis) {
  EXPECT_EQ(read<RedisBusAddress>("redis://host").stream, "fairrush:bus");
  const auto redis = read<RedisBusAddress>(
      "redis://:open%20sesame@host:7000/3?stream=coupons&keep=20000&reclaim=250ms");
  EXPECT_EQ(redis.endpoint.host, "host");
  EXPECT_EQ(redis.endpoint.port, 7000);
  EXPECT_EQ(redis.endpoint.password, "open sesame");
  EXPECT_EQ(redis.endpoint.database, 3U);
  EXPECT_EQ(redis.stream, "coupons");
  EXPECT_EQ(redis.keep, 20'000U);
  EXPECT_EQ(redis.reclaim, std::chrono::milliseconds(250));
}

TEST(BusAddress, NamesAnExchangeOfARabbitmq) {
  EXPECT_EQ(read<AmqpBusAddress>("amqp://host"), (AmqpBusAddress{.host = "host",
                                                                 .port = 5672,
                                                                 .user = "guest",
                                                                 .password = "guest",
                                                                 .vhost = "/",
                                                                 .exchange = "fairrush"}));
  EXPECT_EQ(read<AmqpBusAddress>("amqp://shop:s%2Fcret@[::1]:99/spring?exchange=coupons"),
            (AmqpBusAddress{.host = "::1",
                            .port = 99,
                            .user = "shop",
                            .password = "s/cret",
                            .vhost = "spring",
                            .exchange = "coupons"}));
  EXPECT_EQ(read<AmqpBusAddress>("amqp://host/").vhost, "/");
}

TEST(BusAddress, NamesATopicOfAKafka) {
  EXPECT_EQ(read<KafkaBusAddress>("kafka://a:9092,b:9093/coupons"),
            (KafkaBusAddress{.brokers = "a:9092,b:9093", .topic = "coupons"}));
}

TEST(BusAddress, IsNothingElse) {
  for (const char* text : {"",
                           "in process",
                           "nats://host",
                           "redis:",
                           "redis://",
                           "redis://host?keep=9999",
                           "redis://host?keep=20000x",
                           "redis://host?reclaim=99ms",
                           "redis://host?reclaim=",
                           "redis://host?stream=",
                           "redis://host?stream=a%20b",
                           "redis://host?stram=x",
                           "amqp://",
                           "amqp://host:0",
                           "amqp://host:65536",
                           "amqp://host?exchange=",
                           "amqp://host?queue=x",
                           "amqp://host#x",
                           "kafka://",
                           "kafka://a:1",
                           "kafka://a:1/",
                           "kafka:///topic",
                           "kafka://a/topic",
                           "kafka://a:0/topic",
                           "kafka://a:1,/topic",
                           "kafka://a:1/to pic",
                           "kafka://a:1/to:pic",
                           "kafka://u@a:1/topic"}) {
    EXPECT_FALSE(parse_bus_address(text)) << text;
  }
}

TEST(BusAddress, IsShownWithoutItsPassword) {
  for (const char* text : {"redis://:secret@host:7000/3?stream=coupons", "amqp://u:secret@h/v",
                           "kafka://a:1,b:2/topic"}) {
    const auto address = parse_bus_address(text);
    ASSERT_TRUE(address) << text;
    const std::string seen = shown(*address);
    EXPECT_EQ(seen.find("secret"), std::string::npos) << seen;
    EXPECT_TRUE(parse_bus_address(seen)) << seen;
  }
}

}  // namespace
}  // namespace fairrush::server
