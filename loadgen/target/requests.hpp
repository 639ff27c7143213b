#pragma once

#include <optional>
#include <string>

#include "loadgen/plan.hpp"

namespace fairrush::loadgen {

/// What all requests of a run have in common.
struct RequestSpec {
  std::string authority;  ///< host:port, as in the Host field
  std::string event;
  std::optional<std::string> jwt_secret;  ///< set: users come with HS256 tokens, else X-User-ID
  ConnectionMode connections = ConnectionMode::pool;
};

/// Turns planned attempts into the bytes of HTTP/1.1 requests. Immutable; any thread.
class RequestTemplates {
 public:
  explicit RequestTemplates(RequestSpec spec);

  /// Puts the request of `attempt` into `buffer`, replacing what was there. Does not allocate once
  /// the buffer has grown, except for signing tokens.
  void write(std::string& buffer, const PlannedAttempt& attempt) const;

 private:
  RequestSpec spec_;
  std::string reserve_head_;
  std::string claim_head_;
  std::string tail_;
};

/// `user`'s HS256 token (RFC 7519) with "sub" in decimal.
std::string user_token(UserIndex user, const std::string& secret);

}  // namespace fairrush::loadgen
