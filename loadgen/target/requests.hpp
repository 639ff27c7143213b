#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loadgen/plan.hpp"

namespace fairrush::loadgen {

/// What all requests of a run have in common.
struct RequestSpec {
  std::string authority;  ///< host:port, as in the Host field
  std::string event;
  std::optional<std::string> jwt_secret;  ///< set: users come with HS256 tokens, else X-User-ID
  ConnectionMode connections = ConnectionMode::pool;
  std::vector<std::string> cohorts;  ///< names by cohort number, told as the user agent
};

/// One request to be written.
struct RequestSubject {
  const PlannedAttempt& attempt;
  CohortId cohort;
  std::string_view coupon = {};  ///< that a redemption spends
};

/// Turns planned attempts into the bytes of HTTP/1.1 requests. Immutable; any thread.
class RequestTemplates {
 public:
  explicit RequestTemplates(RequestSpec spec);

  const std::string& event() const { return spec_.event; }

  /// Puts a request into `buffer`, replacing what was there. Does not allocate once the buffer has
  /// grown, except for signing tokens and for redemptions.
  void write(std::string& buffer, const RequestSubject& subject) const;

 private:
  void write_head(std::string& buffer, const PlannedAttempt& attempt) const;

  RequestSpec spec_;
  std::string reserve_head_;
  std::string claim_head_;
  std::string status_head_;
  std::vector<std::string> agents_;  ///< header lines by cohort
  std::string close_;                ///< header line of connections that serve one request
};

/// `user`'s HS256 token (RFC 7519) with "sub" in decimal.
std::string user_token(UserIndex user, const std::string& secret);

}  // namespace fairrush::loadgen
