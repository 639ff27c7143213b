#include "loadgen/target/tokens.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <thread>
#include <vector>

#include "base/assert.hpp"
#include "base/draw/digest.hpp"
#include "loadgen/text_file.hpp"

namespace fairrush::loadgen {
namespace {

using Made = std::expected<std::unique_ptr<const TokenSource>, std::string>;

/// base64url without padding (RFC 7515).
void append_base64url(std::string& out, ByteView bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (std::size_t place = 0; place < bytes.size(); place += 3) {
    const std::size_t taken = std::min<std::size_t>(3, bytes.size() - place);
    std::uint32_t word = 0;
    for (std::size_t next = 0; next < 3; ++next) {
      word = word << 8 | (next < taken ? bytes[place + next] : 0U);
    }
    for (std::size_t digit = 0; digit <= taken; ++digit) {
      out += kAlphabet[word >> (18 - 6 * digit) & 63];
    }
  }
}

/// The two parts of a JWT that are signed (RFC 7519).
class Claims {
 public:
  Claims(const Scenario& scenario, const Dialect& dialect, std::int64_t iat_s,
         std::string_view algorithm)
      : claims_(scenario.tokens.claims, Escape::json,
                {.identity = dialect.user, .constants = nullptr, .values = {}, .iat_s = iat_s},
                {.feeder = dialect.feeder.get(), .seed = scenario.seed}) {
    boost::json::object header{{"typ", "JWT"}, {"alg", algorithm}};
    if (scenario.tokens.key_id) header["kid"] = *scenario.tokens.key_id;
    append_base64url(header_, bytes_of(boost::json::serialize(header)));
    header_ += '.';
  }

  void append(std::string& out, UserIndex user) const {
    thread_local std::string text;
    text.clear();
    claims_.append(text, {.user = user});
    out += header_;
    append_base64url(out, bytes_of(text));
  }

  /// Whether the claims of the first user are what a token can hold.
  std::expected<void, std::string> check() const {
    std::string text;
    claims_.append(text, {.user = UserIndex(0)});
    boost::json::error_code error;
    const boost::json::value value = boost::json::parse(text, error);
    if (!error && value.is_object()) return {};
    return std::unexpected(
        fmt::format("target.token.claims: '{}' is no JSON object: expected one such as "
                    "{{\"sub\":\"{{user}}\"}}",
                    text));
  }

 private:
  std::string header_;
  Segments claims_;
};

class HmacTokens final : public TokenSource {
 public:
  HmacTokens(Claims claims, const std::string& secret)
      : claims_(std::move(claims)), sign_(bytes_of(secret)) {}

  void append(std::string& out, UserIndex user) const override {
    const std::size_t start = out.size();
    claims_.append(out, user);
    const Digest signature = sign_({bytes_of(std::string_view(out).substr(start))});
    out += '.';
    append_base64url(out, signature);
  }

 private:
  Claims claims_;
  HmacSha256 sign_;
};

/// From a column, or composed of columns.
class WrittenTokens final : public TokenSource {
 public:
  WrittenTokens(std::shared_ptr<const Feeder> lines, Segments text)
      : lines_(std::move(lines)), text_(std::move(text)) {}

  void append(std::string& out, UserIndex user) const override {
    text_.append(out, {.user = user});
  }

 private:
  std::shared_ptr<const Feeder> lines_;  // keeps what the text looks into
  Segments text_;
};

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

std::expected<Key, std::string> read_key(const std::string& path) {
  const auto refused = [&path](std::string_view what) {
    return std::unexpected(fmt::format("target.token.key_file: {}: {}", path, what));
  };
  const auto text = read_text_file(path);
  if (!text) return refused(text.error());
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(
      BIO_new_mem_buf(text->data(), static_cast<int>(text->size())), &BIO_free);
  const auto no_password = [](char*, int, int, void*) { return 0; };
  Key key(PEM_read_bio_PrivateKey(memory.get(), nullptr, no_password, nullptr), &EVP_PKEY_free);
  if (key == nullptr || EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA) {
    return refused("expected a private RSA key in PEM, without a password");
  }
  return key;
}

std::string signed_rs256(const Claims& claims, EVP_PKEY* key, UserIndex user) {
  std::string token;
  claims.append(token, user);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  std::vector<std::uint8_t> signature(static_cast<std::size_t>(EVP_PKEY_size(key)));
  std::size_t length = signature.size();
  const auto* text = reinterpret_cast<const unsigned char*>(token.data());
  const bool done =
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
      EVP_DigestSign(context.get(), signature.data(), &length, text, token.size()) == 1;
  FAIRRUSH_ASSERT(done);
  token += '.';
  append_base64url(token, ByteView(signature).first(length));
  return token;
}

/// One token for each user, signed ahead.
class MintedTokens final : public TokenSource {
 public:
  explicit MintedTokens(std::vector<std::string> tokens) : tokens_(std::move(tokens)) {}
  void append(std::string& out, UserIndex user) const override { out += tokens_[user.value()]; }

