#include "tests/bench/support/web_server.hpp"

#include <fmt/format.h>

#include <fstream>
#include <string_view>
#include <vector>

#include "tests/bench/support/ports.hpp"
#include "tests/bench/support/scratch.hpp"

namespace fairrush::bench {
namespace {

constexpr std::string_view kConfiguration = R"nginx(daemon off;
worker_processes 1;
user root;
pid {0}/pid;
error_log {0}/errors;
worker_rlimit_nofile 19000;
events {{ worker_connections 18500; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 3600;
  client_body_temp_path {0}/body;
  proxy_temp_path {0}/proxy;
  fastcgi_temp_path {0}/fastcgi;
  uwsgi_temp_path {0}/uwsgi;
  scgi_temp_path {0}/scgi;
  default_type application/json;
  server {{
    listen 127.0.0.1:{1} backlog=20000;
    location / {{ return 200 '{{"coupon":"C-0001","discount":20}}'; }}
    location = /api/v1/events/bench/reservations {{ return 201 '{{"ticket":1,"token":"T-0001"}}'; }}
  }}
}}
)nginx";

}  // namespace

WebServer::WebServer() : directory_(scratch("nginx")), port_(free_port()) {
  std::filesystem::create_directories(directory_);
  std::ofstream(directory_ / "nginx.conf")
      << fmt::format(fmt::runtime(kConfiguration), directory_.string(), port_);
  process_ = std::make_unique<Pinned>(
      std::vector<std::string>{"/usr/sbin/nginx", "-p", directory_.string(), "-c",
                               (directory_ / "nginx.conf").string()},
      kServerCore);
  wait_until_listening(port_, "nginx (of the package nginx-light)");
}

WebServer::~WebServer() {
  process_.reset();
  std::filesystem::remove_all(directory_);
}

std::string WebServer::url() const {
  return fmt::format("http://127.0.0.1:{}/", port_);
}

pid_t WebServer::worker() const {
  std::ifstream children(fmt::format("/proc/{}/task/{}/children", process_->id(), process_->id()));
  pid_t worker = 0;
  children >> worker;
  return worker;
}

}  // namespace fairrush::bench
