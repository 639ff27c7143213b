#pragma once

#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/server/api/world.hpp"

namespace fairrush::server {

/// The same rush under a fault and, without one, on the sound server.
class Trial {
 public:
  /// Users 0 … users − 1 have reserved, and claims are open.
  Trial(std::string_view fault, const std::string& design, const std::string& coupons,
        std::uint32_t users)
      : world(":memory:", Acknowledge::durable, fault) {
    world.create_event(design, coupons);
    world.fill(users);
  }

  /// Sends a claim and waits for nothing.
  Call& claim(std::uint32_t user, const std::string& key = {}) {
    calls.push_back(
        world.send(Method::post, kClaims, {.user = user, .key = key, .admin = false, .body = {}}));
    return *calls.back();
  }
  /// Claims of users 0 … users − 1 at one moment.
  void claim_all(std::uint32_t users) {
    for (std::uint32_t user = 0; user < users; ++user) claim(user);
  }

  /// Lets everything that was sent be answered.
  void finish(Duration wait = std::chrono::milliseconds(600)) { world.elapse(wait); }

  std::uint32_t wins() const {
    std::uint32_t count = 0;
    for (const auto& call : calls) count += call->status() == 200 && call->answered() ? 1U : 0U;
    return count;
  }
  /// Coupons that were acknowledged, repetitions left out.
  std::set<std::string> coupons() const {
    std::set<std::string> codes;
    for (const auto& call : calls) {
      if (call->status() == 200) codes.insert(call->member("coupon"));
    }
    return codes;
  }

  /// Lines of the exported ledger that contain `text`.
  std::uint32_t ledger_rows(const std::string& text = {}) { return rows("ledger", text); }
  std::uint32_t audit_rows(const std::string& text = {}) { return rows("audit", text); }
  std::string event(const std::string& member) {
    return world.get("/api/v1/events/rush")->member(member);
  }

  World world;
  std::vector<std::unique_ptr<Call>> calls;

 private:
  std::uint32_t rows(const std::string& what, const std::string& text) {
    const auto call = world.get("/api/v1/events/rush/" + what,
                                {.user = {}, .key = {}, .admin = true, .body = {}});
    std::istringstream lines(call->body());
    std::uint32_t count = 0;
    for (std::string line; std::getline(lines, line);) {
      count += line.find(text) != std::string::npos ? 1U : 0U;
    }
    return count;
  }
};

inline constexpr const char* kNoFault = "";

}  // namespace fairrush::server
