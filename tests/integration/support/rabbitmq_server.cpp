#include "tests/integration/support/rabbitmq_server.hpp"

#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include <fstream>
#include <utility>

namespace fairrush::integration {
namespace {

constexpr const char* kProgram = "/usr/lib/rabbitmq/bin/rabbitmq-server";
constexpr const char* kMapper = "/usr/bin/epmd";
constexpr const char* kUser = "rabbitmq";

}  // namespace

bool RabbitmqServer::is_installed() {
  const bool may_run = geteuid() != 0 || getpwnam(kUser) != nullptr;
  return may_run && std::filesystem::exists(kProgram) && std::filesystem::exists(kMapper);
}

RabbitmqServer::RabbitmqServer() : directory_(kUser) {
  // Somebody else may take a free port before the server does.
  for (int attempt = 0; attempt < 3 && process_ == nullptr; ++attempt) {
    port_ = free_port();
    mapper_port_ = free_port();
    // In the foreground: one that RabbitMQ starts would outlive it.
    mapper_ = std::make_unique<ChildProcess>(
        std::vector<std::string>{kMapper, "-address", "127.0.0.1", "-port",
                                 std::to_string(mapper_port_)},
        kUser);
    start();
  }
  EXPECT_NE(process_, nullptr) << "RabbitMQ does not start";
}

RabbitmqServer::~RabbitmqServer() {
  if (process_ != nullptr) kill();
}

bool RabbitmqServer::start() {
  const std::string directory = directory_.path();
  std::ofstream(directory + "/rabbitmq.conf")
      << "listeners.tcp.1 = 127.0.0.1:" << port_
      << "\nlog.console = false\nlog.file.level = warning\ndisk_free_limit.absolute = 1MB\n"
         "vm_memory_high_watermark.absolute = 256MB\n";
  std::ofstream(directory + "/enabled_plugins") << "[].";
  auto process = std::make_unique<ChildProcess>(
      std::vector<std::string>{
          "/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8",
          "HOME=" + directory, "RABBITMQ_CONF_ENV_FILE=" + directory + "/none",
          // Becomes the server instead of starting it, so that its process is ours.
          "RABBITMQ_ALLOW_INPUT=1",
          "RABBITMQ_NODENAME=fairrush-" + std::to_string(port_) + "@localhost",
          "RABBITMQ_CONFIG_FILE=" + directory + "/rabbitmq",
          "RABBITMQ_ENABLED_PLUGINS_FILE=" + directory + "/enabled_plugins",
          "RABBITMQ_MNESIA_BASE=" + directory + "/mnesia", "RABBITMQ_LOG_BASE=" + directory,
          "RABBITMQ_DIST_PORT=" + std::to_string(free_port()),
          "ERL_EPMD_PORT=" + std::to_string(mapper_port_),
          "RABBITMQ_SERVER_ERL_ARGS=+S 1:1 +sbwt none +A 2 -start_epmd false "
          "-kernel inet_dist_use_interface {127,0,0,1}",
          kProgram, "-noinput"},
      kUser);
  if (!process->wait_for("completed with")) {
    ADD_FAILURE() << process->said();
    return false;
  }
  process_ = std::move(process);
  return true;
}

void RabbitmqServer::kill() {
  process_->signal(SIGKILL);
  EXPECT_EQ(process_->wait(), -1);
  process_.reset();
}

void RabbitmqServer::restart() {
  EXPECT_TRUE(start());
}

}  // namespace fairrush::integration
