#include "server/http/auth.hpp"

#include <jwt.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <utility>

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

/// Longer tokens are refused unread: ours have a few claims, and a signature of at most 1 KB.
constexpr std::size_t kTokenMax = 4096;
constexpr int kRsaBitsMin = 2048;

std::optional<Digest> digest_of(const std::optional<std::string>& secret) {
  return secret ? std::optional(sha256({bytes_of(*secret)})) : std::nullopt;
}

struct Freed {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(char* text) const { std::free(text); }  // NOLINT(*-no-malloc): libjwt's way
};

bool is_strong_rsa(const std::string& pem) {
  const std::unique_ptr<BIO, Freed> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const std::unique_ptr<EVP_PKEY, Freed> key(
      PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  return key && EVP_PKEY_base_id(key.get()) == EVP_PKEY_RSA &&
         EVP_PKEY_bits(key.get()) >= kRsaBitsMin;
}

}  // namespace

std::expected<RsaPublicKey, std::string> RsaPublicKey::read(std::string path) {
  static constexpr std::streamsize kFileMax = 16 * 1024;
  std::ifstream file(path, std::ios::binary);
  std::string pem(kFileMax, '\0');
  file.read(pem.data(), kFileMax);
  pem.resize(static_cast<std::size_t>(file.gcount()));
  if (!is_strong_rsa(pem)) {
    ERR_clear_error();
    return std::unexpected("a readable PEM file with an RSA public key of at least 2,048 bits");
  }
  return RsaPublicKey{std::move(path), std::move(pem)};
}

Authenticator::Authenticator(Credentials credentials)
    : credentials_(std::move(credentials)),
      admin_digest_(digest_of(std::exchange(credentials_.admin_token, {}))),
      metrics_digest_(digest_of(std::exchange(credentials_.metrics_token, {}))) {}

std::optional<UserIndex> Authenticator::user_of(const Request& request, WallTime now) const {
  if (!credentials_.want_tokens()) return parse_user(request.user_id);
  const auto token = bearer(request.authorization);
  if (!token || token->size() > kTokenMax) return std::nullopt;
  return user_of_token(std::string(*token), now);
}

std::optional<UserIndex> Authenticator::user_of_token(const std::string& text, WallTime now) const {
  const bool by_rsa = credentials_.jwt_public.has_value();
  const std::string& key = by_rsa ? credentials_.jwt_public->pem : *credentials_.jwt_secret;
  jwt_t* decoded = nullptr;
  if (jwt_decode(&decoded, text.c_str(), reinterpret_cast<const unsigned char*>(key.data()),
                 static_cast<int>(key.size())) != 0) {
    return std::nullopt;
  }
  const Jwt token(decoded, &jwt_free);
  // The token names its own algorithm; only ours counts: "none" would open the door, and so would
  // HS256 with the public key, which everybody has, for its secret.
  if (jwt_get_alg(token.get()) != (by_rsa ? JWT_ALG_RS256 : JWT_ALG_HS256)) return std::nullopt;
  if (!is_current(token.get(), now)) return std::nullopt;
  if (!credentials_.jwt_audience.empty()) {
    const std::unique_ptr<char, Freed> audience(jwt_get_grants_json(token.get(), "aud"));
    if (!audience || !is_for_us(audience.get())) return std::nullopt;
  }
  const char* const subject = jwt_get_grant(token.get(), "sub");
  return subject == nullptr ? std::nullopt : parse_user(subject);
}

/// "aud" is one name or a list of them (RFC 7519 §4.1.3).
bool Authenticator::is_for_us(const std::string& audience_json) const {
  boost::system::error_code error;
  const auto audience = boost::json::parse(audience_json, error);
  if (error) return false;
  const auto is_ours = [this](const boost::json::value& name) {
    return name.is_string() && name.get_string() == credentials_.jwt_audience;
  };
  if (const auto* const list = audience.if_array()) return std::ranges::any_of(*list, is_ours);
  return is_ours(audience);
}

bool Authenticator::is_admin(const Request& request) const {
  return bears(request, admin_digest_);
}

bool Authenticator::may_read_metrics(const Request& request) const {
  return !metrics_digest_ || bears(request, metrics_digest_) || is_admin(request);
}

bool Authenticator::bears(const Request& request, const std::optional<Digest>& digest) const {
  const auto token = bearer(request.authorization);
  if (!token || !digest) return false;
  // Digests have one length, so not even the token's length shows in the time taken.
  const Digest given = sha256({bytes_of(*token)});
  return CRYPTO_memcmp(given.data(), digest->data(), given.size()) == 0;
}

}  // namespace fairrush::server
