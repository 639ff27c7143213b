#include "tests/integration/transport/web_server.hpp"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>

namespace fairrush::integration {

WebServer::WebServer() {
  ChildProcess signer({"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                       "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                       "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout",
                       (directory_.path() / "key.pem").string(), "-out", certificate().string()},
                      "");
  if (signer.wait() != 0) throw std::runtime_error("openssl: " + signer.said());
  write_configuration();
  process_ = std::make_unique<ChildProcess>(
      std::vector<std::string>{"/usr/sbin/nginx", "-p", directory_.path().string(), "-c",
                               (directory_.path() / "nginx.conf").string()},
      "");
  if (!process_->wait_for("start worker process")) {
    throw std::runtime_error("nginx: " + process_->said());
  }
}

asio::ip::tcp::endpoint WebServer::at(int port) {
  return {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)};
}

void WebServer::write_configuration() const {
  const std::string directory = directory_.path().string();
  std::ofstream(directory_.path() / "nginx.conf") << fmt::format(
      R"(daemon off;
user root;
worker_processes 1;
pid {0}/nginx.pid;
error_log stderr notice;
events {{ worker_connections 1000; }}
http {{
  access_log off;
  client_body_temp_path {0}/body;
  proxy_temp_path {0}/proxy;
  fastcgi_temp_path {0}/fastcgi;
  uwsgi_temp_path {0}/uwsgi;
  scgi_temp_path {0}/scgi;
  ssl_certificate {0}/certificate.pem;
  ssl_certificate_key {0}/key.pem;
  default_type application/json;
  server {{
    listen 127.0.0.1:{1};
    listen 127.0.0.1:{2} http2;
    listen 127.0.0.1:{3} ssl;
    listen 127.0.0.1:{4} ssl http2;
    location ~ /reservations$ {{ return 201 '{{"ticket":1,"token":"T-1"}}'; }}
    location ~ /claims$ {{ return 200 '{{"coupon":"C-7"}}'; }}
  }}
}}
)",
      directory, clear_port_, clear2_port_, tls_port_, tls2_port_);
}

}  // namespace fairrush::integration
