// The service model: how long, how many at once, and in which order.
#include <gtest/gtest.h>

#include <algorithm>
#include <queue>
#include <vector>

#include "base/random/counter_random.hpp"
#include "loadgen/simulation/duration_model.hpp"
#include "loadgen/simulation/event_queue.hpp"
#include "loadgen/simulation/service_queue.hpp"
#include "loadgen/simulation/time_order.hpp"

namespace fairrush::loadgen {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

TEST(DurationModel, ReadsWhatItWrites) {
  for (const char* text : {"0.5ms", "exponential:0.5ms", "lognormal:0.4ms,3ms"}) {
    const auto model = DurationModel::parse(text);
    ASSERT_TRUE(model) << text;
    EXPECT_EQ(DurationModel::parse(model->text())->at(0.7), model->at(0.7)) << text;
  }
}

TEST(DurationModel, HasTheQuantilesOfItsDistribution) {
  EXPECT_EQ(DurationModel::constant(milliseconds(2)).at(0.9), milliseconds(2));
  const auto exponential = DurationModel::exponential(milliseconds(1));
  EXPECT_NEAR(static_cast<double>(exponential.at(0.5).count()), 693'147, 1);
  const auto lognormal = DurationModel::lognormal(microseconds(400), milliseconds(3));
  EXPECT_NEAR(static_cast<double>(lognormal.at(0.5).count()), 400'000, 1);
  EXPECT_NEAR(static_cast<double>(lognormal.at(0.99).count()), 3'000'000, 2);
}

TEST(DurationModel, RefusesWhatIsNoDuration) {
  for (const char* text :
       {"", "fast", "-1ms", "2m", ":1ms", "exponential:", "exponential", "lognormal:1ms",
        "lognormal:0,1ms", "lognormal:2ms,1ms", "weibull:1ms", "exponential:1ms,2ms"}) {
    const auto model = DurationModel::parse(text);
    ASSERT_FALSE(model) << text;
    EXPECT_NE(model.error().find("exponential:0.5ms"), std::string::npos);
  }
}

TEST(ServiceQueue, ServesAtOnceWhileAWorkerIsFreeAndInOrderOtherwise) {
  ServiceQueue queue(2);
  EXPECT_EQ(queue.serve(10, Duration(5)), 15);
  EXPECT_EQ(queue.serve(11, Duration(100)), 111);
  EXPECT_EQ(queue.serve(12, Duration(5)), 20);  // waits for the first
  EXPECT_EQ(queue.serve(12, Duration(5)), 25);
  EXPECT_EQ(queue.serve(200, Duration(5)), 205);
}

TEST(ServiceQueue, GivesEveryRequestToTheEarliestFreeWorker) {
  constexpr std::size_t kWorkers = 7;
  const CounterRandom random(1, Stream::simulated_service);
  ServiceQueue queue(kWorkers);
  std::vector<std::int64_t> free(kWorkers, 0);
  std::int64_t arrival = 0;
  for (std::uint64_t request = 0; request < 2'000; ++request) {
    arrival += static_cast<std::int64_t>(random.bits(request, 0) % 20);
    const Duration service(static_cast<std::int64_t>(random.bits(request, 1) % 150));
    std::int64_t& worker = *std::ranges::min_element(free);
    worker = std::max(worker, arrival) + service.count();
    ASSERT_EQ(queue.serve(arrival, service), worker) << request;
  }
}

TEST(EventQueue, GivesEventsByTimeAndThoseOfOneInstantAsTheyCame) {
  struct Event {
    std::int64_t at_ns = 0;
    std::uint32_t number = 0;
  };
  const auto later = [](const Event& left, const Event& right) {
    return std::pair(left.at_ns, left.number) > std::pair(right.at_ns, right.number);
  };
  std::priority_queue<Event, std::vector<Event>, decltype(later)> reference(later);
  EventQueue<Event> queue;
  const CounterRandom random(5, Stream::claim_time);
  std::int64_t now = 0;
  std::uint32_t added = 0;
  const auto compare = [&] {
    ASSERT_EQ(queue.next_ns(), reference.top().at_ns);
    const Event event = queue.take([](std::span<const Event>) {});
    ASSERT_EQ(event.at_ns, reference.top().at_ns);
    ASSERT_EQ(event.number, reference.top().number);
    now = event.at_ns;
    reference.pop();
  };
  for (std::uint64_t turn = 0; turn < 20'000; ++turn) {
    if (random.bits(turn, 0) % 5 < 3) {
      // Ties, neighbours and the far future, but nothing before the last event taken.
      const Event event{
          now + static_cast<std::int64_t>(random.bits(turn, 1) % (std::uint64_t{1} << turn % 40)),
          added++};
      queue.add(event);
      reference.push(event);
    } else if (!reference.empty()) {
      compare();
    }
    ASSERT_EQ(queue.empty(), reference.empty());
  }
  while (!reference.empty()) compare();
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.next_ns(), analysis::kNever);
}

TEST(EventQueue, DoesNotGoBackInTime) {
  struct Event {
    std::int64_t at_ns = 0;
  };
  const auto quiet = [](std::span<const Event>) {};
  EventQueue<Event> queue;
  queue.add({100});
  EXPECT_EQ(queue.take(quiet).at_ns, 100);
  queue.add({120});
  queue.add({7});
  EXPECT_EQ(queue.take(quiet).at_ns, 100);
  EXPECT_EQ(queue.take(quiet).at_ns, 120);
}

struct Timed {
  std::int64_t at = 0;
  std::uint32_t number = 0;
  bool operator==(const Timed&) const = default;
};

class TimeOrder : public testing::TestWithParam<std::size_t> {};

TEST_P(TimeOrder, IsThatOfAStableSort) {
  const CounterRandom random(GetParam(), Stream::claim_time);
  std::vector<Timed> items;
  for (std::uint32_t number = 0; number < GetParam(); ++number) {
    // Of both signs, with ties, over more than 2⁴⁰.
    const auto word = static_cast<std::int64_t>(random.bits(number) % 1'000);
    items.push_back({(word - 500) * (std::int64_t{1} << 31), number});
  }
  std::vector<Timed> expected = items;
  std::ranges::sort(expected, {},
                    [](const Timed& item) { return std::pair(item.at, item.number); });
  std::vector<Timed> scratch;
  sort_by_time(items, scratch, &Timed::at);
  EXPECT_EQ(items, expected);
}

INSTANTIATE_TEST_SUITE_P(Sizes, TimeOrder, testing::Values(0, 1, 2, 100, 5'000));

}  // namespace
}  // namespace fairrush::loadgen
