#include "server/http/problem.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace fairrush::server {
namespace {

TEST(Problem, IsADocumentOfItsOwnType) {
  Response response;
  set_problem(response, ErrorCode::not_in_active_time);
  EXPECT_EQ(response.status, 403U);
  EXPECT_EQ(response.content_type, "application/problem+json");
  const auto document = boost::json::parse(response.body);
  EXPECT_EQ(document.at("type").as_string(), "about:blank");
  EXPECT_EQ(document.at("title").as_string(), "Forbidden");
  EXPECT_EQ(document.at("status").as_int64(), 403);
  EXPECT_EQ(document.at("code").as_string(), "NOT_IN_ACTIVE_TIME");
  EXPECT_FALSE(document.at("detail").as_string().empty());
}

TEST(Problem, SurvivesAnyDetail) {
  Response response;
  set_problem(response, ErrorCode::bad_request, "a \"quote\"\n\x01 and \\");
  EXPECT_EQ(boost::json::parse(response.body).at("detail").as_string(), "a \"quote\"\n\x01 and \\");
}

TEST(Problem, CarriesFurtherMembers) {
  Response response;
  set_problem(response, ErrorCode::already_claimed, {}, R"(,"coupon":"x")");
  EXPECT_EQ(boost::json::parse(response.body).at("coupon").as_string(), "x");
}

TEST(Problem, ReplacesWhatWasThereBefore) {
  Response response;
  response.body = "half an answer";
  response.allow = "GET";
  set_problem(response, ErrorCode::sold_out);
  EXPECT_EQ(response.body.find("half"), std::string::npos);
  EXPECT_TRUE(response.allow.empty());
}

TEST(Problem, SaysWhenToComeBackAndWhatIsMissing) {
  Response response;
  set_problem(response, ErrorCode::ledger_unavailable);
  EXPECT_GT(response.retry_after_seconds, 0U);
  set_problem(response, ErrorCode::unauthorized);
  EXPECT_TRUE(response.challenges);
  EXPECT_EQ(response.retry_after_seconds, 0U);
}

TEST(Problem, HasAPhraseForEveryCode) {
  for (auto code = ErrorCode::bad_request; code <= ErrorCode::internal_error;
       code = static_cast<ErrorCode>(static_cast<int>(code) + 1)) {
    EXPECT_FALSE(name_of(code).empty());
    EXPECT_FALSE(phrase_of(status_of(code)).empty());
  }
}

}  // namespace
}  // namespace fairrush::server
