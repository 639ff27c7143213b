#include "base/runtime/io_thread.hpp"

#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <future>
#include <stdexcept>

namespace fairrush {
namespace {

TEST(IoThread, RunsPostedWorkOnItsOwnThreadInOrder) {
  IoThread thread("worker");
  std::vector<int> order;
  std::promise<std::thread::id> id;
  thread.post([&order] { order.push_back(1); });
  thread.post([&order, &id] {
    order.push_back(2);
    id.set_value(std::this_thread::get_id());
  });
  EXPECT_NE(id.get_future().get(), std::this_thread::get_id());
  thread.join();
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

TEST(IoThread, JoinWaitsForWorkThatWasPosted) {
  bool done = false;
  IoThread thread("worker");
  thread.post([&thread, &done] { thread.post([&done] { done = true; }); });
  thread.join();
  EXPECT_TRUE(done);
}

TEST(IoThread, JoinRethrowsWhatLeftAHandler) {
  IoThread thread("worker");
  thread.post([] { throw std::runtime_error("broken"); });
  EXPECT_THROW(thread.join(), std::runtime_error);
  thread.join();  // the exception is handed out once
}

TEST(IoThread, CarriesItsNameCutToWhatTheKernelTakes) {
  IoThread thread("a-name-longer-than-fifteen");
  std::promise<std::string> name;
  thread.post([&name] {
    std::array<char, 32> text{};
    pthread_getname_np(pthread_self(), text.data(), text.size());
    name.set_value(text.data());
  });
  EXPECT_EQ(name.get_future().get(), "a-name-longer-t");
  thread.join();
}

}  // namespace
}  // namespace fairrush
