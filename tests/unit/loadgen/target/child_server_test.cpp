#include "loadgen/target/child_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cerrno>
#include <fstream>
#include <iterator>

#include "tests/unit/loadgen/wire/rehearsal.hpp"

namespace fairrush::loadgen {
namespace {

using testing::HasSubstr;

/// A shell script in the place of a server; it writes its process id to "pid" in `directory`.
ChildServerSpec script_in(const std::filesystem::path& directory, const std::string& script) {
  const std::filesystem::path binary = directory / "server.sh";
  std::ofstream(binary) << "#!/bin/sh\necho $$ > '" << (directory / "pid").string() << "'\n"
                        << script << "\n";
  std::filesystem::permissions(binary, std::filesystem::perms::owner_all);
  return {.binary = binary,
          .directory = directory,
          .target = {},
          .admin_token = "secret",
          .jwt_secret = std::nullopt};
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool is_gone(const std::filesystem::path& directory) {
  const auto process = static_cast<pid_t>(std::stol(text_of(directory / "pid")));
  return kill(process, 0) != 0 && errno == ESRCH;
}

TEST(ChildServer, IsReachedWhereItSaysThatItListens) {
  const TemporaryDirectory directory;
  auto server =
      ChildServer::start(script_in(directory.path(),
                                   "echo \"$@ $FAIRRUSH_STORE $FAIRRUSH_LEDGER\" >&2; echo "
                                   "listening on http://127.0.0.1:4711; exec sleep 600"));
  ASSERT_TRUE(server) << server.error();
  EXPECT_EQ((*server)->address().authority(), "127.0.0.1:4711");
  EXPECT_GT((*server)->use().memory_peak_bytes, 0U);
  const std::string arguments = text_of(directory.path() / "server.log");
  EXPECT_THAT(arguments,
              HasSubstr("--listen=127.0.0.1:0 --design=sealed-draw --ack=durable memory"));
  EXPECT_THAT(arguments, HasSubstr("sqlite:" + directory.path().string()));
  server->reset();
  EXPECT_TRUE(is_gone(directory.path()));
}

TEST(ChildServer, GetsItsSecretsWhereNobodyElseSeesThem) {
  const TemporaryDirectory directory;
  ChildServerSpec spec = script_in(
      directory.path(),
      "echo \"args $@\" >&2; echo \"token $FAIRRUSH_ADMIN_TOKEN jwt $FAIRRUSH_JWT_SECRET\" "
      ">&2; echo listening on http://127.0.0.1:4711; exec sleep 600");
  spec.admin_token = "open-sesame";
  spec.jwt_secret = "signed";
  const auto server = ChildServer::start(spec);
  ASSERT_TRUE(server) << server.error();
  const std::string log = text_of(directory.path() / "server.log");
  EXPECT_THAT(log, HasSubstr("token open-sesame jwt signed"));
  EXPECT_EQ(log.find("open-sesame"), log.rfind("open-sesame")) << "on the command line too";
}

TEST(ChildServer, EndsEvenWhenItDoesNotWantTo) {
  const TemporaryDirectory directory;
  ChildServerSpec spec =
      script_in(directory.path(),
                "trap '' TERM; echo listening on http://127.0.0.1:4711; while :; do sleep 1; done");
  spec.stop_timeout = std::chrono::milliseconds(20);
  auto server = ChildServer::start(spec);
  ASSERT_TRUE(server) << server.error();
  server->reset();
  EXPECT_TRUE(is_gone(directory.path()));
}

TEST(ChildServer, SaysWhyItDidNotStart) {
  const TemporaryDirectory directory;
  const auto server = ChildServer::start(
      script_in(directory.path(), "echo 'ledger: no such directory' >&2; exit 2"));
  ASSERT_FALSE(server);
  EXPECT_THAT(server.error(), HasSubstr("ended before it listened"));
  EXPECT_THAT(server.error(), HasSubstr("ledger: no such directory"));
  EXPECT_TRUE(is_gone(directory.path()));
}

TEST(ChildServer, DoesNotStayBehindWhenItSaysSomethingElse) {
  const TemporaryDirectory directory;
  const auto server = ChildServer::start(script_in(directory.path(), "echo hello; exec sleep 600"));
  ASSERT_FALSE(server);
  EXPECT_THAT(server.error(), HasSubstr("said 'hello' instead of 'listening on http://HOST:PORT'"));
  EXPECT_TRUE(is_gone(directory.path()));
}

TEST(ChildServer, NamesABinaryThatIsNotThere) {
  const TemporaryDirectory directory;
  ChildServerSpec spec = script_in(directory.path(), "");
  spec.binary = directory.path() / "missing";
  const auto server = ChildServer::start(spec);
  ASSERT_FALSE(server);
  EXPECT_THAT(server.error(), HasSubstr("missing"));
}

TEST(ChildServer, NamesADirectoryItCannotWriteTo) {
  const TemporaryDirectory directory;
  ChildServerSpec spec = script_in(directory.path(), "exit 0");
  spec.directory = directory.path() / "missing";
  const auto server = ChildServer::start(spec);
  ASSERT_FALSE(server);
  EXPECT_THAT(server.error(), HasSubstr("missing/server.log"));
}

/// A server that does `script` once it has said that it listens, when it has ended.
std::string ending_after(const std::string& script) {
  const TemporaryDirectory directory;
  auto server = ChildServer::start(
      script_in(directory.path(), "echo listening on http://127.0.0.1:4711; " + script));
  EXPECT_TRUE(server) << server.error();
  std::optional<std::string> ending;
  while (!ending) ending = (*server)->ending();
  (*server)->stop();  // has nothing left to do
  return *ending;
}

TEST(ChildServer, SaysHowItEndedByItself) {
  EXPECT_EQ(ending_after("exit 70"), "the built-in server ended with exit code 70");
  EXPECT_EQ(ending_after("kill -SEGV $$"), "the built-in server was killed by SIGSEGV");
  EXPECT_EQ(ending_after("kill -KILL $$"),
            "the built-in server was killed by SIGKILL, perhaps by the kernel for want of memory");
}

TEST(ChildServer, IsKilledAtOnceWhenNobodyWaitsForItsEnd) {
  const TemporaryDirectory directory;
  ChildServerSpec spec =
      script_in(directory.path(),
                "trap '' TERM; echo listening on http://127.0.0.1:4711; while :; do sleep 1; done");
  spec.stop_timeout = std::chrono::hours(1);
  bool is_patient = true;
  std::string awaited_last;
  spec.waiting = [&](const Awaited& awaited) {
    awaited_last = awaited.what;
    return is_patient;
  };
  auto server = ChildServer::start(spec);
  ASSERT_TRUE(server) << server.error();
  EXPECT_EQ((*server)->ending(), std::nullopt);
  is_patient = false;
  server->reset();
  EXPECT_TRUE(is_gone(directory.path()));
  EXPECT_EQ(awaited_last, "the built-in server to end");
}

TEST(ChildServer, IsNotWaitedForWhenWaitingIsToEnd) {
  const TemporaryDirectory directory;
  ChildServerSpec spec = script_in(directory.path(), "exec sleep 600");
  int asked = 0;
  spec.waiting = [&asked](const Awaited&) { return ++asked < 3; };
  const auto server = ChildServer::start(spec);
  ASSERT_FALSE(server);
  EXPECT_THAT(server.error(), HasSubstr("was not waited for any longer"));
}

}  // namespace
}  // namespace fairrush::loadgen
