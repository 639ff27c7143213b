#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <boost/asio/ip/address_v4.hpp>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/descriptor.hpp"
#include "loadgen/transport/transport.hpp"

namespace fairrush::loadgen {
namespace {

/// A peer that accepts one connection and reads nothing until it is told to.
class SlowReader {
 public:
  SlowReader() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    const bool listens = ::bind(listener_.value(), any, size) == 0 &&
                         ::listen(listener_.value(), 1) == 0 &&
                         ::getsockname(listener_.value(), any, &size) == 0;
    EXPECT_TRUE(listens);
    endpoint_ = {boost::asio::ip::address_v4::loopback(), ntohs(address.sin_port)};
    thread_ = std::jthread([this] { serve(); });
  }
  ~SlowReader() { begin(); }

  const TcpEndpoint& endpoint() const { return endpoint_; }
  void begin() {
    begun_ = true;
    begun_.notify_all();
  }
  std::size_t bytes_read() const { return bytes_read_; }
  /// After the run.
  const std::string& text() {
    thread_.join();
    return text_;
  }

 private:
  void serve() {
    const Descriptor connection(::accept4(listener_.value(), nullptr, nullptr, SOCK_CLOEXEC));
    begun_.wait(false);
    std::vector<char> buffer(65'536);
    for (;;) {
      const ssize_t length = ::recv(connection.value(), buffer.data(), buffer.size(), 0);
      if (length <= 0) return;
      text_.append(buffer.data(), static_cast<std::size_t>(length));
      bytes_read_ = text_.size();
    }
  }

  Descriptor listener_;
  TcpEndpoint endpoint_;
  std::atomic<bool> begun_ = false;
  std::atomic<std::size_t> bytes_read_ = 0;
  std::string text_;
  std::jthread thread_;
};

/// Sends its pieces over one socket as soon as there is one; is done when `over` says so.
class Sender final : public Driver, SocketUser {
 public:
  Sender(Transport& transport, SlowReader& peer, std::vector<std::string> pieces,
         std::function<bool()> over)
      : transport_(transport), peer_(peer), pieces_(std::move(pieces)), over_(std::move(over)) {}

  std::optional<NextTick> tick() override {
    if (!socket_) socket_ = transport_.open(*this, peer_.endpoint());
    if (is_connected_ && !pieces_.empty()) {
      for (const std::string& piece : std::exchange(pieces_, {})) transport_.send(*socket_, piece);
      return NextTick{.at = clock_.steady_now()};
    }
    // The kernel has been asked by now to take what it can.
    if (is_connected_) peer_.begin();
    if (failed || (is_connected_ && over_())) return std::nullopt;
    return NextTick{.at = clock_.steady_now() + std::chrono::milliseconds(1)};
  }

  bool failed = false;

 private:
  void connected(error_code error) override {
    is_connected_ = !error;
    failed = static_cast<bool>(error);
  }
  void received(std::string_view /*bytes*/, SteadyTime /*arrived*/) override {}
  void not_sent(error_code /*error*/) override { failed = true; }
  void ended(error_code /*error*/) override { failed = true; }

  RealClock clock_;
  Transport& transport_;
  SlowReader& peer_;
  std::vector<std::string> pieces_;
  std::function<bool()> over_;
  std::optional<SocketId> socket_;
  bool is_connected_ = false;
};

/// Far more than any socket buffer holds.
std::vector<std::string> large_pieces() {
  return {std::string(24'000'000, 'a'), std::string(1'000, 'b'), std::string(8'000'000, 'c')};
}

class SendingOver : public testing::TestWithParam<TransportKind> {
 protected:
  void SetUp() override {
    if (GetParam() != TransportKind::io_uring) return;
    if (const auto why = io_uring_missing()) GTEST_SKIP() << *why;
  }
  std::unique_ptr<Transport> transport() const {
    return make_transport(
        {.kind = GetParam(), .clock = clock_, .sources = {}, .tls = nullptr, .server_name = {}});
  }
  RealClock clock_;
};

TEST_P(SendingOver, GivesThePeerEverythingInItsOrderHoweverLittleTheSocketTakes) {
  std::string whole;
  for (const std::string& piece : large_pieces()) whole += piece;
  SlowReader peer;
  const auto sockets = transport();
  Sender sender(*sockets, peer, large_pieces(), [&] { return peer.bytes_read() >= whole.size(); });
  sockets->run(sender);
  EXPECT_FALSE(sender.failed);
  EXPECT_TRUE(peer.text() == whole);
}

TEST_P(SendingOver, EndsWhileASocketStillDrains) {
  SlowReader peer;
  const auto sockets = transport();
  Sender sender(*sockets, peer, large_pieces(), [] { return true; });
  sockets->run(sender);
  EXPECT_FALSE(sender.failed);
  EXPECT_LT(peer.text().size(), 32'001'000U);
}

INSTANTIATE_TEST_SUITE_P(EachTransport, SendingOver,
                         testing::Values(TransportKind::asio, TransportKind::io_uring),
                         [](const auto& info) {
                           return info.param == TransportKind::asio ? "Asio" : "IoUring";
                         });

}  // namespace
}  // namespace fairrush::loadgen
