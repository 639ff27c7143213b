#include "base/runtime/task_group.hpp"

#include <gtest/gtest.h>

#include <boost/asio/detached.hpp>
#include <stdexcept>
#include <vector>

namespace fairrush {
namespace {

/// Waits for ever; notes that it began and how it ended.
Task<void> sleeper(std::vector<std::string>& notes) {
  Timer timer(co_await asio::this_coro::executor);
  timer.expires_at(Timer::time_point::max());
  notes.emplace_back("began");
  const auto [error] = co_await timer.async_wait(kAwait);
  notes.emplace_back(error == asio::error::operation_aborted ? "stopped" : "woke");
}

Task<void> finisher(std::vector<std::string>& notes) {
  notes.emplace_back("done");
  co_return;
}

Task<void> thrower(std::string what) {
  co_await asio::post(co_await asio::this_coro::executor, asio::deferred);
  throw std::runtime_error(what);
}

Task<void> wait_for(TaskGroup& group, std::vector<std::string>& notes) {
  try {
    co_await group.wait();
    notes.emplace_back("all ended");
  } catch (const std::runtime_error& error) {
    notes.emplace_back(error.what());
  }
}

class TaskGroups : public testing::Test {
 protected:
  void wait_and_run() {
    asio::co_spawn(context_, wait_for(group_, notes_), asio::detached);
    context_.run();
    context_.restart();
  }

  asio::io_context context_{1};
  std::vector<std::string> notes_;
  TaskGroup group_{context_.get_executor()};
};

TEST_F(TaskGroups, WaitUntilEveryTaskHasEnded) {
  group_.spawn(finisher(notes_));
  group_.spawn(finisher(notes_));
  EXPECT_EQ(group_.size(), 2U);
  wait_and_run();
  EXPECT_EQ(notes_, (std::vector<std::string>{"done", "done", "all ended"}));
  EXPECT_EQ(group_.size(), 0U);
}

TEST_F(TaskGroups, WaitingForNothingReturnsAtOnce) {
  wait_and_run();
  EXPECT_EQ(notes_, std::vector<std::string>{"all ended"});
}

TEST_F(TaskGroups, CancelStopsWhatIsWaiting) {
  group_.spawn(sleeper(notes_));
  group_.spawn(sleeper(notes_));
  context_.poll();
  group_.cancel();
  EXPECT_TRUE(group_.cancelled());
  wait_and_run();
  EXPECT_EQ(notes_,
            (std::vector<std::string>{"began", "began", "stopped", "stopped", "all ended"}));
}

TEST_F(TaskGroups, AnExceptionStopsTheOthersAndIsRethrownByWait) {
  group_.spawn(sleeper(notes_));
  group_.spawn(thrower("broken"));
  wait_and_run();
  EXPECT_EQ(notes_, (std::vector<std::string>{"began", "stopped", "broken"}));
}

TEST_F(TaskGroups, KeepTheFirstExceptionOnly) {
  group_.spawn(thrower("first"));
  group_.spawn(thrower("second"));
  wait_and_run();
  EXPECT_EQ(notes_, std::vector<std::string>{"first"});
}

TEST(TaskGroupDeathTest, StopsOnATaskSpawnedAfterCancel) {
  asio::io_context context{1};
  TaskGroup group(context.get_executor());
  std::vector<std::string> notes;
  group.cancel();
  EXPECT_DEATH(group.spawn(finisher(notes)), "cancelled_");
}

}  // namespace
}  // namespace fairrush
