#include "server/http/session.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>
#include <string>

#include "tests/unit/server/api/world.hpp"

namespace fairrush::server {
namespace {

constexpr RequestLimits kLimits{.header = ByteCount{256}, .body = ByteCount{4096}};

/// A session over a real connection of which the test is the client; runs only when told to.
class SessionTest : public testing::Test {
 protected:
  SessionTest() {
    TcpAcceptor acceptor(io_, {asio::ip::address_v4::loopback(), 0});
    client_.connect(acceptor.local_endpoint());
    TcpSocket accepted = acceptor.accept();
    accepted.non_blocking(true);
    client_.non_blocking(true);
    asio::co_spawn(io_, serve(std::move(accepted)), asio::detached);
  }

  ~SessionTest() override {
    client_.close();
    io_.run();
  }

  Task<void> serve(TcpSocket socket) {
    Session session(std::move(socket), context_);
    co_await session.run();
  }

  /// What the session has sent so far.
  std::string received() {
    std::string text(4096, '\0');
    error_code nothing_there;
    text.resize(client_.read_some(asio::buffer(text), nothing_there));
    return text;
  }

  World world_;
  ManualClock clock_;
  SessionContext context_{world_.app(), clock_, kLimits, {}};
  asio::io_context io_{1};
  TcpSocket client_{io_};
};

TEST_F(SessionTest, AnswersARequestOnceWhenItsEndAndItsDeadlineCoincide) {
  // Longer than the buffer: the second read finds its bytes at once, and is still to be resumed.
  asio::write(client_,
              asio::buffer("POST /time HTTP/1.1\r\nHost: h\r\nContent-Length: 300\r\n\r\n" +
                           std::string(300, 'x')));
  DeadlineHook* expired = nullptr;
  while (expired == nullptr && io_.poll_one() > 0) {
    expired = context_.requests.take_expired(SteadyTime::max());
  }
  ASSERT_NE(expired, nullptr);
  static_cast<SessionDeadline*>(expired)->session.request_expired();
  io_.poll();
  const std::string answer = received();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 405")) << answer;
  EXPECT_EQ(answer.find("408"), std::string::npos) << answer;
}

}  // namespace
}  // namespace fairrush::server
