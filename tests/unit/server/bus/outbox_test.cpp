#include "server/bus/outbox.hpp"

#include <gmock/gmock.h>

#include <vector>

#include "tests/unit/server/bus/scripted_bus.hpp"

namespace fairrush::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t kWindow = 4;
constexpr Duration kRetry = std::chrono::milliseconds(100);

BusMessage message(std::uint64_t position, std::uint32_t user, std::int64_t event) {
  return {.position = OutboxPosition(position),
          .event = EventId(event),
          .type = BusMessage::Type::coupon_issued,
          .user = UserIndex(user),
          .coupon = CouponMint(Bytes(32, 1)).code(static_cast<CouponSerial>(position)),
          .order = {}};
}

/// An outbox between a queue whose batches the test finishes and a bus that does what it says.
class OutboxTest : public testing::Test {
 protected:
  struct Writer final : BatchWriter {
    void write(std::vector<LedgerRecord> batch) override { batches.push_back(std::move(batch)); }
    std::vector<std::vector<LedgerRecord>> batches;
  };

  /// A fact and its message, as a service records them; of a user of its own unless one is named.
  void tell(std::int64_t event = 1, std::optional<std::uint32_t> user = {}) {
    const OutboxPosition position = outbox_.next_position();
    const auto who = user.value_or(static_cast<std::uint32_t>(1000 + position.value()));
    outbox_.expect(message(position.value(), who, event),
                   queue_.append(DrawFixed{.event = EventId(event)}));
  }
  void tell_durably(int count) {
    for (int one = 0; one < count; ++one) tell();
    commit();
  }

  /// Commits until nothing is under way.
  void commit() {
    while (!queue_.idle()) queue_.batch_done({});
  }

  void relay_after(Duration time) {
    clock_.advance(time);
    outbox_.relay();
  }

  /// Positions recorded as published, in the batches so far.
  std::vector<std::uint64_t> notes() const {
    std::vector<std::uint64_t> found;
    for (const auto& batch : writer_.batches) {
      for (const LedgerRecord& record : batch) {
        const auto* const note = std::get_if<OutboxPublished>(&record);
        if (note != nullptr) found.push_back(note->up_to.value());
      }
    }
    return found;
  }

  ManualClock clock_;
  Writer writer_;
  CommitQueue queue_{writer_};
  ScriptedBus bus_;
  Outbox outbox_{queue_, bus_, clock_, {.window = kWindow, .retry = kRetry}};
};

TEST_F(OutboxTest, PublishesAFactOnlyOnceItIsDurable) {
  tell();
  outbox_.relay();
  EXPECT_THAT(bus_.published, IsEmpty());
  EXPECT_EQ(outbox_.pending(EventId(1)), 1U);
  commit();
  outbox_.relay();
  EXPECT_THAT(bus_.published, ElementsAre(1));
}

TEST_F(OutboxTest, TakesForPublishedOnlyWhatTheBusHasConfirmed) {
  tell_durably(1);
  outbox_.relay();
  relay_after(std::chrono::hours(1));
  commit();
  EXPECT_THAT(notes(), IsEmpty());
  EXPECT_EQ(outbox_.pending(EventId(1)), 1U);
  bus_.confirm(1);
  EXPECT_EQ(outbox_.pending(EventId(1)), 0U);
  EXPECT_THAT(notes(), ElementsAre(1));
}

TEST_F(OutboxTest, PublishesInOrderAndOnceWhileNothingFails) {
  bus_.confirms_at_once = true;
  tell_durably(3);
  outbox_.relay();
  outbox_.relay();
  EXPECT_THAT(bus_.published, ElementsAre(1, 2, 3));
}

TEST_F(OutboxTest, GivesTheBusNoMoreThanItsWindow) {
  tell_durably(kWindow + 3);
  outbox_.relay();
  EXPECT_THAT(bus_.published, ElementsAre(1, 2, 3, 4));
  bus_.confirm(1);
  bus_.confirm(2);
  EXPECT_THAT(bus_.published, ElementsAre(1, 2, 3, 4, 5, 6)) << "without waiting for a relay";
}

TEST_F(OutboxTest, NotesNothingBehindAMessageThatIsNotConfirmed) {
  tell_durably(kWindow + 1);
  outbox_.relay();
  for (const std::uint64_t position : {4U, 2U, 3U}) bus_.confirm(position);
  commit();
  EXPECT_THAT(notes(), IsEmpty());
  EXPECT_THAT(bus_.published, ElementsAre(1, 2, 3, 4)) << "the window begins with the first";
  EXPECT_EQ(outbox_.pending(EventId(1)), 2U);
  bus_.confirm(1);
  EXPECT_THAT(notes(), ElementsAre(4));
}

TEST_F(OutboxTest, NotesOneAtATime) {
  bus_.confirms_at_once = true;
  tell_durably(1);
  outbox_.relay();
  EXPECT_THAT(notes(), ElementsAre(1));
  tell();
  queue_.batch_done({});  // the first note
  queue_.batch_done({});  // the second fact
  outbox_.relay();
  tell();
  outbox_.relay();
  EXPECT_THAT(notes(), ElementsAre(1, 2));
}

TEST_F(OutboxTest, PublishesAgainWhatCameBackAfterAPause) {
  tell_durably(3);
  outbox_.relay();
  bus_.give_back(2);
  relay_after(kRetry - std::chrono::nanoseconds(1));
  EXPECT_THAT(bus_.published, ElementsAre(1, 2, 3));
  relay_after(std::chrono::nanoseconds(1));
  EXPECT_THAT(bus_.published, ElementsAre(1, 2, 3, 2));
  bus_.confirm_all();
  commit();
  outbox_.relay();
  EXPECT_EQ(notes().back(), 3U);
}

