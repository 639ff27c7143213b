#include "server/options.hpp"

#include <gtest/gtest.h>

namespace fairrush::server {
namespace {

class ServerOptionsTest : public testing::Test {
 protected:
  bool assign(const char* name, const char* value) {
    return table_.assign(name, value).has_value();
  }
  ServerOptions options_;
  OptionTable table_ = server_option_table(options_);
};

TEST_F(ServerOptionsTest, ReadAnAddressAndAPort) {
  EXPECT_TRUE(assign("listen", "0.0.0.0:0"));
  EXPECT_EQ(options_.listen.host, "0.0.0.0");
  EXPECT_EQ(options_.listen.port, 0);
  EXPECT_TRUE(assign("listen", "[::1]:65535"));
  EXPECT_EQ(options_.listen.host, "::1");
  for (const char* text : {"", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "host:80"}) {
    EXPECT_FALSE(assign("listen", text)) << text;
  }
}

TEST_F(ServerOptionsTest, ReadALedger) {
  EXPECT_TRUE(assign("ledger", "sqlite:/var/lib/ledger.db"));
  EXPECT_EQ(options_.ledger_path, "/var/lib/ledger.db");
  EXPECT_TRUE(assign("ledger", "sqlite::memory:"));
  EXPECT_EQ(options_.ledger_path, ":memory:");
  for (const char* text : {"", "sqlite", "sqlite:", "postgres:x"}) {
    EXPECT_FALSE(assign("ledger", text)) << text;
  }
}

TEST_F(ServerOptionsTest, KnowTheirChoices) {
  EXPECT_TRUE(assign("store", "memory"));
  EXPECT_FALSE(assign("store", "redis"));
  EXPECT_TRUE(assign("design", "ticket-list"));
  EXPECT_FALSE(assign("design", "lottery"));
  EXPECT_TRUE(assign("ack", "decided"));
  EXPECT_EQ(options_.app.acknowledge, Acknowledge::decided);
  EXPECT_FALSE(assign("ack", "never"));
}

TEST_F(ServerOptionsTest, NeverShowASecret) {
  EXPECT_TRUE(assign("admin-token", "open-sesame"));
  EXPECT_EQ(options_.app.credentials.admin_token, "open-sesame");
  for (const auto& [name, value] : table_.echo()) EXPECT_NE(value, "open-sesame") << name;
}

TEST_F(ServerOptionsTest, WantOneKindOfToken) {
  EXPECT_FALSE(assign("jwt-public-key", "/there/is/none.pem"));
  EXPECT_TRUE(assign("jwt-audience", "coupons"));
  EXPECT_EQ(check_options(options_).front().where, "jwt-audience") << "nobody would check it";
  EXPECT_TRUE(assign("jwt-secret", "a secret"));
  EXPECT_TRUE(check_options(options_).empty());
  options_.app.credentials.jwt_public = RsaPublicKey{};
  EXPECT_EQ(check_options(options_).front().where, "jwt-public-key");
}

TEST_F(ServerOptionsTest, WantACertificateAndItsKeyTogether) {
  EXPECT_TRUE(check_options(options_).empty());
  EXPECT_TRUE(assign("tls-key", "key.pem"));
  ASSERT_EQ(check_options(options_).size(), 1U);
  EXPECT_EQ(check_options(options_).front().where, "tls-certificate");
  EXPECT_TRUE(assign("tls-certificate", "certificate.pem"));
  EXPECT_TRUE(check_options(options_).empty());
}

TEST_F(ServerOptionsTest, KeepTheirBounds) {
  EXPECT_FALSE(assign("header-limit", "255"));
  EXPECT_TRUE(assign("header-limit", "256"));
  EXPECT_FALSE(assign("body-limit", "65MiB"));
  EXPECT_FALSE(assign("request-timeout", "1ms"));
  EXPECT_TRUE(assign("drain-timeout", "0"));
}

}  // namespace
}  // namespace fairrush::server
