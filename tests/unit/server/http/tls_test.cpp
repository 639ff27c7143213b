// Sessions over encrypted connections.
#include "server/http/tls.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "server/http/session.hpp"
#include "tests/unit/server/api/world.hpp"
#include "tests/unit/server/temporary_directory.hpp"

namespace fairrush::server {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

/// Writes a new key and a certificate of its own, valid now.
TlsOptions write_identity(const TemporaryDirectory& directory, const char* name) {
  const Key key(EVP_RSA_gen(2048U), &EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* const subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), subject);
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  TlsOptions options{.certificate = directory.file("certificate.pem"),
                     .key = directory.file("key.pem")};
  std::FILE* file = std::fopen(options.certificate.c_str(), "w");
  PEM_write_X509(file, certificate.get());
  std::fclose(file);
  file = std::fopen(options.key.c_str(), "w");
  PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  return options;
}

/// What a client saw.
struct Seen {
  bool shaken = false;
  std::string subject;
  std::string answer;
};

class TlsSessionTest : public testing::Test {
 protected:
  /// One connection: a session, and a client that sends `request` and reads until the end.
  Seen talk(const TlsIdentity& identity, std::string request, int client_version_max = 0) {
    context_.tls = &identity;
    TcpAcceptor acceptor(io_, {asio::ip::address_v4::loopback(), 0});
    TcpSocket socket(io_);
    socket.connect(acceptor.local_endpoint());
    TcpSocket accepted = acceptor.accept();
    accepted.non_blocking(true);
    Seen seen;
    asio::ssl::context trust(asio::ssl::context::tls_client);
    if (client_version_max != 0) {
      SSL_CTX_set_max_proto_version(trust.native_handle(), client_version_max);
    }
    asio::co_spawn(io_, serve(std::move(accepted)), asio::detached);
    asio::co_spawn(io_, ask(std::move(socket), trust, std::move(request), seen), asio::detached);
    io_.restart();
    io_.run();
    return seen;
  }

  Task<void> serve(TcpSocket socket) {
    Session session(std::move(socket), context_);
    co_await session.run();
  }

  static Task<void> ask(TcpSocket socket, asio::ssl::context& trust, std::string request,
                        Seen& seen) {
    asio::ssl::stream<TcpSocket> stream(std::move(socket), trust);
    const auto [failed] = co_await stream.async_handshake(asio::ssl::stream_base::client, kAwait);
    if (failed) co_return;
    seen.shaken = true;
    const std::unique_ptr<X509, decltype(&X509_free)> shown(
        SSL_get1_peer_certificate(stream.native_handle()), &X509_free);
    char name[256];
    X509_NAME_oneline(X509_get_subject_name(shown.get()), name, sizeof name);
    seen.subject = name;
    co_await asio::async_write(stream, asio::buffer(request), kAwait);
    std::string part(4096, '\0');
    while (true) {
      const auto [error, count] = co_await stream.async_read_some(asio::buffer(part), kAwait);
      seen.answer += part.substr(0, count);
      if (error) break;
    }
  }

  static constexpr const char* kLast =
      "GET /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

  TemporaryDirectory directory_;
  World world_;
  ManualClock clock_;
  SessionContext context_{world_.app(), clock_, RequestLimits{}, {}};
  asio::io_context io_{1};
};

TEST_F(TlsSessionTest, AnswersAndSaysGoodbye) {
  const auto identity = TlsIdentity::load(write_identity(directory_, "one"));
  ASSERT_TRUE(identity) << identity.error();
  const Seen seen = talk(*identity, std::string("GET /time HTTP/1.1\r\nHost: h\r\n\r\n") + kLast);
  EXPECT_TRUE(seen.shaken);
  EXPECT_TRUE(seen.answer.starts_with("HTTP/1.1 200 OK")) << seen.answer;
  EXPECT_NE(seen.answer.find("now_us"), std::string::npos);
  EXPECT_NE(seen.answer.find("alive"), std::string::npos) << "the second of two in one write";
}

TEST_F(TlsSessionTest, CarriesBodiesThatAreLongerThanARecord) {
  const auto identity = TlsIdentity::load(write_identity(directory_, "one"));
  const std::string body(60'000, 'x');
  const Seen seen = talk(
      *identity, "POST /time HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n" + body + kLast);
  EXPECT_TRUE(seen.answer.starts_with("HTTP/1.1 405")) << seen.answer;
  EXPECT_NE(seen.answer.find("alive"), std::string::npos) << seen.answer;
}

TEST_F(TlsSessionTest, EndsWithAPeerThatSpeaksPlainly) {
  const auto identity = TlsIdentity::load(write_identity(directory_, "one"));
  context_.tls = &*identity;
  TcpAcceptor acceptor(io_, {asio::ip::address_v4::loopback(), 0});
  TcpSocket client(io_);
  client.connect(acceptor.local_endpoint());
  TcpSocket accepted = acceptor.accept();
  accepted.non_blocking(true);
  asio::co_spawn(io_, serve(std::move(accepted)), asio::detached);
  asio::write(client, asio::buffer(std::string_view(kLast)));
  io_.run();
  EXPECT_NE(world_.get("/metrics")->body().find("fairrush_tls_handshake_failures_total 1\n"),
            std::string::npos);
}

TEST_F(TlsSessionTest, RefusesVersionsThatAreTooOld) {
  TlsOptions options = write_identity(directory_, "one");
  options.version_min = TlsVersion::v1_3;
  EXPECT_FALSE(talk(*TlsIdentity::load(options), kLast, TLS1_2_VERSION).shaken);
  EXPECT_TRUE(talk(*TlsIdentity::load(options), kLast).shaken);
  options.version_min = TlsVersion::v1_2;
  EXPECT_TRUE(talk(*TlsIdentity::load(options), kLast, TLS1_2_VERSION).shaken);
}

TEST_F(TlsSessionTest, ShowsARenewedCertificateToConnectionsToCome) {
  auto identity = TlsIdentity::load(write_identity(directory_, "before"));
  EXPECT_NE(talk(*identity, kLast).subject.find("before"), std::string::npos);
  write_identity(directory_, "after");
  EXPECT_NE(talk(*identity, kLast).subject.find("before"), std::string::npos) << "not read yet";
  ASSERT_TRUE(identity->reload());
  EXPECT_NE(talk(*identity, kLast).subject.find("after"), std::string::npos);
}

TEST_F(TlsSessionTest, KeepsTheOldCertificateWhereTheNewOneIsOfNoUse) {
  const TlsOptions options = write_identity(directory_, "before");
  auto identity = TlsIdentity::load(options);
  std::filesystem::resize_file(options.key, 10);
  const auto reloaded = identity->reload();
  ASSERT_FALSE(reloaded);
  EXPECT_NE(reloaded.error().find(options.key), std::string::npos) << reloaded.error();
  EXPECT_TRUE(talk(*identity, kLast).shaken);
}

TEST(TlsIdentityTest, SaysWhichFileIsAtFault) {
  const TemporaryDirectory directory;
  TlsOptions options = write_identity(directory, "one");
  options.certificate = directory.file("none.pem");
  EXPECT_NE(TlsIdentity::load(options).error().find("certificate '" + options.certificate),
            std::string::npos);
  const TemporaryDirectory other_directory;
  options.certificate = write_identity(other_directory, "other").certificate;
  EXPECT_NE(TlsIdentity::load(options).error().find("key '" + options.key), std::string::npos)
      << "of another certificate";
}

}  // namespace
}  // namespace fairrush::server
