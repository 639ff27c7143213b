#include "server/bus/broker_bus.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairrush::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr EventId kEvent{4};

EventCreated spring(std::uint8_t key) {
  EventCreated event;
  event.event = kEvent;
  event.spec.name = "spring";
  event.secrets.coupon_key = Bytes(32, key);
  return event;
}

BusMessage message(std::uint64_t position) {
  return {.position = OutboxPosition(position),
          .event = kEvent,
          .type = BusMessage::Type::coupon_redeemed,
          .user = UserIndex(7),
          .coupon = CouponMint(Bytes(32, 1)).code(static_cast<CouponSerial>(position)),
          .order = "o-1"};
}

class ScriptedBroker final : public Broker {
 public:
  void open(Listener& home) override { listener = &home; }
  Task<void> stop() override { co_return; }
  bool accepts() const override { return true; }
  void publish(Outgoing message) override { published.push_back(std::move(message)); }
  void settle(ConsumerIndex consumer, DeliveryTag tag, Settlement how) override {
    EXPECT_EQ(consumer, ConsumerIndex(0));
    (how == Settlement::handled ? handled : strange).push_back(tag.value());
  }
  std::optional<std::string> missing() const override { return std::nullopt; }
  std::optional<std::uint64_t> unread() const override { return 0; }

  Listener* listener = nullptr;
  std::vector<Outgoing> published;
  std::vector<std::uint64_t> handled;
  std::vector<std::uint64_t> strange;
};

class Ear final : public BusConsumer {
 public:
  std::string_view name() const override { return "ear"; }
  bool accepts() const override { return open; }
  void hear(const BusMessage& message, Handled handled) override {
    heard.push_back(message);
    done.push_back(std::move(handled));
  }
  bool open = true;
  std::vector<BusMessage> heard;
  std::vector<Handled> done;
};

class BrokerBusTest : public testing::Test {
 protected:
  struct Outbox final : Bus::Listener {
    void confirmed(OutboxPosition) override {}
    void returned(OutboxPosition position) override { returns.push_back(position.value()); }
    std::vector<std::uint64_t> returns;
  };

  BrokerBusTest() {
    events_.begin(spring(1));
    bus_.report_to(outbox_);
  }
  void deliver(std::uint64_t tag, const EventCreated& event = spring(1)) {
    const auto wire = parse_wire_text(wire_text(message(tag), label_of(event)));
    broker_.listener->delivered(ConsumerIndex(0), DeliveryTag(tag), wire.value());
  }

  ScriptedBroker broker_;
  Ear ear_;
  EventDirectory events_;
  Outbox outbox_;
  ManualClock clock_;
  BrokerBus bus_{broker_, {&ear_}, events_, clock_};
};

