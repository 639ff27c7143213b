#include "server/bus/kafka/kafka_offsets.hpp"

#include <gmock/gmock.h>

namespace fairrush::server {
namespace {

using testing::IsEmpty;

using Moved = std::map<std::int32_t, std::int64_t>;

class KafkaOffsetsTest : public testing::Test {
 protected:
  void deliver(std::int32_t partition, std::initializer_list<std::int64_t> offsets) {
    for (const std::int64_t offset : offsets) offsets_.delivered({partition, offset}, "text");
  }
  KafkaOffsets offsets_;
};

TEST_F(KafkaOffsetsTest, MoveBehindWhatIsSettledWithoutAGap) {
  deliver(0, {5, 6, 9});  // seven and eight are none of ours: a transaction's marks
  offsets_.settled({0, 6});
  EXPECT_THAT(offsets_.take_moved(), IsEmpty());
  offsets_.settled({0, 5});
  EXPECT_EQ(offsets_.take_moved(), (Moved{{0, 7}}));
  EXPECT_THAT(offsets_.take_moved(), IsEmpty()) << "told once";
  offsets_.settled({0, 9});
  EXPECT_EQ(offsets_.take_moved(), (Moved{{0, 10}}));
}

TEST_F(KafkaOffsetsTest, KeepPartitionsApart) {
  deliver(0, {5});
  deliver(3, {5});
  offsets_.settled({3, 5});
  EXPECT_EQ(offsets_.take_moved(), (Moved{{3, 6}}));
  EXPECT_EQ(offsets_.held(), 1U);
}

TEST_F(KafkaOffsetsTest, LeaveAloneWhatTheyWereNotGiven) {
  deliver(0, {5});
  offsets_.settled({0, 4});
  offsets_.settled({1, 5});
  offsets_.settled({0, 5});
  offsets_.settled({0, 5});
  EXPECT_EQ(offsets_.take_moved(), (Moved{{0, 6}}));
}

TEST_F(KafkaOffsetsTest, ForgetAPartitionThatBelongsToSomebodyElse) {
  deliver(0, {5});
  offsets_.forget(0);
  offsets_.settled({0, 5});
  EXPECT_THAT(offsets_.take_moved(), IsEmpty());
  EXPECT_EQ(offsets_.held(), 0U);
  EXPECT_EQ(offsets_.text({0, 5}), nullptr);
}

TEST_F(KafkaOffsetsTest, KeepATextUntilItsMessageIsSettled) {
  deliver(0, {5, 6});
  ASSERT_NE(offsets_.text({0, 6}), nullptr);
  EXPECT_EQ(*offsets_.text({0, 6}), "text");
  offsets_.settled({0, 6});
  EXPECT_EQ(offsets_.text({0, 6}), nullptr);
}

TEST(KafkaPlace, IsItsTag) {
  const KafkaPlace place{.partition = 32'767, .offset = (std::int64_t{1} << 48) - 1};
  EXPECT_EQ(place_of(tag_of(place)), place);
  EXPECT_EQ(place_of(tag_of({.partition = 0, .offset = 0})), KafkaPlace{});
}

}  // namespace
}  // namespace fairrush::server
