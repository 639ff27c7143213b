#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/draw/digest.hpp"
#include "base/ids.hpp"
#include "server/http/exchange.hpp"

namespace fairrush::server {

/// Secrets that requests are checked against; never logged.
struct Credentials {
  std::optional<std::string> jwt_secret;   ///< unset: X-User-ID is trusted
  std::optional<std::string> admin_token;  ///< unset: nobody is an administrator
};

/// Finds out who asks. Immutable; any thread.
class Authenticator {
 public:
  explicit Authenticator(Credentials credentials);

  /// The user: by X-User-ID behind a trusted gateway, or, once a JWT secret is set, only by a
  /// bearer token (HS256, `sub` the user in decimal, within `nbf` and `exp` where it has them at
  /// `now`). Unset when the request does not prove one.
  std::optional<UserIndex> user_of(const Request& request, WallTime now) const;

  /// Whether the request bears the admin token. Takes the same time for every wrong token.
  bool is_admin(const Request& request) const;

 private:
  std::optional<std::string> jwt_secret_;
  std::optional<Digest> admin_digest_;
};

}  // namespace fairrush::server
