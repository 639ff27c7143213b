#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "tests/integration/server/http_client.hpp"
#include "tests/integration/server/server_child.hpp"

namespace fairrush::server_test {
namespace {

using testing::HasSubstr;

std::string last_line(const std::string& text) {
  const std::string trimmed = text.substr(0, text.find_last_not_of('\n') + 1);
  return trimmed.substr(trimmed.rfind('\n') + 1);
}

TEST(ServerStart, SaysInOneLineThatItsPortIsTaken) {
  const ServerChild first({});
  ASSERT_NE(first.port(), 0);
  ServerChild second({.listen = fmt::format("127.0.0.1:{}", first.port())});
  EXPECT_EQ(second.port(), 0);
  const ServerExit exit = second.wait();
  EXPECT_EQ(exit.status, 2);
  EXPECT_THAT(last_line(exit.log), HasSubstr(fmt::format("127.0.0.1:{}", first.port())));
  EXPECT_THAT(last_line(exit.log), HasSubstr("in use"));
}

TEST(ServerStart, RefusesALedgerThatAnotherServerHolds) {
  const TestDirectory directory;
  const ServerChild first({.ledger = directory.file("l.db")});
  ASSERT_NE(first.port(), 0);
  ServerChild second({.ledger = directory.file("l.db")});
  const ServerExit exit = second.wait();
  EXPECT_EQ(exit.status, 2);
  EXPECT_THAT(last_line(exit.log), HasSubstr("in use by another server"));
}

TEST(ServerStart, RefusesAFileThatIsNoLedger) {
  const TestDirectory directory;
  std::ofstream(directory.file("l.db")) << "a text that is no database at all, only words";
  ServerChild server({.ledger = directory.file("l.db")});
  const ServerExit exit = server.wait();
  EXPECT_EQ(exit.status, 2);
  EXPECT_THAT(last_line(exit.log), HasSubstr(directory.file("l.db")));
}

TEST(ServerStart, ListsAllProblemsOfItsCommandLine) {
  ServerChild server({.options = {"--ack=never", "--design=lottery", "--no-such-option=1"}});
  const ServerExit exit = server.wait();
  EXPECT_EQ(exit.status, 2);
  EXPECT_THAT(exit.log, HasSubstr("--ack: 'never' is not accepted: expected one of durable"));
  EXPECT_THAT(exit.log, HasSubstr("--design: 'lottery'"));
  EXPECT_THAT(exit.log, HasSubstr("--no-such-option"));
}

TEST(ServerStart, NeverLogsASecret) {
  ServerChild server({.options = {"--jwt-secret=the-jwt-secret", "--log-level=debug"}});
  ASSERT_NE(server.port(), 0);
  HttpClient client(server.port());
  EXPECT_EQ(client.post("/api/v1/events", as_admin(), event_body({}))->status, 201U);
  server.send(15);
  const std::string log = server.wait().log;
  EXPECT_THAT(log, HasSubstr("\"message\":\"listening\""));
  EXPECT_THAT(log, testing::Not(HasSubstr("the-jwt-secret")));
  EXPECT_THAT(log, testing::Not(HasSubstr(kAdminToken)));
}

}  // namespace
}  // namespace fairrush::server_test
