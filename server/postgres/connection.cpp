#include "server/postgres/connection.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

namespace fairrush::server {
namespace {

// A machine that is gone is noticed within a quarter of a minute; one that stands still is not: its
// kernel goes on acknowledging. What a URL says comes first, so these win.
constexpr const char* kSessionParameters =
    "connect_timeout=2 keepalives=1 keepalives_idle=5 keepalives_interval=3 keepalives_count=3 "
    "tcp_user_timeout=15000 client_encoding=UTF8";

// Plans are kept, also those of foreign keys' checks, which would else be made for every row. One
// made while a table was empty would read all of it for ever after: so none goes without an index;
// and none is worth compiling.
constexpr const char* kSessionSettings =
    "SET enable_seqscan=off; SET jit=off; SET timezone='UTC'; SET client_min_messages=error; "
    "SET standard_conforming_strings=on; SET bytea_output='hex'; SET synchronous_commit=on";

void allow_no_reconnection(pqxx::connection& session) {
  // A session that came back silently would lack its locks, and a transaction half of itself.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
  session.inhibit_reactivation(true);
#pragma clang diagnostic pop
}

}  // namespace

void PostgresInterrupt::fire() {
  const std::lock_guard lock(mutex_);
  fired_ = true;
  if (socket_ >= 0) shutdown(socket_, SHUT_RDWR);
}

bool PostgresInterrupt::fired() const {
  const std::lock_guard lock(mutex_);
  return fired_;
}

bool PostgresInterrupt::watch(int socket) {
  const std::lock_guard lock(mutex_);
  if (!fired_) socket_ = socket;
  return !fired_;
}

void PostgresInterrupt::unwatch() {
  const std::lock_guard lock(mutex_);
  socket_ = -1;
}

PostgresResult<PostgresConnection> PostgresConnection::open(const PostgresAddress& address,
                                                            const std::string& application_name,
                                                            PostgresInterrupt& interrupt) {
  auto session = attempt([&] {
    return std::make_unique<pqxx::connection>(fmt::format("{} {} application_name={}",
                                                          address.conninfo, kSessionParameters,
                                                          quoted_conninfo(application_name)));
  });
  if (!session) return std::unexpected(session.error());
  allow_no_reconnection(**session);
  if (!interrupt.watch((*session)->sock())) {
    return std::unexpected(PostgresError{PostgresError::Kind::away, "the server is stopping"});
  }
  PostgresConnection connection(std::move(*session), interrupt);
  auto set = connection.perform([](auto& statements) { statements.exec0(kSessionSettings); });
  if (!set) return std::unexpected(set.error());
  return connection;
}

PostgresConnection::~PostgresConnection() {
  if (session_ != nullptr) interrupt_->unwatch();  // before the descriptor becomes another's
}

PostgresResult<void> PostgresConnection::prepare(std::span<const PostgresStatement> statements) {
  return attempt([this, statements] {
    for (const PostgresStatement& statement : statements) {
      session_->prepare(statement.name, statement.sql);
    }
  });
}

}  // namespace fairrush::server
