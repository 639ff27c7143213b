#include <fmt/format.h>
#include <gtest/gtest.h>

#include "loadgen/target/http_call.hpp"
#include "loadgen/transport/tls_transport.hpp"
#include "tests/integration/transport/web_server.hpp"
#include "tests/unit/loadgen/wire/rehearsal.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::Op;
using analysis::Outcome;
using analysis::Reason;
using integration::WebServer;

constexpr std::uint32_t kUsers = 40;

std::shared_ptr<TlsContext> context(const TlsSettings& settings) {
  return TlsContext::create(settings).value();
}

/// One server for all tests: it takes a while to start.
class Secure : public testing::TestWithParam<TransportKind> {
 protected:
  static void SetUpTestSuite() { server_ = new WebServer; }
  static void TearDownTestSuite() { delete std::exchange(server_, nullptr); }
  void SetUp() override {
    const auto why = GetParam() == TransportKind::io_uring ? io_uring_missing() : std::nullopt;
    if (why) GTEST_SKIP() << *why;
  }

  /// Everybody reserves and claims at `target`.
  static Rehearsal played(TcpEndpoint target, std::shared_ptr<TlsContext> tls,
                          std::uint32_t streams = 0, std::string server_name = "localhost") {
    Scenario scenario = short_scenario(kUsers);
    scenario.streams = streams;
    scenario.connections = 16;
    Rehearsal rehearsal(scenario, target, GetParam());
    rehearsal.tls = std::move(tls);
    rehearsal.server_name = std::move(server_name);
    rehearsal.play();
    rehearsal.expect_one_record_each();
    return rehearsal;
  }
  static void expect_wins(const Rehearsal& rehearsal) {
    EXPECT_EQ(rehearsal.count(Op::reserve, Outcome::accepted, Reason::none), kUsers);
    EXPECT_EQ(rehearsal.count(Op::claim, Outcome::win, Reason::none), kUsers);
  }
  static void expect_failures(const Rehearsal& rehearsal, Reason why) {
    EXPECT_EQ(rehearsal.count(Op::claim, Outcome::failed, why), kUsers);
  }

  static WebServer* server_;
};
WebServer* Secure::server_ = nullptr;

INSTANTIATE_TEST_SUITE_P(EachTransport, Secure,
                         testing::Values(TransportKind::asio, TransportKind::io_uring),
                         [](const auto& transport) {
                           return transport.param == TransportKind::asio ? "Asio" : "IoUring";
                         });

TEST_P(Secure, SpeaksInTheClearToAnotherMakesServer) {
  expect_wins(played(server_->clear(), nullptr));
}

TEST_P(Secure, BelievesTheAuthorityItIsGiven) {
  expect_wins(played(server_->tls(), context({.ca_file = server_->certificate().string()})));
}

TEST_P(Secure, BelievesEverybodyWhenToldTo) {
  expect_wins(played(server_->tls(), context({.ca_file = {}, .insecure = true})));
}

TEST_P(Secure, DoesNotBelieveWhomNobodyVouchesFor) {
  expect_failures(played(server_->tls(), context({.ca_file = {}})), Reason::tls_failed);
}

TEST_P(Secure, DoesNotBelieveACertificateForAnotherHost) {
  const TlsSettings settings{.ca_file = server_->certificate().string()};
  expect_failures(played(server_->tls(), context(settings), 0, "example.org"), Reason::tls_failed);
  expect_failures(played(server_->tls(), context(settings), 0, "127.0.0.1"), Reason::tls_failed);
}

TEST_P(Secure, IsNotConnectedToAPeerThatDoesNotSpeakTls) {
  const TlsSettings settings{.ca_file = {}, .insecure = true};
  expect_failures(played(server_->clear(), context(settings)), Reason::tls_failed);
}

TEST_P(Secure, SpeaksHttp2OverTlsAndInTheClear) {
  const TlsSettings settings{
      .ca_file = server_->certificate().string(), .insecure = false, .http2 = true};
  for (const std::uint32_t streams : {1U, 4U, 100U}) {
    expect_wins(played(server_->tls_http2(), context(settings), streams));
    expect_wins(played(server_->clear_http2(), nullptr, streams));
  }
}

TEST_P(Secure, SaysWhenThePeerDoesNotSpeakHttp2) {
  const TlsSettings settings{.ca_file = {}, .insecure = true, .http2 = true};
  expect_failures(played(server_->tls(), context(settings), 4), Reason::no_http2);
}

TEST_P(Secure, TakesAnAnswerThatIsNotHttp2ForUnparseable) {
  const Rehearsal rehearsal = played(server_->clear(), nullptr, 4);
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::win, Reason::none), 0U);
  EXPECT_EQ(rehearsal.count(Op::claim, Outcome::indeterminate, Reason::unparseable), kUsers);
}

/// What the control plane hears from `server` at "/claims", believed as `settings` say.
std::expected<HttpAnswer, std::string> asked(const WebServer& server, const TlsSettings& settings) {
  auto address = parse_target_url(fmt::format("https://localhost:{}", server.tls().port())).value();
  if (const auto made = believe(address, settings, std::nullopt); !made) {
    return std::unexpected(made.error());
  }
  HttpCaller call(address);
  const HttpCall claim{.path = "/claims", .what = "a coupon"};
  const auto first = call(claim, std::chrono::seconds(20));
  return first ? call(claim, std::chrono::seconds(20)) : first;
}

TEST(ControlPlane, AsksOverTlsAndKeepsTheConnection) {
  const WebServer server;
  const auto answer = asked(server, {.ca_file = server.certificate().string()});
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_EQ(answer->status, 200U);
  EXPECT_EQ(answer->body, R"({"coupon":"C-7"})");
}

TEST(ControlPlane, SaysThatNobodyVouchesForTheTarget) {
  const WebServer server;
  const auto answer = asked(server, {.ca_file = {}});
  ASSERT_FALSE(answer);
  EXPECT_NE(answer.error().find("no secure connection"), std::string::npos) << answer.error();
}

TEST(TlsContext, NamesTheFileThatHoldsNoCertificates) {
  const auto refused = TlsContext::create({.ca_file = "/dev/null"});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().find("'/dev/null'"), std::string::npos);
}

}  // namespace
}  // namespace fairrush::loadgen
