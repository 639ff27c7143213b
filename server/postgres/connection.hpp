#pragma once

#include <memory>
#include <mutex>
#include <pqxx/pqxx>
#include <span>
#include <string>
#include <utility>

#include "server/postgres/address.hpp"
#include "server/postgres/error.hpp"

namespace fairrush::server {

/// A statement that a session knows by name.
struct PostgresStatement {
  const char* name;
  const char* sql;
};

/// Lets another thread end whatever a session waits for.
class PostgresInterrupt {
 public:
  PostgresInterrupt() = default;
  PostgresInterrupt(const PostgresInterrupt&) = delete;
  PostgresInterrupt& operator=(const PostgresInterrupt&) = delete;

  /// Any thread: the session's call under way, and every later one, ends as if the connection had
  /// been lost. Final. Opening a session may still take its two seconds.
  void fire();
  bool fired() const;

 private:
  friend class PostgresConnection;
  /// False when it has fired already.
  bool watch(int socket);
  void unwatch();

  mutable std::mutex mutex_;
  int socket_ = -1;
  bool fired_ = false;
};

/// One session with a database: open until it is lost, never opened again behind the caller's back.
/// Its calls block. One thread.
class PostgresConnection {
 public:
  /// Connects within two seconds an address. `application_name` is what the database shows of it
  /// (at most 63 characters); `interrupt` outlives the connection.
  static PostgresResult<PostgresConnection> open(const PostgresAddress& address,
                                                 const std::string& application_name,
                                                 PostgresInterrupt& interrupt);
  PostgresConnection(PostgresConnection&&) = default;
  PostgresConnection& operator=(PostgresConnection&&) = delete;
  ~PostgresConnection();

  /// Makes statements known, which are prepared when they are first used.
  PostgresResult<void> prepare(std::span<const PostgresStatement> statements);

  /// Does `work` in one transaction and commits; `work` gets the transaction and may throw what
  /// libpqxx throws. An error of kind `away` leaves open whether it took effect.
  template <class Work>
  auto transact(const Work& work) {
    return attempt([this, &work] {
      pqxx::work transaction(*session_);
      if constexpr (std::is_void_v<decltype(work(transaction))>) {
        work(transaction);
        transaction.commit();
      } else {
        auto result = work(transaction);
        transaction.commit();
        return result;
      }
    });
  }

  /// Does `work` in a transaction and takes it back.
  template <class Work>
  PostgresResult<void> rehearse(const Work& work) {
    return attempt([this, &work] {
      pqxx::work transaction(*session_);
      work(transaction);
      transaction.abort();
    });
  }

  /// Does `work` without a transaction of its own: every statement by itself.
  template <class Work>
  auto perform(const Work& work) {
    return attempt([this, &work] {
      pqxx::nontransaction statements(*session_);
      return work(statements);
    });
  }

 private:
  PostgresConnection(std::unique_ptr<pqxx::connection> session, PostgresInterrupt& interrupt)
      : session_(std::move(session)), interrupt_(&interrupt) {}

  std::unique_ptr<pqxx::connection> session_;
  PostgresInterrupt* interrupt_;
};

}  // namespace fairrush::server