 private:
  std::vector<std::string> tokens_;
};

/// Signs every user's token on all cores; nothing when waiting is to end.
std::optional<std::vector<std::string>> mint(const Claims& claims, EVP_PKEY* key,
                                             std::uint32_t users, const Waiting& waiting) {
  constexpr Duration kPatience = std::chrono::hours(24);
  std::vector<std::string> tokens(users);
  std::atomic<std::uint32_t> next{0};
  std::atomic<std::uint32_t> done{0};
  std::atomic<bool> stopped{false};
  const auto work = [&] {
    for (std::uint32_t user = next++; user < users && !stopped; user = next++) {
      tokens[user] = signed_rs256(claims, key, UserIndex(user));
      ++done;
    }
  };
  std::vector<std::jthread> threads;
  for (unsigned core = 0; core < std::max(1U, std::thread::hardware_concurrency()); ++core) {
    threads.emplace_back(work);
  }
  const Awaited start = awaited_for(kPatience, "");
  while (done < users) {
    Awaited awaited = start;
    awaited.what = fmt::format("RS256 tokens to be signed, {} of {}", done.load(), users);
    if (!waiting(awaited)) {
      stopped = true;
      return std::nullopt;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return tokens;
}

Made minted(const Scenario& scenario, const Claims& claims, const Waiting& waiting) {
  const auto key = read_key(*scenario.tokens.key_file);
  if (!key) return std::unexpected(key.error());
  const std::size_t one =
      signed_rs256(claims, key->get(), UserIndex(0)).size() + sizeof(std::string);
  if (one * std::uint64_t{scenario.users} > kTokenBytesMax) {
    return std::unexpected(fmt::format(
        "target.token.key_file: {} tokens of {} bytes do not fit into the {} that are kept ahead: "
        "expected fewer users, or target.token.secret (HS256)",
        scenario.users, one, format_byte_count(ByteCount{kTokenBytesMax})));
  }
  auto tokens = mint(claims, key->get(), scenario.users, waiting);
  if (!tokens) return std::unexpected("the signing of tokens was broken off");
  return std::make_unique<const MintedTokens>(std::move(*tokens));
}

Made written(std::shared_ptr<const Feeder> lines, std::string_view text, const Scenario& scenario,
             const Dialect& dialect, std::string_view key) {
  Segments segments(text, Escape::none,
                    {.identity = dialect.user, .constants = nullptr, .values = {}},
                    {.feeder = lines.get(), .seed = scenario.seed});
  std::string token;
  for (std::uint32_t user = 0; user < scenario.users; ++user) {
    token.clear();
    segments.append(token, {.user = UserIndex(user)});
    if (token.empty()) {
      return std::unexpected(
          fmt::format("{}: user {} has no token, expected one for each of the {} users", key, user,
                      scenario.users));
    }
  }
  return std::make_unique<const WrittenTokens>(std::move(lines), std::move(segments));
}

}  // namespace

Made make_tokens(const Scenario& scenario, const Dialect& dialect, std::int64_t iat_s,
                 const Waiting& waiting) {
  const TokenOrder& order = scenario.tokens;
  if (order.file) {
    auto lines = Feeder::read_lines(*order.file, "line", scenario.users);
    if (!lines) return std::unexpected("target.token.file: " + lines.error());
    return written(std::make_shared<const Feeder>(std::move(*lines)), "{line}", scenario, dialect,
                   "target.token.file");
  }
  if (order.text)
    return written(dialect.feeder, *order.text, scenario, dialect, "target.token.text");
  if (!order.secret && !order.key_file) return nullptr;
  Claims claims(scenario, dialect, iat_s, order.secret ? "HS256" : "RS256");
  if (const auto fit = claims.check(); !fit) return std::unexpected(fit.error());
  if (order.secret) return std::make_unique<const HmacTokens>(std::move(claims), *order.secret);
  return minted(scenario, claims, waiting);
}

}  // namespace fairrush::loadgen
