#include "loadgen/target/requests.hpp"

#include <gtest/gtest.h>
#include <jwt.h>

#include <memory>

#include "loadgen/target/tokens.hpp"
#include "tests/unit/loadgen/target/spoken.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::Op;

constexpr PlannedAttempt kClaim{.intended_ns = 0,
                                .user = UserIndex(4'294'967'295),
                                .op = Op::claim,
                                .try_number = 0,
                                .idempotency = 0xab};

/// A dialect and what it needs to be spoken.
struct Speech {
  Dialect dialect = spoken();
  std::vector<std::string> cohorts = {"fibre", "mobile\r\nX-Evil: 1"};
  Constants constants = {.texts = {{"event", "rush-1"}}, .times_ms = {}};
  std::unique_ptr<const TokenSource> tokens = nullptr;
  ConnectionMode connections = ConnectionMode::pool;

  RequestSpec spec() const {
    return {.dialect = dialect,
            .authority = "localhost:8080",
            .constants = constants,
            .voices = {.feeder = dialect.feeder.get(),
                       .tokens = tokens.get(),
                       .cohorts = cohorts,
                       .seed = 23},
            .connections = connections};
  }
  std::string request(const PlannedAttempt& attempt, CohortId cohort = {},
                      std::string_view coupon = {}, const UserValues* values = nullptr) const {
    std::string text = "what was there before";
    RequestTemplates(spec()).write(
        text, {.attempt = attempt, .cohort = cohort, .coupon = coupon, .values = values});
    return text;
  }
};

TEST(RequestTemplates, WriteAWholeRequest) {
  EXPECT_EQ(Speech().request(kClaim),
            "POST /api/v1/events/rush-1/claims HTTP/1.1\r\n"
            "Host: localhost:8080\r\n"
            "X-User-ID: 4294967295\r\n"
            "User-Agent: fairrush/fibre\r\n"
            "Idempotency-Key: 00000000000000ab\r\n"
            "Content-Length: 0\r\n\r\n");
}

TEST(RequestTemplates, SendReservationsElsewhere) {
  PlannedAttempt reservation = kClaim;
  reservation.op = Op::reserve;
  const std::string request = Speech().request(reservation);
  EXPECT_TRUE(request.starts_with("POST /api/v1/events/rush-1/reservations HTTP/1.1\r\n"));
}

TEST(RequestTemplates, ReadAWalletWithoutAKey) {
  PlannedAttempt look = kClaim;
  look.op = Op::status;
  EXPECT_EQ(Speech().request(look),
            "GET /api/v1/users/me/coupons?event=rush-1 HTTP/1.1\r\n"
            "Host: localhost:8080\r\n"
            "X-User-ID: 4294967295\r\n"
            "User-Agent: fairrush/fibre\r\n\r\n");
}

TEST(RequestTemplates, SpendACouponOnAnOrderOfItsOwn) {
  PlannedAttempt purchase = kClaim;
  purchase.op = Op::redeem;
  const std::string request = Speech().request(purchase, {}, "C\"1");
  EXPECT_TRUE(request.starts_with("POST /api/v1/orders/order-00000000000000ab/apply-coupon "));
  EXPECT_TRUE(
      request.ends_with("Content-Length: 32\r\n\r\n{\"coupon\":\"C\\\"1\",\"amount\":10000}"))
      << request;
}

TEST(RequestTemplates, TellTheCohortAsTheUserAgentWithoutBreakingTheHeader) {
  EXPECT_NE(Speech().request(kClaim).find("\r\nUser-Agent: fairrush/fibre\r\n"), std::string::npos);
  EXPECT_NE(
      Speech().request(kClaim, CohortId(1)).find("\r\nUser-Agent: fairrush/mobile--X-Evil: 1\r\n"),
      std::string::npos);
}

TEST(RequestTemplates, AskForTheEndOfAConnectionThatServesOneRequest) {
  Speech single;
  single.connections = ConnectionMode::per_request;
  EXPECT_NE(single.request(kClaim).find("\r\nConnection: close\r\n"), std::string::npos);
}

TEST(RequestTemplates, DoNotAllocateOnceTheBufferHasGrown) {
  const Speech speech;
  const RequestTemplates requests(speech.spec());
  std::string request;
  requests.write(request, {kClaim, CohortId(0)});
  const char* const place = request.data();
  for (std::uint32_t user = 0; user < 1000; ++user) {
    PlannedAttempt attempt = kClaim;
    attempt.user = UserIndex(user);
    requests.write(request, {attempt, CohortId(0)});
    ASSERT_EQ(request.data(), place);
  }
}

TEST(RequestTemplates, SignATokenForEveryUser) {
  Scenario scenario;
  scenario.tokens.secret = "a secret of some length";
  Speech speech{.dialect = spoken({}, scenario.tokens)};
  speech.tokens = make_tokens(scenario, speech.dialect, 0, wait_in_silence).value();
  const std::string request = speech.request(kClaim);
  EXPECT_EQ(request.find("X-User-ID"), std::string::npos);
  const std::string_view field = "Authorization: Bearer ";
  const std::size_t start = request.find(field) + field.size();
  const std::string token = request.substr(start, request.find('\r', start) - start);

  jwt_t* raw = nullptr;
  const std::string& secret = *scenario.tokens.secret;
  ASSERT_EQ(jwt_decode(&raw, token.c_str(), reinterpret_cast<const unsigned char*>(secret.data()),
                       static_cast<int>(secret.size())),
            0);
  const std::unique_ptr<jwt_t, decltype(&jwt_free)> decoded(raw, &jwt_free);
  EXPECT_EQ(jwt_get_alg(raw), JWT_ALG_HS256);
  EXPECT_STREQ(jwt_get_grant(raw, "sub"), "4294967295");
}

/// A claim of this form.
Speech claiming(const RequestOrder& order) {
  TargetOrder target;
  order_of(target, Op::claim) = order;
  return {.dialect = spoken(target)};
}

TEST(RequestTemplates, KeepVariablesFromBreakingOutOfTheirPlace) {
  TargetOrder target;
  target.user = "u\"/{index}&";
  order_of(target, Op::claim).path = "/a/{user}";
  order_of(target, Op::claim).headers = "[\"X-Name: {user}\"]";
  order_of(target, Op::claim).body = R"({"who":{"name":"{user}"},"n":{index:04}})";
  PlannedAttempt claim = kClaim;
  claim.user = UserIndex(7);
  EXPECT_EQ(Speech{.dialect = spoken(target)}.request(claim),
            "POST /a/u%22%2F7%26 HTTP/1.1\r\nHost: localhost:8080\r\nX-Name: u\"/7&\r\n"
            "Content-Type: application/json\r\nContent-Length: 34\r\n\r\n"
            R"({"who":{"name":"u\"/7&"},"n":0007})");
}

