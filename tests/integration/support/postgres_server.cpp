#include "tests/integration/support/postgres_server.hpp"

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <fstream>
#include <optional>
#include <utility>

namespace fairrush::integration {
namespace {

namespace fs = std::filesystem;

/// The directory of initdb and postgres, which Debian keeps out of the path.
std::optional<fs::path> programs() {
  std::error_code none;
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", none)) {
    if (fs::exists(version.path() / "bin/initdb")) return version.path() / "bin";
  }
  return std::nullopt;
}

}  // namespace

bool PostgresServer::is_installed() {
  return programs().has_value();
}

PostgresServer::PostgresServer(std::vector<std::string> settings) : settings_(std::move(settings)) {
  ChildProcess initdb({*programs() / "initdb", "-D", directory_.path() / "data", "-U", "postgres",
                       "-A", "trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"},
                      "postgres");
  EXPECT_EQ(initdb.wait(), 0) << initdb.said();
  // Somebody else may take a free port before the server does.
  for (int attempt = 0; attempt < 5 && process_ == nullptr; ++attempt) {
    port_ = free_port();
    start();
  }
  EXPECT_NE(process_, nullptr) << "PostgreSQL does not start";
}

PostgresServer::~PostgresServer() {
  if (process_ != nullptr) thaw();
}

std::string PostgresServer::url(const std::string& database) const {
  return "postgresql://postgres@127.0.0.1:" + std::to_string(port_) + "/" + database;
}

std::string PostgresServer::make_database() {
  const std::string name = "test_" + std::to_string(++databases_);
  execute("CREATE DATABASE " + name);
  return name;
}

std::string PostgresServer::execute(const std::string& sql, const std::string& database) const {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(url(database).c_str()),
                                                                &PQfinish);
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), sql.c_str()),
                                                             &PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  EXPECT_TRUE(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
      << sql << ": " << PQerrorMessage(connection.get());
  return PQntuples(result.get()) == 0 ? std::string() : PQgetvalue(result.get(), 0, 0);
}

bool PostgresServer::start() {
  std::vector<std::string> words{
      *programs() / "postgres",    "-D", directory_.path() / "data", "-p",
      std::to_string(port_),       "-k", directory_.path(),          "-c",
      "listen_addresses=127.0.0.1"};
  for (const std::string& setting : settings_) words.insert(words.end(), {"-c", setting});
  auto process = std::make_unique<ChildProcess>(std::move(words), "postgres");
  if (!process->wait_for("ready to accept connections")) return false;
  process_ = std::move(process);
  return true;
}

/// The postmaster, whose number its lock file has, and its children.
std::vector<pid_t> PostgresServer::processes() const {
  std::vector<pid_t> numbers;
  pid_t postmaster = 0;
  std::ifstream(directory_.path() / "data/postmaster.pid") >> postmaster;
  numbers.push_back(postmaster);
  const std::string task = std::to_string(postmaster);
  std::ifstream children("/proc/" + task + "/task/" + task + "/children");
  for (pid_t child = 0; children >> child;) numbers.push_back(child);
  return numbers;
}

void PostgresServer::signal_all(int number) const {
  for (const pid_t process : processes()) ::kill(process, number);
}

void PostgresServer::kill() {
  signal_all(SIGKILL);
  EXPECT_EQ(process_->wait(), -1);
  process_.reset();
}

void PostgresServer::restart() {
  for (int attempt = 0; attempt < 20 && process_ == nullptr; ++attempt) start();
  EXPECT_NE(process_, nullptr) << "PostgreSQL does not start again";
}

void PostgresServer::freeze() {
  signal_all(SIGSTOP);
}

void PostgresServer::thaw() {
  signal_all(SIGCONT);
}

}  // namespace fairrush::integration
