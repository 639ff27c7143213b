#include "tests/integration/balancer/haproxy.hpp"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <stdexcept>

#include "tests/integration/server/http_client.hpp"

namespace fairrush::integration {
namespace {

constexpr const char* kProgram = "/usr/sbin/haproxy";

}  // namespace

bool Haproxy::is_installed() {
  return std::filesystem::exists(kProgram);
}

Haproxy::Haproxy(std::span<const std::uint16_t> servers) {
  std::vector<std::string> words{"/usr/bin/env",
                                 fmt::format("FAIRRUSH_BALANCER=127.0.0.1:{}", port_)};
  for (const std::uint16_t port : servers) {
    words.push_back(fmt::format("FAIRRUSH_SERVER_{}=127.0.0.1:{}", words.size() - 1, port));
  }
  words.insert(words.end(),
               {kProgram, "-db", "-f", FAIRRUSH_SOURCE_DIR "/deploy/haproxy/haproxy.cfg"});
  process_ = std::make_unique<ChildProcess>(std::move(words), "");
  // It says nothing when it is ready; one that cannot start ends.
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!server_test::HttpClient(port()).connected()) {
    if (std::chrono::steady_clock::now() < give_up) continue;
    process_->signal(SIGKILL);
    process_->wait();
    throw std::runtime_error("HAProxy: " + process_->said());
  }
}

}  // namespace fairrush::integration
