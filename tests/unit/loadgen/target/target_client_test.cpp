#include "loadgen/target/target_client.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/loadgen/scripted_target.hpp"

namespace fairrush::loadgen {
namespace {

using testing::HasSubstr;
using Then = Reaction::Then;

TargetAddress address_of(const asio::ip::tcp::endpoint& endpoint) {
  return {.host = endpoint.address().to_string(), .port = endpoint.port()};
}

TargetClient client_of(const ScriptedTarget& target, const Clock& clock) {
  return {address_of(target.endpoint()), "token", clock};
}

/// Always the same answer.
ScriptedTarget::Script always(std::string bytes, Then then = Then::keep) {
  return [bytes, then](std::string_view) { return Reaction{bytes, then}; };
}

TEST(TargetUrl, NamesHostAndPort) {
  const auto full = parse_target_url("http://127.0.0.1:8080");
  ASSERT_TRUE(full) << full.error();
  EXPECT_EQ(full->authority(), "127.0.0.1:8080");
  EXPECT_EQ(parse_target_url("http://rush.example/")->authority(), "rush.example:80");
  const auto v6 = parse_target_url("http://[::1]:81");
  ASSERT_TRUE(v6) << v6.error();
  EXPECT_EQ(v6->host, "::1");
  EXPECT_EQ(v6->authority(), "[::1]:81");
  const auto secure = parse_target_url("https://rush.example");
  ASSERT_TRUE(secure) << secure.error();
  EXPECT_TRUE(secure->secure);
  EXPECT_EQ(secure->authority(), "rush.example:443");
}

TEST(TargetUrl, SaysWhatIsAcceptedWhenItIsNot) {
  for (const char* url :
       {"", "127.0.0.1:8080", "ftp://x", "http://", "http://x:99999", "http://x:0", "http://x/path",
        "http://x?q", "http://u@x", "http://x y"}) {
    const auto address = parse_target_url(url);
    ASSERT_FALSE(address) << url;
    EXPECT_THAT(address.error(), HasSubstr("http://HOST:PORT"));
  }
}

TEST(TargetClient, MeasuresHowFarTheTargetsClockIsAhead) {
  // The manual clock stands still: every round trip takes no time at all.
  const ManualClock clock(WallTime(std::chrono::seconds(100)));
  ScriptedTarget target(always(http_answer(200, R"({"now_us":100250000})")));
  TargetClient client = client_of(target, clock);
  const auto clocks = client.compare_clocks();
  ASSERT_TRUE(clocks) << clocks.error().message;
  EXPECT_EQ(clocks->offset, std::chrono::milliseconds(250));
  EXPECT_EQ(clocks->error, Duration::zero());
  EXPECT_EQ(target.connections(), 1U);
}

TEST(TargetClient, CreatesAnEventInTheTargetsOwnMilliseconds) {
  const ManualClock clock;
  ScriptedTarget target(always(http_answer(
      201, R"({"event":"e","design":"sealed-draw","phase":"scheduled","coupons":"20%","roster":0,)"
           R"("quota":0,"issued":0,"commitment":")" +
               std::string(64, 'a') + R"("})")));
  TargetClient client = client_of(target, clock);
  const auto created = client.create_event({.event = "e",
                                            .design = "sealed-draw",
                                            .coupons = {.share = Share{0.2}, .count = {}},
                                            .reserve_open_ms = 1,
                                            .reserve_close_ms = 2,
                                            .claim_open_ms = 3,
                                            .claim_close_ms = 4});
  ASSERT_TRUE(created) << created.error().message;
  EXPECT_EQ(created->design, "sealed-draw");
  ASSERT_TRUE(created->commitment);
  EXPECT_EQ((*created->commitment)[0], 0xaa);
  ASSERT_EQ(target.requests().size(), 1U);
  EXPECT_THAT(target.requests()[0], HasSubstr("POST /api/v1/events HTTP/1.1\r\n"));
  EXPECT_THAT(target.requests()[0], HasSubstr("Authorization: Bearer token\r\n"));
}

TEST(TargetClient, ReadsALedgerInItsOrder) {
  const ManualClock clock;
  ScriptedTarget target(
      always(http_answer(200,
                         "{\"user\":7,\"coupon\":\"B\",\"issued_at_ms\":1795302000250}\n"
                         "{\"user\":0,\"coupon\":\"A\"}\r\n")));
  TargetClient client = client_of(target, clock);
  const auto ledger = client.ledger("e");
  ASSERT_TRUE(ledger) << ledger.error().message;
  ASSERT_EQ(ledger->size(), 2U);
  EXPECT_EQ((*ledger)[0].user, UserIndex(7));
  EXPECT_EQ((*ledger)[1].coupon, "A");
}

TEST(TargetClient, RefusesALedgerItCannotRead) {
  const ManualClock clock;
  for (const char* line : {"{\"user\":7}", "{\"user\":\"x\",\"coupon\":\"B\"}", "nonsense",
                           "{\"user\":4294967296,\"coupon\":\"B\"}", "{\"coupon\":\"B\"}"}) {
    ScriptedTarget target(always(http_answer(200, line)));
    TargetClient client = client_of(target, clock);
    const auto ledger = client.ledger("e");
    ASSERT_FALSE(ledger) << line;
    EXPECT_THAT(ledger.error().message, HasSubstr("/api/v1/events/e/ledger: line 1: "));
  }
}

/// A finished draw of three tickets.
Reaction publish_draw(std::string_view request) {
  const std::string hash(64, 'b');
  if (request.contains("/draw/roster ")) return {http_answer(200, "t1\nt2\nt3\n")};
  if (request.contains("/draw/proof?ticket=2 ")) {
    return {http_answer(200, R"({"ticket":2,"token":"t2","path":[")" + hash + R"("]})")};
  }
  if (request.contains("/draw/proof?")) {
    return {http_answer(200, R"({"ticket":1,"token":"t1","path":[]})")};
  }
  return {http_answer(200, R"({"event":"e","commitment":")" + hash + R"(","beacon":"","root":")" +
                               hash + R"(","roster_size":3,"quota":1,"secret":"00ff",)" +
                               R"("winners":[2]})")};
}

