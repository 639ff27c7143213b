#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "tests/bench/support/processes.hpp"

namespace fairrush::bench {

/// An nginx with one worker on the server's core, which tells everybody the same.
class WebServer {
 public:
  WebServer();
  ~WebServer();

  int port() const { return port_; }
  std::string url() const;
  /// Its worker, which may be frozen for a while.
  pid_t worker() const;

 private:
  std::filesystem::path directory_;
  int port_ = 0;
  std::unique_ptr<Pinned> process_;
};

}  // namespace fairrush::bench