TEST(RequestTemplates, EncodeAFormAndLeaveABraceThatIsNoVariable) {
  const Speech speech =
      claiming({.method = "PUT",
                .path = "/x?q={}",
                .headers = R"(["Content-Type: application/x-www-form-urlencoded", "Host: shop"])",
                .body = "c={event}&v={{event}}&{ event }"});
  EXPECT_EQ(speech.request(kClaim),
            "PUT /x?q={} HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            "Host: shop\r\nContent-Length: 28\r\n\r\nc=rush-1&v={event}&{ event }");
}

TEST(RequestTemplates, PutInWhatEarlierAnswersGave) {
  TargetOrder target;
  order_of(target, Op::reserve).extract = R"({ order = "/id" })";
  order_of(target, Op::claim).path =
      "/orders/{order}/claim?at={claim_open:iso}&from={claim_open:s}";
  Speech speech{.dialect = spoken(target)};
  speech.constants.times_ms["claim_open"] = 1'700'000'000'123;
  UserValues values;
  values.keep(kClaim.user, 0, "a b");
  EXPECT_TRUE(speech.request(kClaim, {}, {}, &values)
                  .starts_with("POST /orders/a%20b/claim?at=2023-11-14T22%3A13%3A20.123Z"
                               "&from=1700000000 HTTP/1.1\r\n"));
}

TEST(RequestTemplates, NameUsersByUuidsThatStay) {
  const Speech speech = claiming({.path = "/{uuid}"});
  const std::string request = speech.request(kClaim);
  EXPECT_EQ(request, speech.request(kClaim));
  EXPECT_EQ(request.substr(20, 1), "4") << request;
  EXPECT_EQ(request.substr(6, 36).find_first_not_of("0123456789abcdef-"), std::string::npos);
}

}  // namespace
}  // namespace fairrush::loadgen
