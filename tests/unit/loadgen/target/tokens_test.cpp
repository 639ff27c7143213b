#include "loadgen/target/tokens.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <jwt.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "tests/unit/loadgen/target/spoken.hpp"

namespace fairrush::loadgen {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// A directory with the files that tokens are made from.
class TokenFiles : public testing::Test {
 protected:
  TokenFiles() {
    std::string name = testing::TempDir() + "fairrush-tokens-XXXXXX";
    folder_ = mkdtemp(name.data());
    scenario_.users = 3;
  }
  ~TokenFiles() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) const {
    const auto path = folder_ / name;
    std::ofstream(path) << text;
    return path.string();
  }

  std::expected<std::unique_ptr<const TokenSource>, std::string> make() {
    return make_tokens(scenario_, dialect_, 1'700'000'000, wait_in_silence);
  }
  std::string refusal() {
    const auto made = make();
    return made ? "" : made.error();
  }
  static std::string token(const TokenSource& source, std::uint32_t user) {
    std::string text;
    source.append(text, UserIndex(user));
    return text;
  }

  std::filesystem::path folder_;
  Scenario scenario_;
  Dialect dialect_ = spoken();
};

/// An RSA key of 2048 bits as PEM, private and public.
std::pair<std::string, std::string> rsa_key() {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_RSA_gen(2048), &EVP_PKEY_free);
  const auto text = [](auto write) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), &BIO_free);
    write(memory.get());
    char* data = nullptr;
    const auto length = BIO_get_mem_data(memory.get(), &data);
    return std::string(data, static_cast<std::size_t>(length));
  };
  return {text([&](BIO* out) {
            PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          }),
          text([&](BIO* out) { PEM_write_bio_PUBKEY(out, key.get()); })};
}

TEST_F(TokenFiles, AreSignedWithAnRsaKeyForEveryUser) {
  const auto [private_key, public_key] = rsa_key();
  scenario_.tokens = {.key_file = write("key.pem", private_key),
                      .claims = R"({"sub":"{user}","exp":{exp}})",
                      .key_id = "k1"};
  const auto made = make();
  ASSERT_TRUE(made) << made.error();
  for (std::uint32_t user = 0; user < 3; ++user) {
    jwt_t* raw = nullptr;
    ASSERT_EQ(jwt_decode(&raw, token(**made, user).c_str(),
                         reinterpret_cast<const unsigned char*>(public_key.data()),
                         static_cast<int>(public_key.size())),
              0);
    const std::unique_ptr<jwt_t, decltype(&jwt_free)> decoded(raw, &jwt_free);
    EXPECT_EQ(jwt_get_alg(raw), JWT_ALG_RS256);
    EXPECT_STREQ(jwt_get_header(raw, "kid"), "k1");
    EXPECT_STREQ(jwt_get_grant(raw, "sub"), std::to_string(user).c_str());
    EXPECT_EQ(jwt_get_grant_int(raw, "exp"), 1'700'000'000 + kTokenLifetime_s);
  }
}

TEST_F(TokenFiles, AreTakenFromTheLinesOfAFile) {
  scenario_.tokens.file = write("tokens", "a.b.c\r\nd\ne\n");
  const auto made = make();
  ASSERT_TRUE(made) << made.error();
  EXPECT_EQ(token(**made, 0), "a.b.c");
  EXPECT_EQ(token(**made, 2), "e");
}

TEST_F(TokenFiles, AreComposedOfColumns) {
  auto feeder = Feeder::parse("id,key\n1,x\n2,y\n3,z\n", "users.csv", 3);
  dialect_.feeder = std::make_shared<const Feeder>(std::move(*feeder));
  scenario_.tokens.text = "{id}-{key}";
  const auto made = make();
  ASSERT_TRUE(made) << made.error();
  EXPECT_EQ(token(**made, 1), "2-y");
}

TEST_F(TokenFiles, ThatAreMissingAreNoticedBeforeTheRun) {
  scenario_.tokens = {.file = write("few", "a\nb\n")};
  EXPECT_THAT(refusal(), HasSubstr("has 2 rows, expected one for each of the 3 users"));
  scenario_.tokens = {.file = write("gap", "a\n\nc\n")};
  EXPECT_THAT(refusal(), HasSubstr("target.token.file: user 1 has no token"));
  scenario_.tokens = {.file = (folder_ / "none").string()};
  EXPECT_THAT(refusal(), StartsWith("target.token.file: "));
  scenario_.tokens = {.key_file = write("key.pem", "no key")};
  EXPECT_THAT(refusal(), HasSubstr("expected a private RSA key in PEM"));
  scenario_.tokens = {.secret = "s", .claims = "{user}"};
  EXPECT_THAT(refusal(), HasSubstr("target.token.claims: '0' is no JSON object"));
}

TEST_F(TokenFiles, AreNotWaitedForOnceWaitingIsToEnd) {
  scenario_.tokens.key_file = write("key.pem", rsa_key().first);
  scenario_.users = 100'000;
  const auto made = make_tokens(scenario_, dialect_, 0, [](const Awaited&) { return false; });
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error(), "the signing of tokens was broken off");
}

}  // namespace
}  // namespace fairrush::loadgen
