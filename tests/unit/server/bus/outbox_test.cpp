#include "server/bus/outbox.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace fairrush::server {
namespace {

BusMessage message(std::uint64_t position, std::int64_t event = 1) {
  return {.position = OutboxPosition(position),
          .event = EventId(event),
          .type = BusMessage::Type::coupon_issued,
          .user = UserIndex(7),
          .coupon = CouponMint(Bytes(32, 1)).code(static_cast<CouponSerial>(position)),
          .order = {}};
}

/// An outbox over a queue whose batches the test finishes.
class OutboxTest : public testing::Test {
 protected:
  struct Writer final : BatchWriter {
    void write(std::vector<LedgerRecord> batch) override { batches.push_back(std::move(batch)); }
    std::vector<std::vector<LedgerRecord>> batches;
  };

  /// A fact and its message, as a service records them.
  void tell(std::int64_t event = 1) {
    const OutboxPosition position = outbox_.next_position();
    outbox_.expect(message(position.value(), event), queue_.append(DrawFixed{EventId(event)}));
  }

  void commit() { queue_.batch_done({}); }

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

  Writer writer_;
  CommitQueue queue_{writer_};
  std::vector<std::uint64_t> published_;
  Outbox outbox_{queue_, [this](const BusMessage& message) {
                   published_.push_back(message.position.value());
                 }};
};

TEST_F(OutboxTest, PublishesAFactOnlyOnceItIsDurable) {
  tell();
  outbox_.relay();
  EXPECT_TRUE(published_.empty());
  EXPECT_EQ(outbox_.pending(EventId(1)), 1U);
  commit();
  outbox_.relay();
  EXPECT_EQ(published_, std::vector<std::uint64_t>{1});
  EXPECT_EQ(outbox_.pending(EventId(1)), 0U);
}

TEST_F(OutboxTest, PublishesInOrderAndOnceWhileItLives) {
  for (int count = 0; count < 3; ++count) tell();
  commit();
  commit();
  outbox_.relay();
  outbox_.relay();
  EXPECT_EQ(published_, (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST_F(OutboxTest, NotesWhatItPublishedAndOneNoteAtATime) {
  tell();
  commit();
  outbox_.relay();
  EXPECT_EQ(notes(), std::vector<std::uint64_t>{1});
  tell();
  commit();  // the first note
  commit();  // the second fact
  outbox_.relay();
  tell();
  outbox_.relay();
  EXPECT_EQ(notes(), (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(OutboxTest, PublishesAgainWhatWasNotNoted) {
  outbox_.restore(OutboxPublished{OutboxPosition(1)});
  outbox_.restore(message(1));
  outbox_.restore(message(2));
  outbox_.relay();
  EXPECT_EQ(published_, std::vector<std::uint64_t>{2});
  EXPECT_EQ(outbox_.next_position(), OutboxPosition(3));
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
  commit();
  outbox_.relay();
  EXPECT_EQ(published_, std::vector<std::uint64_t>{2});
}

TEST_F(OutboxTest, PublishesNothingAfterTheLedgerFailed) {
  tell();
  tell();
  commit();
  queue_.batch_done(std::unexpected("disk full"));
  outbox_.relay();
  EXPECT_TRUE(published_.empty()) << "that a message was published could not be noted";
}

TEST(BusMessage, HasAnIdOfItsOwnForEachTypeAndCoupon) {
  BusMessage redeemed = message(1);
  redeemed.type = BusMessage::Type::coupon_redeemed;
  EXPECT_EQ(id_of(message(1)), "coupon-issued:" + std::string(message(1).coupon.view()));
  EXPECT_NE(id_of(message(1)), id_of(redeemed));
  EXPECT_NE(id_of(message(1)), id_of(message(2)));
}

}  // namespace
}  // namespace fairrush::server
