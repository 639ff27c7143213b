// The consumers, and the bus within the process that calls them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "server/bus/audit_log.hpp"
#include "server/bus/in_process_bus.hpp"
#include "server/bus/notifier.hpp"
#include "tests/unit/server/temporary_directory.hpp"

namespace fairrush::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr EventId kEvent{4};

EventCreated spring() {
  EventCreated event;
  event.event = kEvent;
  event.spec.name = "spring";
  event.secrets.coupon_key = Bytes(32, 1);
  return event;
}

BusMessage message(std::uint64_t position) {
  return {.position = OutboxPosition(position),
          .event = kEvent,
          .type = BusMessage::Type::coupon_issued,
          .user = UserIndex(7),
          .coupon = CouponMint(Bytes(32, 1)).code(static_cast<CouponSerial>(position)),
          .order = {}};
}

/// Remembers what was confirmed.
struct Reports final : Bus::Listener {
  void confirmed(OutboxPosition position) override { positions.push_back(position.value()); }
  void returned(OutboxPosition) override { FAIL(); }
  std::vector<std::uint64_t> positions;
};

struct Writer final : BatchWriter {
  void write(std::vector<LedgerRecord>) override {}
};

TEST(AuditLog, HasHandledAMessageOnceThatIsDurable) {
  Writer writer;
  CommitQueue queue(writer);
  AuditLog audit(queue);
  int handled = 0;
  audit.hear(message(1), [&handled] { ++handled; });
  EXPECT_EQ(handled, 0);
  queue.batch_done({});
  EXPECT_EQ(handled, 1);
}

TEST(AuditLog, NeverHandlesWhatTheLedgerDidNotTake) {
  Writer writer;
  CommitQueue queue(writer);
  AuditLog audit(queue);
  int handled = 0;
  audit.hear(message(1), [&handled] { ++handled; });
  queue.batch_done(std::unexpected("disk full"));
  EXPECT_EQ(handled, 0);
  EXPECT_FALSE(audit.accepts());
}

TEST(AuditLog, ShowsEveryDeliveryAndCountsAMessageOnce) {
  Writer writer;
  CommitQueue queue(writer);
  AuditLog audit(queue);
  for (const std::uint64_t position : {1U, 2U, 1U}) audit.hear(message(position), [] {});
  EXPECT_EQ(audit.deliveries(kEvent).size(), 3U);
  EXPECT_EQ(audit.coupons(kEvent), 2U);
  audit.forget(kEvent);
  EXPECT_EQ(audit.coupons(kEvent), 0U);
}

/// A notifier whose writes the test ends.
class NotifierTest : public testing::Test {
 protected:
  NotifierTest() { events_.begin(spring()); }

  void hear(std::uint64_t position) {
    notifier_.hear(message(position), [this, position] { handled_.push_back(position); });
  }
  void end_write(const NoticeResult& result) { std::exchange(done_, nullptr)(result); }

  EventDirectory events_;
  ManualClock clock_{WallTime(std::chrono::milliseconds(1'795'302'000'250))};
  std::vector<std::vector<std::string>> writes_;  ///< ids
  std::vector<Notice> notices_;
  std::function<void(const NoticeResult&)> done_;
  std::vector<std::uint64_t> handled_;
  Notifier notifier_{events_, clock_, [this](auto notices, auto done) {
                       auto& ids = writes_.emplace_back();
                       for (const Notice& notice : notices) ids.push_back(notice.id);
                       notices_ = std::move(notices);
                       done_ = std::move(done);
                     }};
};

TEST_F(NotifierTest, TellsTheUserOfACouponAndOfItsUse) {
  hear(1);
  EXPECT_EQ(notices_[0].user, 7U);
  EXPECT_EQ(notices_[0].event, "spring");
  EXPECT_EQ(notices_[0].at_ms, 1'795'302'000'250);
  EXPECT_THAT(notices_[0].text, HasSubstr(std::string(message(1).coupon.view())));
  end_write({});
  BusMessage redeemed = message(1);
  redeemed.type = BusMessage::Type::coupon_redeemed;
  redeemed.order = "o-1";
  notifier_.hear(redeemed, [] {});
  EXPECT_THAT(notices_[0].text, HasSubstr("order o-1"));
}

TEST_F(NotifierTest, HasHandledAMessageOnceItsNoticeIsWritten) {
  hear(1);
  EXPECT_THAT(handled_, IsEmpty());
  end_write({});
  EXPECT_THAT(handled_, ElementsAre(1));
}

TEST_F(NotifierTest, WritesTogetherWhatCameDuringAWrite) {
  for (const std::uint64_t position : {1U, 2U, 3U}) hear(position);
  EXPECT_EQ(writes_.size(), 1U);
  end_write({});
  ASSERT_EQ(writes_.size(), 2U);
  EXPECT_THAT(writes_[1], ElementsAre(id_of(message(2)), id_of(message(3))));
  end_write({});
  EXPECT_THAT(handled_, ElementsAre(1, 2, 3));
}

TEST_F(NotifierTest, TellsOnceAndHandlesARepetitionNotBeforeTheFirst) {
  hear(1);
  hear(1);
  EXPECT_THAT(handled_, IsEmpty());
  end_write({});
  EXPECT_THAT(handled_, ElementsAre(1, 1));
  hear(1);
  EXPECT_THAT(handled_, ElementsAre(1, 1, 1));
  EXPECT_EQ(writes_.size(), 1U);
}

