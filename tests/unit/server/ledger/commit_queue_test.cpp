#include "server/ledger/commit_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace fairrush::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Keeps batches for the test to settle.
class ManualWriter final : public BatchWriter {
 public:
  void write(std::vector<LedgerRecord> batch) override { sizes.push_back(batch.size()); }
  std::vector<std::size_t> sizes;
};

class CommitQueueTest : public testing::Test {
 protected:
  Sequence append() { return queue_.append(DrawFixed{}); }
  void wait_for(Sequence sequence, int name) {
    queue_.when_durable(sequence,
                        [this, name](bool durable) { answers_.push_back(durable ? name : -name); });
  }

  ManualWriter writer_;
  CommitQueue queue_{writer_};
  std::vector<int> answers_;
};

TEST_F(CommitQueueTest, WritesTheFirstRecordAtOnceAndGathersTheRestMeanwhile) {
  append();
  append();
  append();
  EXPECT_THAT(writer_.sizes, ElementsAre(1));
  queue_.batch_done({});
  EXPECT_THAT(writer_.sizes, ElementsAre(1, 2));
  queue_.batch_done({});
  EXPECT_TRUE(queue_.idle());
}

TEST_F(CommitQueueTest, AnswersOnlyWhenTheRecordIsDurable) {
  wait_for(append(), 1);
  wait_for(append(), 2);
  EXPECT_THAT(answers_, IsEmpty());
  queue_.batch_done({});
  EXPECT_THAT(answers_, ElementsAre(1));
  queue_.batch_done({});
  EXPECT_THAT(answers_, ElementsAre(1, 2));
}

TEST_F(CommitQueueTest, AnswersAtOnceWhenThereIsNothingToWaitFor) {
  wait_for(Sequence(), 1);
  EXPECT_THAT(answers_, ElementsAre(1));
}

TEST_F(CommitQueueTest, LetsABarrierForAnOlderRecordPassALaterWaiter) {
  const Sequence first = append();
  const Sequence second = append();
  wait_for(second, 2);
  wait_for(first, 1);
  queue_.batch_done({});
  EXPECT_THAT(answers_, ElementsAre(1));
}

TEST_F(CommitQueueTest, TellsEveryWaiterWhenABatchIsLost) {
  wait_for(append(), 1);
  wait_for(append(), 2);
  queue_.batch_done(std::unexpected("disk full"));
  EXPECT_THAT(answers_, ElementsAre(-1, -2));
  EXPECT_EQ(queue_.failure(), "disk full");
}

TEST_F(CommitQueueTest, NeverWritesOverTheGapALostBatchLeaves) {
  append();
  append();
  queue_.batch_done(std::unexpected("disk full"));
  EXPECT_THAT(writer_.sizes, ElementsAre(1));
  EXPECT_TRUE(queue_.idle());
}

TEST_F(CommitQueueTest, StillAnswersWhatWasDurableBeforeTheFailure) {
  const Sequence kept = append();
  queue_.batch_done({});
  const Sequence lost = append();
  queue_.batch_done(std::unexpected("disk full"));
  wait_for(kept, 1);
  wait_for(lost, 2);
  EXPECT_THAT(answers_, ElementsAre(1, -2));
}

TEST_F(CommitQueueTest, AcceptsNoMoreWhenTheWriterFallsBehindOrFails) {
  while (queue_.accepts()) append();
  queue_.batch_done({});
  EXPECT_TRUE(queue_.accepts());
  queue_.batch_done(std::unexpected("disk full"));
  EXPECT_FALSE(queue_.accepts());
}

class CommitQueuePatience : public CommitQueueTest {
 protected:
  void answer(Sequence sequence, int name) {
    queue_.answer_when_durable(
        sequence, [this, name](bool durable) { answers_.push_back(durable ? name : -name); });
  }
  void elapse(Duration by) { queue_.tick(now_ += by); }

  SteadyTime now_{};
};

