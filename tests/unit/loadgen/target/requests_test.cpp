#include "loadgen/target/requests.hpp"

#include <gtest/gtest.h>
#include <jwt.h>

#include <memory>

namespace fairrush::loadgen {
namespace {

using analysis::Op;

constexpr PlannedAttempt kClaim{.intended_ns = 0,
                                .user = UserIndex(4'294'967'295),
                                .op = Op::claim,
                                .try_number = 0,
                                .idempotency = 0xab};

RequestSpec spec() {
  return {.authority = "localhost:8080",
          .event = "rush-1",
          .jwt_secret = std::nullopt,
          .connections = ConnectionMode::pool,
          .cohorts = {}};
}

TEST(RequestTemplates, WriteAWholeRequest) {
  std::string request = "what was there before";
  RequestTemplates(spec()).write(request, {kClaim, CohortId(0)});
  EXPECT_EQ(request,
            "POST /api/v1/events/rush-1/claims HTTP/1.1\r\n"
            "Host: localhost:8080\r\n"
            "X-User-ID: 4294967295\r\n"
            "Idempotency-Key: 00000000000000ab\r\n"
            "Content-Length: 0\r\n\r\n");
}

TEST(RequestTemplates, SendReservationsElsewhere) {
  PlannedAttempt reservation = kClaim;
  reservation.op = Op::reserve;
  std::string request;
  RequestTemplates(spec()).write(request, {reservation, CohortId(0)});
  EXPECT_TRUE(request.starts_with("POST /api/v1/events/rush-1/reservations HTTP/1.1\r\n"));
}

TEST(RequestTemplates, ReadAWalletWithoutAKey) {
  PlannedAttempt look = kClaim;
  look.op = Op::status;
  std::string request;
  RequestTemplates(spec()).write(request, {look, CohortId(0)});
  EXPECT_EQ(request,
            "GET /api/v1/users/me/coupons?event=rush-1 HTTP/1.1\r\n"
            "Host: localhost:8080\r\n"
            "X-User-ID: 4294967295\r\n\r\n");
}

TEST(RequestTemplates, SpendACouponOnAnOrderOfItsOwn) {
  PlannedAttempt purchase = kClaim;
  purchase.op = Op::redeem;
  std::string request;
  RequestTemplates(spec()).write(request, {purchase, CohortId(0), "C\"1"});
  EXPECT_TRUE(request.starts_with("POST /api/v1/orders/order-00000000000000ab/apply-coupon "));
  EXPECT_TRUE(
      request.ends_with("Content-Length: 32\r\n\r\n{\"coupon\":\"C\\\"1\",\"amount\":10000}"))
      << request;
}

TEST(RequestTemplates, TellTheCohortAsTheUserAgentWithoutBreakingTheHeader) {
  RequestSpec with_cohorts = spec();
  with_cohorts.cohorts = {"fibre", "mobile\r\nX-Evil: 1"};
  std::string request;
  RequestTemplates(with_cohorts).write(request, {kClaim, CohortId(0)});
  EXPECT_NE(request.find("\r\nUser-Agent: fairrush/fibre\r\n"), std::string::npos);
  RequestTemplates(with_cohorts).write(request, {kClaim, CohortId(1)});
  EXPECT_NE(request.find("\r\nUser-Agent: fairrush/mobile--X-Evil:-1\r\n"), std::string::npos);
}

TEST(RequestTemplates, AskForTheEndOfAConnectionThatServesOneRequest) {
  RequestSpec single = spec();
  single.connections = ConnectionMode::per_request;
  std::string request;
  RequestTemplates(single).write(request, {kClaim, CohortId(0)});
  EXPECT_NE(request.find("\r\nConnection: close\r\n"), std::string::npos);
}

TEST(RequestTemplates, DoNotAllocateOnceTheBufferHasGrown) {
  const RequestTemplates requests(spec());
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
  RequestSpec signed_spec = spec();
  signed_spec.jwt_secret = "a secret of some length";
  std::string request;
  RequestTemplates(signed_spec).write(request, {kClaim, CohortId(0)});
  EXPECT_EQ(request.find("X-User-ID"), std::string::npos);
  const std::string_view field = "Authorization: Bearer ";
  const std::size_t start = request.find(field) + field.size();
  const std::string token = request.substr(start, request.find('\r', start) - start);

  jwt_t* raw = nullptr;
  const std::string& secret = *signed_spec.jwt_secret;
  ASSERT_EQ(jwt_decode(&raw, token.c_str(), reinterpret_cast<const unsigned char*>(secret.data()),
                       static_cast<int>(secret.size())),
            0);
  const std::unique_ptr<jwt_t, decltype(&jwt_free)> decoded(raw, &jwt_free);
  EXPECT_EQ(jwt_get_alg(raw), JWT_ALG_HS256);
  EXPECT_STREQ(jwt_get_grant(raw, "sub"), "4294967295");
}

}  // namespace
}  // namespace fairrush::loadgen
