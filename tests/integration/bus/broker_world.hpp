#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <functional>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "server/bus/amqp/amqp_broker.hpp"
#include "server/bus/brokers/redis_broker.hpp"
#include "server/bus/kafka/kafka_broker.hpp"
#include "tests/integration/bus/broker_house.hpp"

namespace fairrush::server {

/// A message of a test.
inline WireMessage message(std::uint64_t position, std::uint32_t user = 7) {
  return {.event = {"spring", "0123456789abcdef"},
          .message = {.position = OutboxPosition(position),
                      .event = {},
                      .type = BusMessage::Type::coupon_issued,
                      .user = UserIndex(user),
                      .coupon = CouponMint(Bytes(32, 1)).code(static_cast<CouponSerial>(position)),
                      .order = {}}};
}

/// A process that uses a broker, without the process: it remembers what it was told.
class BrokerUser final : public Broker::Listener {
 public:
  struct Delivery {
    ConsumerIndex consumer;
    DeliveryTag tag;
    WireMessage wire;
    std::uint64_t position() const { return wire.message.position.value(); }
  };

  BrokerUser(asio::io_context& context, const Clock& clock, const BusAddress& address,
             const std::vector<std::string>& consumers)
      : context_(context) {
    if (const auto* const redis = std::get_if<RedisBusAddress>(&address)) {
      broker = std::make_unique<RedisBroker>(context.get_executor(), clock, *redis, consumers);
    } else if (const auto* const amqp = std::get_if<AmqpBusAddress>(&address)) {
      broker = make_amqp_broker(context.get_executor(), *amqp, consumers);
    } else {
      broker =
          make_kafka_broker(context.get_executor(), std::get<KafkaBusAddress>(address), consumers);
    }
    broker->open(*this);
  }
  ~BrokerUser() override { leave(); }

  /// Ends its work; what it has not settled is anybody's.
  void leave() {
    if (broker == nullptr) return;
    bool stopped = false;
    asio::co_spawn(context_, broker->stop(), [&stopped](const std::exception_ptr& error) {
      if (error) std::rethrow_exception(error);
      stopped = true;
    });
    while (!stopped) {
      context_.restart();
      context_.run_one_for(std::chrono::milliseconds(100));
    }
    broker.reset();
  }

  void publish(const WireMessage& wire) { publish(wire, wire_text(wire.message, wire.event)); }
  void publish(const WireMessage& wire, const std::string& text) {
    broker->publish({.position = wire.message.position,
                     .user = wire.message.user,
                     .type = wire.message.type,
                     .id = id_of(wire.message),
                     .text = text});
  }

  void confirmed(OutboxPosition position) override { confirms.push_back(position.value()); }
  void returned(OutboxPosition position) override { returns.push_back(position.value()); }
  void delivered(ConsumerIndex consumer, DeliveryTag tag, WireMessage wire) override {
    deliveries.push_back({consumer, tag, std::move(wire)});
    if (settles_at_once) broker->settle(consumer, tag, Settlement::handled);
  }

  /// Positions that a consumer was given, in their order.
  std::vector<std::uint64_t> heard(std::uint32_t consumer = 0) const {
    std::vector<std::uint64_t> positions;
    for (const Delivery& one : deliveries) {
      if (one.consumer.value() == consumer) positions.push_back(one.position());
    }
    return positions;
  }
  std::size_t different() const {
    const auto positions = heard();
    return std::set(positions.begin(), positions.end()).size();
  }

  std::unique_ptr<Broker> broker;
  bool settles_at_once = true;
  std::vector<std::uint64_t> confirms;
  std::vector<std::uint64_t> returns;
  std::vector<Delivery> deliveries;

 private:
  asio::io_context& context_;
};

/// A broker program, and the loop that its users live on.
class BrokerWorld : public testing::Test {
 protected:
  void enter(BrokerKind kind) {
    house_ = make_house(kind);
    if (house_ == nullptr) GTEST_SKIP() << name_of(kind) << " is not installed";
  }

  /// Runs the loop until `holds`, with ticks as a server has them; fails after half a minute.
  void run_until(const std::function<bool()>& holds) {
    const SteadyTime give_up = clock_.steady_now() + std::chrono::seconds(30);
    while (!holds()) {
      if (clock_.steady_now() >= give_up) throw std::runtime_error("nothing came of it");
      context_.restart();
      context_.run_one_for(std::chrono::milliseconds(2));
      for (BrokerUser* user : users_) {
        if (user->broker != nullptr) user->broker->tick();
      }
    }
  }

  /// A process that has just started; it is there when `wait` says so.
  std::unique_ptr<BrokerUser> start(const std::vector<std::string>& consumers = {"audit"}) {
    auto user = std::make_unique<BrokerUser>(context_, clock_, house_->address(), consumers);
    users_.push_back(user.get());
    return user;
  }
  std::unique_ptr<BrokerUser> start_and_wait(const std::vector<std::string>& consumers = {
                                                 "audit"}) {
    auto user = start(consumers);
    run_until([&user] { return user->broker->accepts() && !user->broker->missing(); });
    return user;
  }

  /// Publishes positions, each of a user of its own, and again what comes back.
  void publish_until_confirmed(BrokerUser& user, std::uint64_t first, std::uint64_t last) {
    const std::size_t before = user.confirms.size();
    for (std::uint64_t position = first; position <= last; ++position) {
      user.publish(message(position, static_cast<std::uint32_t>(position)));
    }
    run_until([&user, before, count = last - first + 1] {
      if (user.broker->accepts()) {
        for (const std::uint64_t position : std::exchange(user.returns, {})) {
          user.publish(message(position, static_cast<std::uint32_t>(position)));
        }
      }
      return user.confirms.size() >= before + count;
    });
  }

  RealClock clock_;
  asio::io_context context_{1};
  asio::executor_work_guard<Executor> work_{context_.get_executor()};
  std::unique_ptr<BrokerHouse> house_;
  std::vector<BrokerUser*> users_;
};

}  // namespace fairrush::server
