#pragma once

#include <expected>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/draw/digest.hpp"
#include "base/ids.hpp"
#include "server/http/exchange.hpp"

namespace fairrush::server {

/// A key that tokens are checked with; public.
struct RsaPublicKey {
  std::string path;
  std::string pem;

  /// Reads a PEM file; the error says what is accepted.
  static std::expected<RsaPublicKey, std::string> read(std::string path);
};

/// Secrets that requests are checked against; never logged.
struct Credentials {
  std::optional<std::string> jwt_secret;          ///< for HS256; at most one of the two keys is set
  std::optional<std::string> admin_token;         ///< unset: nobody is an administrator
  std::optional<RsaPublicKey> jwt_public = {};    ///< for RS256
  std::string jwt_audience = {};                  ///< that tokens must be meant for; empty: any
  std::optional<std::string> metrics_token = {};  ///< unset: everybody may read metrics

  /// Whether users prove themselves by tokens; otherwise X-User-ID is trusted.
  bool want_tokens() const { return jwt_secret || jwt_public; }
};

/// Finds out who asks. Immutable; any thread.
class Authenticator {
 public:
  explicit Authenticator(Credentials credentials);

  /// The user: by X-User-ID behind a trusted gateway, or, once a JWT key is set, only by a bearer
  /// token (of the algorithm that goes with the key, whatever the token says; `sub` the user in
  /// decimal; within `nbf` and `exp` where it has them at `now`; for our audience where one is
  /// set). Unset when the request does not prove one.
  std::optional<UserIndex> user_of(const Request& request, WallTime now) const;

  /// Whether the request bears the admin token. Takes the same time for every wrong token.
  bool is_admin(const Request& request) const;

  /// Whether the request may read metrics: it bears their token or the admin's, where there is one.
  bool may_read_metrics(const Request& request) const;

 private:
  bool bears(const Request& request, const std::optional<Digest>& digest) const;
  std::optional<UserIndex> user_of_token(const std::string& text, WallTime now) const;
  bool is_for_us(const std::string& audience_json) const;

  Credentials credentials_;  ///< what tokens of users are checked with
  std::optional<Digest> admin_digest_;
  std::optional<Digest> metrics_digest_;
};

}  // namespace fairrush::server
