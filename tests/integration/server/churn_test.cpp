// Clients that connect and leave, again and again.
#include <gtest/gtest.h>

#include <csignal>
#include <sstream>

#include "tests/integration/server/http_client.hpp"
#include "tests/integration/server/server_child.hpp"

namespace fairrush::server_test {
namespace {

constexpr unsigned kConnections = 20'000;

/// A gauge as the server has it.
double gauge(std::uint16_t port, const std::string& name) {
  HttpClient client(port);
  std::istringstream lines(client.get("/metrics")->body);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name + " ")) return std::stod(line.substr(name.size()));
  }
  ADD_FAILURE() << name << " is not exported";
  return 0;
}

/// Connects and leaves in one of the ways in which clients do.
void come_and_go(std::uint16_t port, unsigned number) {
  HttpClient client(port);
  EXPECT_TRUE(client.connected()) << number;
  switch (number % 4) {
    case 0:
      break;  // without a word
    case 1:
      client.send_raw("GET /livez HT");  // in the middle of a request
      break;
    case 2:
      client.send_raw("GET /livez HTTP/1.1\r\nHost: t\r\n\r\n");  // before the answer
      break;
    default:
      EXPECT_TRUE(client.get("/livez"));
  }
}

/// AddressSanitizer keeps what was freed, and looks for leaks at the end of the process instead.
#if __has_feature(address_sanitizer)
constexpr bool kShowsFreedMemory = true;
#else
constexpr bool kShowsFreedMemory = false;
#endif

TEST(ServerUnderChurn, KeepsNothingOfTwentyThousandConnections) {
  ServerChild server({.options = {"--log-level=error"}});
  // What is kept for good is kept after the first few.
  for (unsigned number = 0; number < kConnections / 10; ++number) {
    come_and_go(server.port(), number);
  }
  while (gauge(server.port(), "fairrush_connections") > 1) {
  }
  const double descriptors = gauge(server.port(), "process_open_fds");
  const double memory = gauge(server.port(), "process_resident_memory_bytes");
  for (unsigned number = 0; number < kConnections; ++number) come_and_go(server.port(), number);
  while (gauge(server.port(), "fairrush_connections") > 1) {
  }
  EXPECT_EQ(gauge(server.port(), "process_open_fds"), descriptors);
  // A connection that is kept costs over 4 KiB: 80 MB of them would show.
  static constexpr double kMoreAtMost = 8 * 1024 * 1024;
  if (!kShowsFreedMemory) {
    EXPECT_LT(gauge(server.port(), "process_resident_memory_bytes"), memory + kMoreAtMost);
  }
  server.send(SIGTERM);
  const ServerExit exit = server.wait();
  EXPECT_EQ(exit.status, 0) << exit.log;
}

}  // namespace
}  // namespace fairrush::server_test