TEST_F(CommitQueuePatience, EndsForAnswersAndNotForDecisions) {
  answer(append(), 1);
  wait_for(append(), 2);
  elapse(CommitQueue::kPatience - std::chrono::milliseconds(1));
  EXPECT_THAT(answers_, IsEmpty());
  EXPECT_TRUE(queue_.accepts());
  elapse(std::chrono::milliseconds(1));
  EXPECT_THAT(answers_, ElementsAre(-1));
  EXPECT_FALSE(queue_.accepts()) << "nothing is decided that nobody waits for";
  queue_.batch_done({});
  queue_.batch_done({});
  EXPECT_THAT(answers_, ElementsAre(-1, 2));
}

TEST_F(CommitQueuePatience, RefusesLaterAnswersAtOnceUntilTheLedgerAnswers) {
  const Sequence slow = append();
  elapse(CommitQueue::kPatience);
  answer(slow, 1);
  EXPECT_THAT(answers_, ElementsAre(-1));
  queue_.batch_done({});
  EXPECT_TRUE(queue_.accepts());
  answer(slow, 2);
  EXPECT_THAT(answers_, ElementsAre(-1, 2)) << "it has become durable after all";
}

TEST_F(CommitQueuePatience, IsOfEachBatchByItself) {
  append();
  append();
  elapse(CommitQueue::kPatience - std::chrono::milliseconds(1));
  queue_.batch_done({});
  elapse(CommitQueue::kPatience - std::chrono::milliseconds(1));
  EXPECT_TRUE(queue_.accepts());
}

TEST_F(CommitQueuePatience, SaysWhyItEnded) {
  append();
  EXPECT_FALSE(queue_.stall());
  queue_.note_trouble("connection refused");
  EXPECT_EQ(queue_.stall(), "connection refused");
  queue_.note_trouble(std::nullopt);
  EXPECT_FALSE(queue_.stall());
  elapse(CommitQueue::kPatience);
  EXPECT_EQ(queue_.stall(), "the ledger does not answer");
  queue_.batch_done({});
  EXPECT_FALSE(queue_.stall());
}

class LingeringCommitQueue : public testing::Test {
 protected:
  static constexpr Duration kLinger = std::chrono::milliseconds(50);

  LingeringCommitQueue() { elapse(kLinger); }
  Sequence append() { return queue_.append(DrawFixed{}); }
  void elapse(Duration by) { queue_.tick(now_ += by); }

  ManualWriter writer_;
  CommitQueue queue_{writer_, CommitQueue::kPatience, kLinger};
  SteadyTime now_{};
};

TEST_F(LingeringCommitQueue, BeginsAtOnceAfterARestAndThenGathers) {
  append();
  EXPECT_THAT(writer_.sizes, ElementsAre(1));
  queue_.batch_done({});
  append();
  elapse(kLinger - std::chrono::milliseconds(1));
  append();
  EXPECT_THAT(writer_.sizes, ElementsAre(1));
  EXPECT_FALSE(queue_.idle()) << "what gathers is still to be written";
  elapse(std::chrono::milliseconds(1));
  EXPECT_THAT(writer_.sizes, ElementsAre(1, 2));
}

TEST_F(LingeringCommitQueue, GathersNoLongerThanTheBatchBeforeWhenThatIsSlow) {
  append();
  elapse(2 * kLinger);
  append();
  append();
  queue_.batch_done({});
  EXPECT_THAT(writer_.sizes, ElementsAre(1, 2));
}

TEST_F(LingeringCommitQueue, LetsNoAnswerWait) {
  append();
  queue_.batch_done({});
  bool answered = false;
  queue_.answer_when_durable(append(), [&answered](bool durable) { answered = durable; });
  EXPECT_THAT(writer_.sizes, ElementsAre(1, 1));
  queue_.batch_done({});
  EXPECT_TRUE(answered);
}

TEST_F(CommitQueueTest, LetsAWaiterAppend) {
  queue_.when_durable(append(), [this](bool) { wait_for(append(), 5); });
  queue_.batch_done({});
  EXPECT_THAT(writer_.sizes, ElementsAre(1, 1));
  queue_.batch_done({});
  EXPECT_THAT(answers_, ElementsAre(5));
}

}  // namespace
}  // namespace fairrush::server
