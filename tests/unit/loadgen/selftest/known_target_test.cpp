#include "loadgen/selftest/known_target.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

namespace fairrush::loadgen {
namespace {

using namespace std::chrono_literals;

/// Asks over a connection of its own and waits for the answer's status line.
std::string ask(const TcpEndpoint& target, const std::string& request) {
  boost::asio::io_context context;
  boost::asio::ip::tcp::socket socket(context);
  socket.connect(target);
  // In two pieces, so that the target has to wait for the second.
  const std::size_t middle = request.size() - 2;
  boost::asio::write(socket, boost::asio::buffer(request.data(), middle));
  boost::asio::write(socket, boost::asio::buffer(request.data() + middle, 2));
  std::string answer;
  const std::size_t end =
      boost::asio::read_until(socket, boost::asio::dynamic_buffer(answer), "\r\n");
  return answer.substr(0, end);
}

constexpr const char* kRequest = "POST /claims HTTP/1.1\r\nContent-Length: 4\r\n\r\n{ }\n";

TEST(KnownTarget, KnowsHowLongEachAnswerTook) {
  KnownTarget target(
      {.delay = [](std::uint64_t index) { return (index + 1) * 10ms; }, .freeze = {}});
  EXPECT_EQ(ask(target.endpoint(), kRequest), "HTTP/1.1 410 Gone\r\n");
  EXPECT_EQ(ask(target.endpoint(), kRequest), "HTTP/1.1 410 Gone\r\n");
  const KnownTruth truth = target.finish();
  ASSERT_EQ(truth.served.size(), 2U);
  EXPECT_GE(truth.served[0].answered - truth.served[0].arrived, 10ms);
  EXPECT_GE(truth.served[1].answered - truth.served[1].arrived, 20ms);
  EXPECT_FALSE(truth.frozen);
}

TEST(KnownTarget, AnswersNothingWhileItIsFrozen) {
  const SteadyTime now = RealClock().steady_now();
  KnownTarget target({.delay = [](std::uint64_t) { return Duration::zero(); },
                      .freeze = Freeze{.at = now, .length = 100ms}});
  ask(target.endpoint(), kRequest);
  const KnownTruth truth = target.finish();
  ASSERT_TRUE(truth.frozen);
  EXPECT_GE(truth.frozen->at, now);
  ASSERT_EQ(truth.served.size(), 1U);
  EXPECT_GE(truth.served[0].answered, now + 100ms);
}

TEST(KnownTarget, EndsWithoutHavingBeenAsked) {
  KnownTarget target({.delay = [](std::uint64_t) { return Duration::zero(); }, .freeze = {}});
  EXPECT_NE(target.endpoint().port(), 0);
}

}  // namespace
}  // namespace fairrush::loadgen