TEST(TargetClient, TakesInAPublishedDrawUnderTheCommitmentOfBefore) {
  const ManualClock clock;
  ScriptedTarget target(publish_draw);
  TargetClient client = client_of(target, clock);
  Digest before{};
  before.fill(0x11);
  const auto draw = client.draw("e", before);
  ASSERT_TRUE(draw) << draw.error().message;
  ASSERT_TRUE(*draw);
  EXPECT_EQ((*draw)->commitment, before);
  EXPECT_EQ((*draw)->secret, (Bytes{0x00, 0xff}));
  EXPECT_EQ((*draw)->winners, std::vector{TicketNumber(2)});
  EXPECT_EQ((*draw)->roster, (std::vector<std::string>{"t1", "t2", "t3"}));
  ASSERT_EQ((*draw)->proofs.size(), 3U);
  EXPECT_EQ((*draw)->proofs[1].token, "t2");
  EXPECT_EQ((*draw)->proofs[1].path.size(), 1U);
}

TEST(TargetClient, HasNoDrawWhileTheSecretIsKept) {
  const ManualClock clock;
  ScriptedTarget target(always(http_answer(200, R"({"secret":null,"winners":null})")));
  TargetClient client = client_of(target, clock);
  const auto draw = client.draw("e", Digest{});
  ASSERT_TRUE(draw) << draw.error().message;
  EXPECT_FALSE(*draw);
}

TEST(TargetClient, SaysWhatItExpectedOfAnAnswerThatIsAnother) {
  const ManualClock clock;
  ScriptedTarget target(always(http_answer(500, "<html>\x01 oops")));
  TargetClient client = client_of(target, clock);
  const auto clocks = client.compare_clocks();
  ASSERT_FALSE(clocks);
  EXPECT_EQ(clocks.error().status, 500U);
  EXPECT_THAT(clocks.error().message, HasSubstr(fmt::format("127.0.0.1:{}", target.port())));
  EXPECT_THAT(clocks.error().message, HasSubstr("expected status 200, got 500 '<html>  oops'"));
}

