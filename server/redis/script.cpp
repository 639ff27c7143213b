#include "server/redis/script.hpp"

#include <openssl/evp.h>

#include <array>
#include <new>
#include <utility>

#include "base/draw/digest.hpp"

namespace fairrush::server {
namespace {

std::string sha1_of(std::string_view text) {
  std::array<unsigned char, 20> digest{};
  const int made =
      EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
  if (made != 1) throw std::bad_alloc();
  return to_hex(digest);
}

bool is_unknown_script(const RedisResult& result) {
  return !result && result.error().kind == RedisFailure::Kind::refused &&
         result.error().detail.starts_with("NOSCRIPT");
}

}  // namespace

RedisScript::RedisScript(std::string source)
    : source_(std::move(source)), digest_(sha1_of(source_)) {}

void RedisScript::call(RedisConnection& connection, std::span<const std::string> keys,
                       std::span<const std::string> arguments, RedisConnection::Done done) const {
  RedisCommand command("EVALSHA");
  command.add(digest_).add(keys.size());
  for (const std::string& key : keys) command.add(key);
  for (const std::string& argument : arguments) command.add(argument);
  connection.send(
      command, [this, &connection, command, done = std::move(done)](RedisResult result) mutable {
        if (!is_unknown_script(result)) return done(std::move(result));
        // Answers come in order: the second call finds the script, or the reason why it cannot.
        connection.send(RedisCommand("SCRIPT").add("LOAD").add(source_), [](const RedisResult&) {});
        connection.send(command, std::move(done));
      });
}

}  // namespace fairrush::server
