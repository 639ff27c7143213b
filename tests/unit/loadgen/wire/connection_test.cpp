#include "loadgen/wire/connection.hpp"

#include <gtest/gtest.h>

#include <boost/asio/error.hpp>
#include <cerrno>

#include "tests/unit/loadgen/target/spoken.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::Outcome;
using analysis::Reason;

/// Opens nothing: the test says what becomes of it.
class SilentTransport final : public Transport {
 public:
  SocketId open(SocketUser&, const TcpEndpoint&) override { return {}; }
  bool send(SocketId, std::string_view) override { return true; }
  bool is_stale(SocketId) override { return false; }
  void close(SocketId) override {}
  void run(Driver&) override {}
};

class Listener final : public ConnectionOwner {
 public:
  void ended(Connection&, const Click&, const Ending& ending) override { heard = ending; }
  std::optional<Ending> heard;
};

/// How an attempt ends whose connection meets `error`.
Ending ending_after(error_code error) {
  const Dialect dialect = spoken();
  const RequestTemplates requests({.dialect = dialect,
                                   .authority = "target",
                                   .constants = {.texts = {{"event", "e"}}, .times_ms = {}},
                                   .voices = {},
                                   .connections = ConnectionMode::pool});
  const ManualClock clock;
  SilentTransport transport;
  Listener owner;
  Wire wire{.instances = {{TcpEndpoint(), &requests}},
            .clock = clock,
            .epoch = {},
            .owner = owner,
            .deadlines = Deadlines(std::chrono::seconds(1)),
            .transport = &transport,
            .exchange = Exchange(),
            .coupons = {},
            .request = {},
            .answers = AnswerReader(requests.dialect(), requests.constants())};
  Connection connection(wire, wire.instances.front());
  connection.start(Click{}, 0, 0);
  connection.connected(error);
  connection.stop();
  return owner.heard.value();
}

error_code system_error(int number) {
  return {number, boost::system::system_category()};
}

TEST(Connection, SaysWhyThereIsNone) {
  const std::pair<error_code, Reason> causes[] = {
      {system_error(EADDRNOTAVAIL), Reason::ports_exhausted},
      {system_error(EADDRINUSE), Reason::ports_exhausted},
      {system_error(EMFILE), Reason::descriptors_exhausted},
      {system_error(ENFILE), Reason::descriptors_exhausted},
      {boost::asio::error::no_descriptors, Reason::descriptors_exhausted},
      {boost::asio::error::connection_refused, Reason::connect_refused},
      {boost::asio::error::timed_out, Reason::connect_timeout},
      {system_error(ENETUNREACH), Reason::connect_failed},
      {make_error_code(TransportError::tls_failed), Reason::tls_failed},
      {make_error_code(TransportError::no_http2), Reason::no_http2},
      {make_error_code(TransportError::no_source), Reason::connect_failed},
  };
  for (const auto& [error, reason] : causes) {
    const Ending ending = ending_after(error);
    EXPECT_EQ(ending.outcome, Outcome::failed);
    EXPECT_EQ(ending.reason, reason) << error.message();
    EXPECT_EQ(ending.first_byte_out_ns, 0);
  }
}

}  // namespace
}  // namespace fairrush::loadgen
