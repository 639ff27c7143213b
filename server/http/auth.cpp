#include "server/http/auth.hpp"

#include <jwt.h>
#include <openssl/crypto.h>

#include <cerrno>
#include <charconv>
#include <memory>

namespace fairrush::server {
namespace {

using Jwt = std::unique_ptr<jwt_t, decltype(&jwt_free)>;

/// "Bearer x" → x; the scheme in any case (RFC 9110 §11.1).
std::optional<std::string_view> bearer(std::string_view authorization) {
  static constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() < kScheme.size()) return std::nullopt;
  for (std::size_t place = 0; place < kScheme.size(); ++place) {
    const char c = authorization[place];
    if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != kScheme[place]) return std::nullopt;
  }
  return authorization.substr(kScheme.size());
}

std::optional<UserIndex> parse_user(std::string_view text) {
  UserIndex::rep value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return UserIndex(value);
}

/// A time claim in seconds; unset when there is none, and `malformed` when it is no integer.
struct TimeClaim {
  std::optional<std::int64_t> seconds;
  bool malformed = false;
};
TimeClaim time_claim(jwt_t* token, const char* name) {
  errno = 0;
  const long seconds = jwt_get_grant_int(token, name);
  if (errno == 0) return {.seconds = seconds};
  return {.seconds = {}, .malformed = errno != ENOENT};
}

bool is_current(jwt_t* token, WallTime now) {
  const TimeClaim expires = time_claim(token, "exp");
  const TimeClaim begins = time_claim(token, "nbf");
  if (expires.malformed || begins.malformed) return false;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  return (!expires.seconds || seconds < *expires.seconds) &&
         (!begins.seconds || seconds >= *begins.seconds);
}

std::optional<UserIndex> user_of_token(const std::string& text, const std::string& secret,
                                       WallTime now) {
  jwt_t* decoded = nullptr;
  if (jwt_decode(&decoded, text.c_str(), reinterpret_cast<const unsigned char*>(secret.data()),
                 static_cast<int>(secret.size())) != 0) {
    return std::nullopt;
  }
  const Jwt token(decoded, &jwt_free);
  // The token names its own algorithm; only ours counts, or "none" would open the door.
  if (jwt_get_alg(token.get()) != JWT_ALG_HS256) return std::nullopt;
  if (!is_current(token.get(), now)) return std::nullopt;
  const char* const subject = jwt_get_grant(token.get(), "sub");
  return subject == nullptr ? std::nullopt : parse_user(subject);
}

}  // namespace

Authenticator::Authenticator(Credentials credentials)
    : jwt_secret_(std::move(credentials.jwt_secret)) {
  if (credentials.admin_token) admin_digest_ = sha256({bytes_of(*credentials.admin_token)});
}

std::optional<UserIndex> Authenticator::user_of(const Request& request, WallTime now) const {
  if (!jwt_secret_) return parse_user(request.user_id);
  const auto token = bearer(request.authorization);
  return token ? user_of_token(std::string(*token), *jwt_secret_, now) : std::nullopt;
}

bool Authenticator::is_admin(const Request& request) const {
  const auto token = bearer(request.authorization);
  if (!token || !admin_digest_) return false;
  // Digests have one length, so not even the token's length shows in the time taken.
  const Digest given = sha256({bytes_of(*token)});
  return CRYPTO_memcmp(given.data(), admin_digest_->data(), given.size()) == 0;
}

}  // namespace fairrush::server
