#include "server/http/auth.hpp"

#include <gtest/gtest.h>
#include <jwt.h>

#include <memory>
#include <string>

namespace fairrush::server {
namespace {

constexpr WallTime kNow{std::chrono::seconds(1'700'000'000)};
constexpr const char* kSecret = "a secret of the test";

struct TokenSpec {
  jwt_alg_t algorithm = JWT_ALG_HS256;
  std::string secret = kSecret;
  std::string subject = "17";
  long expires = 0;
  long begins = 0;
};

std::string bearer(const TokenSpec& spec) {
  jwt_t* made = nullptr;
  jwt_new(&made);
  const std::unique_ptr<jwt_t, decltype(&jwt_free)> token(made, &jwt_free);
  if (!spec.subject.empty()) jwt_add_grant(made, "sub", spec.subject.c_str());
  if (spec.expires != 0) jwt_add_grant_int(made, "exp", spec.expires);
  if (spec.begins != 0) jwt_add_grant_int(made, "nbf", spec.begins);
  const auto* const key = reinterpret_cast<const unsigned char*>(spec.secret.data());
  const bool keyed = spec.algorithm != JWT_ALG_NONE;
  jwt_set_alg(made, spec.algorithm, keyed ? key : nullptr,
              keyed ? static_cast<int>(spec.secret.size()) : 0);
  const std::unique_ptr<char, decltype(&free)> text(jwt_encode_str(made), &free);
  return std::string("Bearer ") + text.get();
}

std::optional<UserIndex> user_with(const std::string& authorization,
                                   const std::string& user_id = {}) {
  const Authenticator authenticator({.jwt_secret = kSecret, .admin_token = {}});
  Request request;
  request.authorization = authorization;
  request.user_id = user_id;
  return authenticator.user_of(request, kNow);
}

TEST(JwtUser, IsTheTokensSubject) {
  EXPECT_EQ(user_with(bearer({})), UserIndex(17));
}

TEST(JwtUser, IsRefusedWithoutATokenOfOurs) {
  EXPECT_FALSE(user_with(""));
  EXPECT_FALSE(user_with("Bearer"));
  EXPECT_FALSE(user_with("Bearer "));
  EXPECT_FALSE(user_with("Bearer a.b.c"));
  EXPECT_FALSE(user_with("Basic 17"));
  EXPECT_FALSE(user_with(bearer({.secret = "another secret"})));
}

TEST(JwtUser, CannotPassWithAnotherAlgorithm) {
  EXPECT_FALSE(user_with(bearer({.algorithm = JWT_ALG_NONE})));
  EXPECT_FALSE(user_with(bearer({.algorithm = JWT_ALG_HS512})));
}

TEST(JwtUser, CannotPassWithAChangedSubject) {
  const std::string mine = bearer({});
  const std::string theirs = bearer({.subject = "18"});
  const auto payload = [](const std::string& token) {
    const std::size_t first = token.find('.');
    return token.substr(first, token.rfind('.') - first);
  };
  std::string forged = mine;
  forged.replace(mine.find('.'), payload(mine).size(), payload(theirs));
  EXPECT_FALSE(user_with(forged));
}

TEST(JwtUser, MustBeCurrent) {
  const long now = 1'700'000'000;
  EXPECT_TRUE(user_with(bearer({.expires = now + 1})));
  EXPECT_FALSE(user_with(bearer({.expires = now})));
  EXPECT_TRUE(user_with(bearer({.begins = now})));
  EXPECT_FALSE(user_with(bearer({.begins = now + 1})));
}

TEST(JwtUser, MustBeAnIndex) {
  for (const char* subject : {"", "x", "-1", "4294967296", "17 ", "1.5"}) {
    EXPECT_FALSE(user_with(bearer({.subject = subject}))) << subject;
  }
  EXPECT_EQ(user_with(bearer({.subject = "4294967295"})), UserIndex(4294967295));
}

TEST(JwtUser, IsNotTakenFromTheGatewaysHeader) {
  EXPECT_FALSE(user_with("", "17"));
}

TEST(GatewayUser, IsTheHeadersIndex) {
  const Authenticator authenticator({.jwt_secret = {}, .admin_token = {}});
  const auto user = [&authenticator](const char* text) {
    Request request;
    request.user_id = text;
    return authenticator.user_of(request, kNow);
  };
  EXPECT_EQ(user("0"), UserIndex(0));
  EXPECT_EQ(user("4294967295"), UserIndex(4294967295));
  for (const char* text : {"", "x", "-1", "+1", "4294967296", "1 2"}) EXPECT_FALSE(user(text));
}

TEST(Administrator, BearsTheToken) {
  const Authenticator authenticator({.jwt_secret = {}, .admin_token = "letmein"});
  const auto passes = [&authenticator](const char* text) {
    Request request;
    request.authorization = text;
    return authenticator.is_admin(request);
  };
  EXPECT_TRUE(passes("Bearer letmein"));
  EXPECT_TRUE(passes("bearer letmein")) << "schemes know no case";
  for (const char* text : {"", "letmein", "Bearer letmei", "Bearer letmein ", "Basic letmein"}) {
    EXPECT_FALSE(passes(text)) << text;
  }
}

TEST(Administrator, IsNobodyWithoutAConfiguredToken) {
  const Authenticator authenticator({.jwt_secret = {}, .admin_token = {}});
  Request request;
  request.authorization = "Bearer ";
  EXPECT_FALSE(authenticator.is_admin(request));
}

}  // namespace
}  // namespace fairrush::server