TEST(TargetClient, SaysWhatIsWrongWithATargetThatDoesNotSpeakHttp) {
  const ManualClock clock;
  const std::pair<Reaction, const char*> wrong[] = {
      {{"SSH-2.0-OpenSSH_9.2\r\n", Then::keep}, "not HTTP"},
      {{"", Then::close}, "closed the connection"},
      {{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", Then::close}, "closed the connection"},
      {{http_answer(200, "hello"), Then::keep}, "\"now_us\""},
      {{http_answer(200, "{}"), Then::keep}, "\"now_us\""}};
  for (const auto& [reaction, said] : wrong) {
    ScriptedTarget target(always(reaction.bytes, reaction.then));
    TargetClient client = client_of(target, clock);
    const auto clocks = client.compare_clocks();
    ASSERT_FALSE(clocks) << said;
    EXPECT_THAT(clocks.error().message, HasSubstr(said));
  }
}

TEST(TargetClient, NamesHostAndCauseWhenNobodyListens) {
  const ManualClock clock;
  const DeadPort nobody;
  TargetClient client(address_of(nobody.endpoint()), "", clock);
  const auto clocks = client.compare_clocks();
  ASSERT_FALSE(clocks);
  EXPECT_THAT(clocks.error().message, HasSubstr("Connection refused"));
  EXPECT_THAT(clocks.error().message, HasSubstr(address_of(nobody.endpoint()).authority()));
}

TEST(HttpCaller, GivesUpOnATargetThatSaysNothing) {
  ScriptedTarget target(always("HTTP/1.1 200 OK\r\n", Then::stall));
  HttpCaller call(address_of(target.endpoint()));
  const auto answer = call({.path = "/time"}, std::chrono::milliseconds(20));
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error(), HasSubstr("no answer in 20ms"));
}

TEST(HttpCaller, AsksATargetThatIsSlowOnce) {
  ScriptedTarget target([](std::string_view request) {
    return request.contains("/slow") ? Reaction{"", Then::stall} : Reaction{http_answer(200, "{}")};
  });
  HttpCaller call(address_of(target.endpoint()));
  ASSERT_TRUE(call({.path = "/fast"}, std::chrono::seconds(5)));
  const auto slow = call({.path = "/slow"}, std::chrono::milliseconds(20));
  ASSERT_FALSE(slow);
  EXPECT_THAT(slow.error(), HasSubstr("no answer in 20ms"));
  EXPECT_EQ(target.requests().size(), 2U) << "it would have waited twice as long as it was told";
}

TEST(HttpCaller, SaysWhatItWaitsForUntilItIsToldToWaitNoLonger) {
  ScriptedTarget target(always("", Then::stall));
  std::vector<Awaited> asked;
  HttpCaller call(address_of(target.endpoint()), [&asked](const Awaited& awaited) {
    asked.push_back(awaited);
    return asked.size() < 3;
  });
  const auto answer = call({.path = "/", .what = "the ledger"}, std::chrono::hours(1));
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error(), HasSubstr("the wait for the ledger from 127.0.0.1:"));
  EXPECT_THAT(answer.error(), HasSubstr("was broken off after"));
  ASSERT_EQ(asked.size(), 3U);
  EXPECT_EQ(asked[0].what, "the ledger from " + call.address().authority());
  EXPECT_EQ(asked[2].until - asked[2].since, std::chrono::hours(1));
  const auto again = call({.path = "/", .what = "the draw"}, std::chrono::hours(1));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error(),
            "the draw from " + call.address().authority() + " was not asked for any more");
  EXPECT_EQ(target.requests().size(), 1U);
}

TEST(HttpCaller, IsToldToWaitNoLongerForAnAnswerThatGoesOnAndOn) {
  ScriptedTarget target(always("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n", Then::drip));
  int asked = 0;
  HttpCaller call(address_of(target.endpoint()), [&asked](const Awaited&) { return ++asked < 3; });
  const auto answer = call({.path = "/"}, std::chrono::hours(1));
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error(), HasSubstr("was broken off after"));
}

TEST(HttpCaller, ConnectsAnewWhenAKeptConnectionWasClosed) {
  ScriptedTarget target(always(http_answer(200, "{}"), Then::close));
  HttpCaller call(address_of(target.endpoint()));
  ASSERT_TRUE(call({.path = "/a"}, std::chrono::seconds(5)));
  const auto again = call({.path = "/b"}, std::chrono::seconds(5));
  ASSERT_TRUE(again) << again.error();
  EXPECT_EQ(target.connections(), 2U);
}

}  // namespace
}  // namespace fairrush::loadgen
