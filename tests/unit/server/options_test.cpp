#include "server/options.hpp"

#include <gtest/gtest.h>

#include "server/stores/stored_designs.hpp"

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
  EXPECT_EQ(options_.ledger.path, "/var/lib/ledger.db");
  EXPECT_TRUE(assign("ledger", "sqlite::memory:"));
  EXPECT_EQ(options_.ledger.path, ":memory:");
  EXPECT_TRUE(assign("ledger", "postgresql://me:secret@db:5433/rush"));
  ASSERT_TRUE(options_.ledger.postgres);
  EXPECT_EQ(options_.ledger.text(), "postgresql://me@db:5433/rush");
  for (const auto& [name, value] : table_.echo())
    EXPECT_EQ(value.find("secret"), value.npos) << name;
  for (const char* text : {"", "sqlite", "sqlite:", "postgres:x", "postgresql://u@h"}) {
    EXPECT_FALSE(assign("ledger", text)) << text;
  }
}

TEST_F(ServerOptionsTest, ReadABusAndShowItWithoutItsPassword) {
  EXPECT_EQ(options_.bus.address, BusAddress(InProcessAddress{}));
  EXPECT_TRUE(assign("bus", "redis://:secret@host:7000"));
  EXPECT_TRUE(std::holds_alternative<RedisBusAddress>(options_.bus.address));
  EXPECT_FALSE(assign("bus", "nats://host"));
  for (const auto& [name, value] : table_.echo()) {
    EXPECT_EQ(value.find("secret"), std::string::npos) << name;
  }
}

TEST_F(ServerOptionsTest, ReadWhoHearsOfCoupons) {
  EXPECT_TRUE(options_.bus.audit);
  EXPECT_FALSE(options_.bus.notification);
  EXPECT_TRUE(assign("consumers", "notification"));
  EXPECT_FALSE(options_.bus.audit);
  EXPECT_TRUE(options_.bus.notification);
  EXPECT_TRUE(assign("consumers", "audit,notification"));
  EXPECT_TRUE(options_.bus.audit && options_.bus.notification);
  for (const char* text : {"", ",", "audit,", "audit,audit", "none,audit", "letters"}) {
    EXPECT_FALSE(assign("consumers", text)) << text;
  }
  EXPECT_TRUE(options_.bus.audit && options_.bus.notification) << "nothing of them was taken";
  EXPECT_TRUE(assign("consumers", "none"));
  EXPECT_FALSE(options_.bus.audit || options_.bus.notification);
}

TEST_F(ServerOptionsTest, ReadWhereNoticesGo) {
  EXPECT_TRUE(assign("notify", "file:/var/log/notices"));
  EXPECT_EQ(options_.bus.notices_path, "/var/log/notices");
  EXPECT_TRUE(assign("notify", "log"));
  EXPECT_EQ(options_.bus.notices_path, std::nullopt);
  for (const char* text : {"", "file:", "mail"}) EXPECT_FALSE(assign("notify", text)) << text;
}

TEST_F(ServerOptionsTest, ReadAStore) {
  EXPECT_FALSE(options_.store.redis);
  EXPECT_TRUE(assign("store", "redis://:s3cret@cache.example:6380/2"));
  ASSERT_TRUE(options_.store.redis);
  EXPECT_EQ(options_.store.redis->port, 6380);
  for (const auto& [name, value] : table_.echo()) {
    EXPECT_EQ(value.find("s3cret"), std::string::npos) << name;
  }
  for (const char* text : {"", "somewhere", "redis", "redis://", "memory:"}) {
    EXPECT_FALSE(assign("store", text)) << text;
  }
  EXPECT_TRUE(assign("store", "memory"));
  EXPECT_FALSE(options_.store.redis);
  EXPECT_TRUE(assign("store", "postgresql://u:p@h/d"));
  ASSERT_TRUE(options_.store.postgres);
  EXPECT_EQ(options_.store.postgres->shown, "postgresql://u@h/d");
}

TEST_F(ServerOptionsTest, KnowTheirChoices) {
  EXPECT_TRUE(assign("design", "distributed-lock")) << "it runs on a store, if not on every one";
  EXPECT_TRUE(assign("design", "ticket-list"));
  EXPECT_FALSE(assign("design", "lottery"));
  EXPECT_TRUE(assign("ack", "decided"));
  EXPECT_EQ(options_.app.acknowledge, Acknowledge::decided);
  EXPECT_FALSE(assign("ack", "never"));
}

TEST_F(ServerOptionsTest, WantADesignThatRunsOnTheStore) {
  for (const char* store : {"memory", "redis://h", "postgresql://u@h/d"}) {
    EXPECT_TRUE(assign("store", store));
    const auto runs = [&](std::string_view design) {
      options_.design = design;
      return check_options(options_).empty();
    };
    EXPECT_TRUE(runs(default_design(options_.store.kind()))) << store;
    EXPECT_EQ(runs("sealed-draw"), !options_.store.postgres) << store;
    EXPECT_EQ(runs("row-lock"), options_.store.postgres.has_value()) << store;
    EXPECT_EQ(runs("distributed-lock"), options_.store.redis.has_value()) << store;
  }
  options_.design = "sealed-draw";
  EXPECT_EQ(check_options(options_).front().where, "design");
  EXPECT_EQ(check_options(options_).front().what,
            "'sealed-draw' does not run on store postgresql://u@h/d: expected one of "
            "generate-outbox, row-lock");
  options_.design.reset();
  EXPECT_TRUE(check_options(options_).empty()) << "the store has one of its own";
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
