#include "server/http/auth.hpp"

#include <gtest/gtest.h>
#include <jwt.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <fstream>
#include <memory>
#include <string>

#include "tests/unit/server/temporary_directory.hpp"

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
  std::string audience = {};  ///< JSON
};

std::string bearer(const TokenSpec& spec) {
  jwt_t* made = nullptr;
  jwt_new(&made);
  const std::unique_ptr<jwt_t, decltype(&jwt_free)> token(made, &jwt_free);
  if (!spec.subject.empty()) jwt_add_grant(made, "sub", spec.subject.c_str());
  if (spec.expires != 0) jwt_add_grant_int(made, "exp", spec.expires);
  if (spec.begins != 0) jwt_add_grant_int(made, "nbf", spec.begins);
  if (!spec.audience.empty()) {
    jwt_add_grants_json(made, ("{\"aud\":" + spec.audience + "}").c_str());
  }
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

/// A pair of RSA keys, made once.
struct RsaKeys {
  explicit RsaKeys(int bits) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        EVP_RSA_gen(static_cast<unsigned>(bits)), &EVP_PKEY_free);
    secret = text_of([&key](BIO* bio) {
      PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    shown = text_of([&key](BIO* bio) { PEM_write_bio_PUBKEY(bio, key.get()); });
  }

  template <class Write>
  static std::string text_of(Write write) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
    write(bio.get());
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
  }

  std::string secret;
  std::string shown;
};

const RsaKeys& our_keys() {
  static const RsaKeys kKeys(2048);
  return kKeys;
}

std::optional<UserIndex> user_by_rsa(const std::string& authorization,
                                     const std::string& audience = {}) {
  const Authenticator authenticator({.jwt_secret = {},
                                     .admin_token = {},
                                     .jwt_public = RsaPublicKey{"", our_keys().shown},
                                     .jwt_audience = audience});
  Request request;
  request.authorization = authorization;
  request.user_id = "5";
  return authenticator.user_of(request, kNow);
}

TokenSpec signed_by(const RsaKeys& keys) {
  return {.algorithm = JWT_ALG_RS256, .secret = keys.secret};
}

TEST(RsaUser, IsTheTokensSubject) {
  EXPECT_EQ(user_by_rsa(bearer(signed_by(our_keys()))), UserIndex(17));
}

TEST(RsaUser, CannotPassWithATokenOfAnotherKey) {
  EXPECT_FALSE(user_by_rsa(bearer(signed_by(RsaKeys(2048)))));
  EXPECT_FALSE(user_by_rsa(""));
  EXPECT_FALSE(user_by_rsa("Bearer a.b.c"));
}

TEST(RsaUser, CannotPassWithThePublicKeyAsTheSecretOfAnotherAlgorithm) {
  for (const jwt_alg_t algorithm : {JWT_ALG_HS256, JWT_ALG_HS384, JWT_ALG_HS512}) {
    EXPECT_FALSE(user_by_rsa(bearer({.algorithm = algorithm, .secret = our_keys().shown})));
  }
}

TEST(RsaUser, CannotPassWithAnotherAlgorithm) {
  EXPECT_FALSE(user_by_rsa(bearer({.algorithm = JWT_ALG_NONE})));
  EXPECT_FALSE(user_by_rsa(bearer({.algorithm = JWT_ALG_RS512, .secret = our_keys().secret})));
  EXPECT_FALSE(user_by_rsa(bearer({})));
}

TEST(RsaUser, CannotPassWithAChangedSignature) {
  std::string token = bearer(signed_by(our_keys()));
  token[token.size() - 10] = token[token.size() - 10] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(user_by_rsa(token));
  EXPECT_FALSE(user_by_rsa(token.substr(0, token.rfind('.') + 1)));
  EXPECT_FALSE(user_by_rsa(token.substr(0, token.rfind('.'))));
}

TEST(RsaUser, MustBeCurrent) {
  TokenSpec spec = signed_by(our_keys());
  spec.expires = 1'700'000'000;
  EXPECT_FALSE(user_by_rsa(bearer(spec)));
  spec.expires += 1;
  EXPECT_TRUE(user_by_rsa(bearer(spec)));
  spec.begins = 1'700'000'001;
  EXPECT_FALSE(user_by_rsa(bearer(spec)));
}

TEST(RsaUser, MustBeForUsWhereThatIsAsked) {
  TokenSpec spec = signed_by(our_keys());
  EXPECT_FALSE(user_by_rsa(bearer(spec), "coupons")) << "no audience";
  for (const char* audience : {R"("coupons")", R"(["other","coupons"])"}) {
    spec.audience = audience;
    EXPECT_TRUE(user_by_rsa(bearer(spec), "coupons")) << audience;
  }
  for (const char* audience : {R"("other")", R"(["other"])", R"([])", R"(["coupons2"])"}) {
    spec.audience = audience;
    EXPECT_FALSE(user_by_rsa(bearer(spec), "coupons")) << audience;
  }
}

TEST(AnyUser, IsRefusedUnreadWithATokenOfImmoderateLength) {
  TokenSpec spec{.audience = '"' + std::string(5000, 'x') + '"'};
  EXPECT_FALSE(user_with(bearer(spec)));
  spec.audience = '"' + std::string(1000, 'x') + '"';
  EXPECT_TRUE(user_with(bearer(spec)));
}

TEST(RsaKey, MustBeAPublicKeyOfEnoughBits) {
  TemporaryDirectory directory;
  const std::string path = directory.file("key.pem");
  const auto accepted = [&path](const std::string& text) {
    std::ofstream(path) << text;
    return RsaPublicKey::read(path).has_value();
  };
  EXPECT_TRUE(accepted(our_keys().shown));
  EXPECT_FALSE(accepted(our_keys().secret)) << "a private key has no business here";
  EXPECT_FALSE(accepted(RsaKeys(1024).shown));
  EXPECT_FALSE(accepted("-----BEGIN PUBLIC KEY-----\nno\n-----END PUBLIC KEY-----\n"));
  EXPECT_FALSE(accepted(""));
  EXPECT_FALSE(RsaPublicKey::read(directory.file("none")));
}

TEST(MetricsReader, IsAnybodyUntilThereIsAToken) {
  Request request;
  const Authenticator open({.jwt_secret = {}, .admin_token = "letmein"});
  EXPECT_TRUE(open.may_read_metrics(request));
  const Authenticator closed(
      {.jwt_secret = {}, .admin_token = "letmein", .metrics_token = "scrape"});
  EXPECT_FALSE(closed.may_read_metrics(request));
  request.authorization = "Bearer scrape";
  EXPECT_TRUE(closed.may_read_metrics(request));
  EXPECT_FALSE(closed.is_admin(request)) << "who may look may not touch";
  request.authorization = "Bearer letmein";
  EXPECT_TRUE(closed.may_read_metrics(request));
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
