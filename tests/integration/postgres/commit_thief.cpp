#include "tests/integration/postgres/commit_thief.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string_view>

namespace fairrush::server {
namespace {

constexpr int kPollMs = 20;

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

using Buffer = std::array<char, 65536>;

/// What came, empty at the end of the stream.
std::string_view receive(int socket, Buffer& buffer) {
  const ssize_t count = recv(socket, buffer.data(), buffer.size(), 0);
  return {buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
}

void send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace

CommitThief::CommitThief(int postgres_port) : postgres_port_(postgres_port) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(listen(listener_, 4), 0);
  socklen_t length = sizeof address;
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

CommitThief::~CommitThief() {
  stop_ = true;
  thread_.join();
  close(listener_);
}

void CommitThief::run() {
  while (!stop_) {
    pollfd ready{listener_, POLLIN, 0};
    if (poll(&ready, 1, kPollMs) <= 0) continue;
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(postgres_port_);
    if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      pass_on(client, server);
    }
    close(client);
    close(server);
  }
}

void CommitThief::pass_on(int client, int server) {
  Buffer buffer;
  while (!stop_) {
    std::array<pollfd, 2> ready{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
    if (poll(ready.data(), ready.size(), kPollMs) <= 0) continue;
    if (ready[0].revents != 0) {
      const std::string_view asked = receive(client, buffer);
      if (asked.empty()) return;
      const bool steals = armed_ && asked.find("COMMIT") != std::string_view::npos;
      send_all(server, asked);
      if (steals) {
        armed_ = false;
        stolen_ = !receive(server, buffer).empty();  // it has taken effect now
        return;
      }
    }
    if (ready[1].revents != 0) {
      const std::string_view answer = receive(server, buffer);
      if (answer.empty()) return;
      send_all(client, answer);
    }
  }
}

}  // namespace fairrush::server
