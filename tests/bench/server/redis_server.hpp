#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/support/processes.hpp"
#include "tests/bench/support/turns.hpp"

namespace fairrush::bench {

/// A Redis of its own that keeps nothing on disk, on the core that the kernel gives it.
class RedisServer {
 public:
  RedisServer();
  ~RedisServer();

  std::string url() const;
  Used used() const { return used_by(process_->id()); }

  /// The claim script as the author of `ticket-list` wrote it, one call a claim, over 50
  /// connections with 64 calls under way on each: `users` random users claim `coupons`.
  /// "per_redis_cpu_s": claims a CPU-second of Redis.
  Figures play_scripts(int users, int coupons) const;

 private:
  /// What redis-cli says to these words.
  std::string command(std::vector<std::string> words) const;

  std::filesystem::path directory_;
  int port_;
  std::unique_ptr<Pinned> process_;
};

}  // namespace fairrush::bench
