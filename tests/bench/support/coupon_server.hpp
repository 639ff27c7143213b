#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "loadgen/target/http_call.hpp"
#include "tests/bench/support/processes.hpp"

namespace fairrush::bench {

/// A `fairrush-server` on the server's core, with a ledger of its own on disk.
class CouponServer {
 public:
  /// `options` are further words of its command line.
  explicit CouponServer(const std::vector<std::string>& options);
  ~CouponServer();

  int port() const { return port_; }
  std::string url(const std::string& path = "") const;
  Used used() const { return used_by(process_->id()); }

  /// Creates the event "bench" of 20 %: reservations from now for so long, then claims to the end.
  void open_event(const std::string& design, int reserve_seconds);
  /// Waits until its claims are open.
  void wait_for_rush() const;
  /// A number of the event's document.
  std::uint64_t event_number(const std::string& member);
  /// Claims answered so far, with whatever.
  std::uint64_t claims_answered();

 private:
  std::string call(const loadgen::HttpCall& call);

  std::filesystem::path directory_;
  int port_;
  std::unique_ptr<Pinned> process_;
  std::optional<loadgen::HttpCaller> caller_;
  std::int64_t rush_ms_ = 0;  ///< when it opens, in milliseconds since 1970
};

}  // namespace fairrush::bench