TEST_F(BrokerBusTest, SendsAMessageThatComesBackAsItWas) {
  bus_.publish(message(12));
  ASSERT_EQ(broker_.published.size(), 1U);
  EXPECT_EQ(broker_.published[0].id, id_of(message(12)));
  EXPECT_THAT(broker_.published[0].text, HasSubstr(R"("event":"spring","life":")"));
  broker_.listener->delivered(ConsumerIndex(0), DeliveryTag(1),
                              parse_wire_text(broker_.published[0].text).value());
  EXPECT_THAT(ear_.heard, ElementsAre(message(12)));
}

TEST_F(BrokerBusTest, SettlesAMessageOnceItIsHandled) {
  deliver(3);
  EXPECT_THAT(broker_.handled, IsEmpty());
  ear_.done[0]();
  EXPECT_THAT(broker_.handled, ElementsAre(3));
}

TEST_F(BrokerBusTest, CountsWhatAConsumerIsGivenAgain) {
  deliver(3);
  deliver(4);
  EXPECT_EQ(bus_.counts().redelivered, 0U);
  deliver(3);
  EXPECT_EQ(bus_.counts().redelivered, 1U);
}

TEST_F(BrokerBusTest, KeepsMessagesInOrderForAConsumerThatIsBusy) {
  ear_.open = false;
  deliver(1);
  ear_.open = true;
  deliver(2);
  EXPECT_THAT(ear_.heard, IsEmpty()) << "it would overtake";
  bus_.tick();
  EXPECT_THAT(ear_.heard, ElementsAre(message(1), message(2)));
}

TEST_F(BrokerBusTest, WaitsForAnEventThatAnotherServerHasJustMade) {
  EventCreated other = spring(3);
  other.event = EventId(5);
  other.spec.name = "autumn";
  deliver(5, other);
  bus_.tick();
  EXPECT_THAT(ear_.heard, IsEmpty());
  events_.begin(other);
  bus_.tick();
  ASSERT_EQ(ear_.heard.size(), 1U);
  EXPECT_EQ(ear_.heard[0].event, EventId(5));
}

TEST_F(BrokerBusTest, SendsMessagesOfForeignEventsToTheDeadLetters) {
  EventCreated other = spring(1);
  other.spec.name = "autumn";
  deliver(5, other);
  bus_.tick();
  EXPECT_THAT(broker_.strange, IsEmpty());
  clock_.advance(BrokerBus::kPatience);
  bus_.tick();
  EXPECT_THAT(broker_.strange, ElementsAre(5));
  EXPECT_THAT(ear_.heard, IsEmpty());
}

TEST_F(BrokerBusTest, DropsWhatAnEventsFormerLifeSaid) {
  events_.begin(spring(2));
  deliver(5, spring(1));
  EXPECT_THAT(broker_.handled, ElementsAre(5));
  EXPECT_THAT(ear_.heard, IsEmpty());
}

TEST_F(BrokerBusTest, GivesBackAMessageWhoseEventItDoesNotKnowYet) {
  BusMessage unknown = message(1);
  unknown.event = EventId(77);
  bus_.publish(unknown);
  EXPECT_THAT(broker_.published, IsEmpty());
  EXPECT_THAT(outbox_.returns, ElementsAre(1));
}

TEST(WireText, IsJsonWithNamesThatOthersKnow) {
  const std::string coupon(message(12).coupon.view());
  EXPECT_EQ(wire_text(message(12), {"spring", "0123456789abcdef"}),
            R"({"id":"coupon-redeemed:)" + coupon +
                R"(","type":"coupon-redeemed","event":"spring","life":"0123456789abcdef",)"
                R"("user":7,"coupon":")" +
                coupon + R"(","order":"o-1","position":12})");
}

TEST(WireText, IsReadWithMembersThatALaterServerAdds) {
  std::string text = wire_text(message(12), {"spring", "0123456789abcdef"});
  text.insert(1, R"("later":[1],)");
  EXPECT_TRUE(parse_wire_text(text));
}

TEST(WireText, IsRefusedWithTheReason) {
  const std::string good = wire_text(message(12), {"spring", "0123456789abcdef"});
  const auto with = [&good](const std::string& from, const std::string& to) {
    std::string text = good;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  };
  for (const auto& [text, why] : {
           std::pair(std::string("{"), "no JSON object"),
           std::pair(std::string("[]"), "no JSON object"),
           std::pair(std::string(5000, ' '), "longer"),
           std::pair(with("coupon-redeemed\",\"e", "coupon-eaten\",\"e"), "type"),
           std::pair(with("\"spring\"", "\"../spring\""), "no event"),
           std::pair(with("0123456789abcdef", "0"), "no life"),
           std::pair(with("\"user\":7", "\"user\":4294967296"), "no user"),
           std::pair(with("\"user\":7", "\"user\":-1"), "no user"),
           std::pair(with("\"coupon\":\"", "\"coupon\":\"x"), "no coupon"),
           std::pair(with("\"position\":12", "\"position\":0"), "no position"),
           std::pair(with("\"order\":\"o-1\"", "\"order\":\"\""), "order"),
           std::pair(with("\"id\":\"coupon", "\"id\":\"voucher"), "another's"),
       }) {
    const auto refused = parse_wire_text(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_THAT(refused.error(), HasSubstr(why)) << text;
  }
}

}  // namespace
}  // namespace fairrush::server