TEST_F(NotifierTest, WritesAgainAfterAPauseWhatCouldNotBeWritten) {
  hear(1);
  end_write(std::unexpected("disk full"));
  hear(2);
  notifier_.tick();
  EXPECT_EQ(writes_.size(), 1U);
  EXPECT_EQ(notifier_.missing(), "disk full");
  clock_.advance(Notifier::kRetry);
  notifier_.tick();
  ASSERT_EQ(writes_.size(), 2U);
  EXPECT_THAT(writes_[1], ElementsAre(id_of(message(1))));
  end_write({});
  end_write({});
  EXPECT_THAT(handled_, ElementsAre(1, 2));
  EXPECT_EQ(notifier_.missing(), std::nullopt);
}

TEST_F(NotifierTest, TakesNoMoreThanItsBoundWhileNothingIsWritten) {
  for (std::uint64_t position = 1; notifier_.accepts(); ++position) hear(position);
  EXPECT_EQ(writes_.size(), 1U);
  end_write({});
  EXPECT_TRUE(notifier_.accepts());
}

TEST(RecentIds, ForgetTheOldestBeyondTheirNumber) {
  RecentIds ids(2);
  EXPECT_TRUE(ids.add("a"));
  EXPECT_TRUE(ids.add("b"));
  EXPECT_FALSE(ids.add("a"));
  EXPECT_TRUE(ids.add("c"));
  EXPECT_FALSE(ids.contains("a"));
  EXPECT_TRUE(ids.contains("b"));
  EXPECT_EQ(ids.size(), 2U);
}

class NoticeFileTest : public testing::Test {
 protected:
  static Notice notice(std::string id) {
    return {.id = std::move(id), .user = 7, .event = "spring", .text = "a \"b\"\n", .at_ms = 1};
  }
  std::string text() const {
    std::ostringstream text;
    text << std::ifstream(path_).rdbuf();
    return text.str();
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_.file("notices.ndjson");
};

TEST_F(NoticeFileTest, RemembersAfterARestartWhatItDelivered) {
  RecentIds none(9);
  {
    const auto file = NoticeFile::open(path_, none);
    ASSERT_TRUE(file) << file.error();
    ASSERT_TRUE((*file)->write(std::vector{notice("a"), notice("b")}));
  }
  EXPECT_THAT(text(),
              HasSubstr(R"({"id":"a","user":7,"event":"spring","text":"a \"b\"\n","at_ms":1})"
                        "\n"));
  RecentIds known(9);
  ASSERT_TRUE(NoticeFile::open(path_, known));
  EXPECT_EQ(known.size(), 2U);
  EXPECT_TRUE(known.contains("a"));
}

TEST_F(NoticeFileTest, CutsOffALineThatACrashLeftUnfinished) {
  std::ofstream(path_) << R"({"id":"a"})"
                          "\n"
                          R"({"id":"b","us)";
  RecentIds known(9);
  const auto file = NoticeFile::open(path_, known);
  ASSERT_TRUE(file) << file.error();
  EXPECT_TRUE(known.contains("a"));
  EXPECT_FALSE(known.contains("b"));
  ASSERT_TRUE((*file)->write(std::vector{notice("b")}));
  EXPECT_THAT(text(), HasSubstr("{\"id\":\"a\"}\n{\"id\":\"b\",\"user\""));
}

TEST_F(NoticeFileTest, BelongsToOneServerAtATime) {
  RecentIds known(9);
  const auto file = NoticeFile::open(path_, known);
  const auto second = NoticeFile::open(path_, known);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error(), HasSubstr("in use"));
}

TEST_F(NoticeFileTest, SaysWhyItCannotBeOpened) {
  RecentIds known(9);
  const auto file = NoticeFile::open(directory_.file("none/notices"), known);
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error(), HasSubstr("No such file"));
}

TEST(InProcessBus, ConfirmsWhatAllConsumersHaveHandled) {
  struct Slow final : BusConsumer {
    std::string_view name() const override { return "slow"; }
    bool accepts() const override { return open; }
    void hear(const BusMessage&, Handled handled) override { last = std::move(handled); }
    bool open = true;
    Handled last;
  };
  Slow first;
  Slow second;
  InProcessBus bus({&first, &second});
  Reports reports;
  bus.report_to(reports);
  bus.publish(message(1));
  first.last();
  EXPECT_THAT(reports.positions, IsEmpty());
  second.last();
  EXPECT_THAT(reports.positions, ElementsAre(1));
  second.open = false;
  EXPECT_FALSE(bus.accepts());
}

/// What it hears it handles when the test says so.
struct Holding final : BusConsumer {
  std::string_view name() const override { return "holding"; }
  bool accepts() const override { return true; }
  void hear(const BusMessage&, Handled handled) override { held.push_back(std::move(handled)); }
  std::vector<Handled> held;
};

TEST(InProcessBus, TakesAMessageAgainThatIsStillBeingHandled) {
  Holding first;
  Holding second;
  InProcessBus bus({&first, &second});
  Reports reports;
  bus.report_to(reports);
  bus.publish(message(1));
  bus.publish(message(1));  // a relay that lost its database begins again at what was published
  first.held[0]();
  first.held[1]();
  EXPECT_THAT(reports.positions, IsEmpty()) << "twice by one is not once by both";
  second.held[0]();
  second.held[1]();
  EXPECT_THAT(reports.positions, ElementsAre(1, 1));
}

TEST(InProcessBus, ConfirmsAtOnceWhereNobodyListens) {
  InProcessBus bus({});
  Reports reports;
  bus.report_to(reports);
  bus.publish(message(1));
  EXPECT_THAT(reports.positions, ElementsAre(1));
}

}  // namespace
}  // namespace fairrush::server