TEST_F(OutboxTest, PublishesAgainAfterAReconnectionWhatWasNotConfirmed) {
  tell_durably(kWindow);
  outbox_.relay();
  bus_.confirm(3);
  bus_.disconnect();
  relay_after(std::chrono::minutes(1));
  EXPECT_THAT(bus_.published, ElementsAre(1, 2, 3, 4)) << "there is nobody to publish to";
  bus_.connected = true;
  outbox_.relay();
  EXPECT_THAT(bus_.published, ElementsAre(1, 2, 3, 4, 1, 2, 4));
}

TEST_F(OutboxTest, WaitsForABusThatIsNotThereYet) {
  bus_.connected = false;
  tell_durably(2);
  outbox_.relay();
  EXPECT_THAT(bus_.published, IsEmpty());
  bus_.connected = true;
  outbox_.relay();
  EXPECT_THAT(bus_.published, ElementsAre(1, 2));
}

TEST_F(OutboxTest, HasOneMessageOfAUserUnderWay) {
  tell(1, 7);
  tell(1, 8);
  tell(1, 7);
  tell(1, 9);
  commit();
  outbox_.relay();
  EXPECT_THAT(bus_.published, ElementsAre(1, 2));
  bus_.confirm(2);
  EXPECT_THAT(bus_.published, ElementsAre(1, 2));
  bus_.confirm(1);
  EXPECT_THAT(bus_.published, ElementsAre(1, 2, 3, 4));
}

TEST_F(OutboxTest, NeverOvertakesAUsersMessageThatCameBack) {
  tell(1, 7);
  tell(1, 7);
  commit();
  outbox_.relay();
  bus_.give_back(1);
  relay_after(kRetry);
  bus_.confirm(1);
  EXPECT_THAT(bus_.published, ElementsAre(1, 1, 2));
}

TEST_F(OutboxTest, LeavesReportsAloneThatItDidNotWaitFor) {
  tell_durably(2);
  outbox_.relay();
  bus_.confirm(1);
  bus_.confirm(1);
  bus_.give_back(1);
  bus_.confirm(77);
  outbox_.relay();
  EXPECT_THAT(bus_.published, ElementsAre(1, 2));
  EXPECT_EQ(outbox_.pending(EventId(1)), 1U);
}

TEST_F(OutboxTest, PublishesAnyNumberToABusThatConfirmsAtOnce) {
  bus_.confirms_at_once = true;
  tell_durably(100'000);
  outbox_.relay();
  EXPECT_EQ(bus_.published.size(), 100'000U);
  EXPECT_EQ(outbox_.pending(EventId(1)), 0U);
}

TEST_F(OutboxTest, PublishesAgainWhatWasNotNotedBeforeARestart) {
  outbox_.restore(OutboxPublished{OutboxPosition(1)});
  outbox_.restore(message(1, 1, 1));
  outbox_.restore(message(2, 2, 1));
  outbox_.relay();
  EXPECT_THAT(bus_.published, ElementsAre(2));
  EXPECT_EQ(outbox_.next_position(), OutboxPosition(3));
}

TEST_F(OutboxTest, BeginsAnewWithWhatALedgerSaysAgain) {
  for (int time = 0; time < 2; ++time) {
    outbox_.restore(OutboxPublished{OutboxPosition(1)});
    for (const std::uint64_t position : {2U, 3U}) outbox_.restore(message(position, 7, 1));
    outbox_.relay();
  }
  EXPECT_THAT(bus_.published, ElementsAre(2, 2));
  bus_.confirm(2);
  bus_.confirm(3);
  EXPECT_EQ(outbox_.pending(EventId(1)), 0U);
}

TEST_F(OutboxTest, CountsOnFromWhatWasPublishedWhenTheRestIsGone) {
  outbox_.restore(OutboxPublished{OutboxPosition(9)});
  EXPECT_EQ(outbox_.next_position(), OutboxPosition(10));
}

TEST_F(OutboxTest, ForgetsTheMessagesOfOneEvent) {
  tell(1);
  tell(2);
  outbox_.forget(EventId(1));
  commit();
  outbox_.relay();
  EXPECT_THAT(bus_.published, ElementsAre(2));
}

TEST_F(OutboxTest, ForgetsMessagesThatAreUnderWay) {
  tell(1, 7);
  tell(2, 8);
  commit();
  outbox_.relay();
  outbox_.forget(EventId(1));
  tell(1, 7);
  commit();
  outbox_.relay();
  EXPECT_THAT(bus_.published, ElementsAre(1, 2, 3)) << "the user's former message holds up nobody";
  bus_.confirm(1);  // of the former life
  EXPECT_EQ(outbox_.pending(EventId(1)), 1U);
  bus_.confirm(2);
  bus_.confirm(3);
  commit();
  outbox_.relay();
  EXPECT_EQ(notes().back(), 3U);
}

TEST_F(OutboxTest, PublishesNothingAfterTheLedgerFailed) {
  tell();
  tell();
  queue_.batch_done({});
  queue_.batch_done(std::unexpected("disk full"));
  outbox_.relay();
  EXPECT_THAT(bus_.published, IsEmpty()) << "that a message was published could not be noted";
}

TEST(BusMessage, HasAnIdOfItsOwnForEachTypeAndCoupon) {
  BusMessage redeemed = message(1, 1, 1);
  redeemed.type = BusMessage::Type::coupon_redeemed;
  EXPECT_EQ(id_of(message(1, 1, 1)),
            "coupon-issued:" + std::string(message(1, 1, 1).coupon.view()));
  EXPECT_NE(id_of(message(1, 1, 1)), id_of(redeemed));
  EXPECT_NE(id_of(message(1, 1, 1)), id_of(message(2, 1, 1)));
}

}  // namespace
}  // namespace fairrush::server
