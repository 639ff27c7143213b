#include "loadgen/ledger/redis_connection.hpp"

#include <fmt/format.h>
#include <hiredis/hiredis.h>
#include <sys/time.h>

#include <array>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <cstdlib>
#include <optional>

namespace fairrush::loadgen {
namespace {

constexpr timeval kConnectTimeout{.tv_sec = 10, .tv_usec = 0};
constexpr timeval kAnswerTimeout{.tv_sec = 60, .tv_usec = 0};

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string_view text_of(const redisReply& reply) {
  const bool text = reply.type == REDIS_REPLY_STRING || reply.type == REDIS_REPLY_STATUS ||
                    reply.type == REDIS_REPLY_ERROR;
  return text ? std::string_view(reply.str, reply.len) : std::string_view();
}

}  // namespace

std::expected<RedisAddress, std::string> parse_redis_url(std::string_view url) {
  const auto refused = [] {
    return std::unexpected("expected redis://HOST[:PORT][/DB], such as redis://127.0.0.1:6379/0");
  };
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed || parsed->scheme() != "redis" || parsed->encoded_host().empty() ||
      parsed->has_query() || parsed->has_fragment() || parsed->has_userinfo()) {
    return refused();
  }
  RedisAddress address;
  address.host = parsed->host_address();
  if (parsed->has_port()) {
    const auto port = number_in<std::uint16_t>(std::string_view(parsed->port()));
    if (!port || *port == 0) return refused();
    address.port = *port;
  }
  std::string_view path = parsed->encoded_path();
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.empty()) return address;
  const auto database = number_in<std::uint32_t>(path);
  if (!database) return refused();
  address.database = *database;
  return address;
}

void RedisAnswer::Free::operator()(redisReply* reply) const {
  freeReplyObject(reply);
}

void RedisConnection::Free::operator()(redisContext* context) const {
  redisFree(context);
}

RedisAnswer::RedisAnswer(redisReply* reply) : reply_(reply) {}

bool RedisAnswer::is_nil() const {
  return reply_->type == REDIS_REPLY_NIL;
}

bool RedisAnswer::is_text() const {
  return reply_->type == REDIS_REPLY_STRING;
}

std::string_view RedisAnswer::text() const {
  return text_of(*reply_);
}

std::size_t RedisAnswer::size() const {
  return reply_->type == REDIS_REPLY_ARRAY ? reply_->elements : 0;
}

std::string_view RedisAnswer::text(std::size_t element) const {
  return element < size() ? text_of(*reply_->element[element]) : std::string_view();
}

bool RedisAnswer::is_nil(std::size_t element) const {
  return element >= size() || reply_->element[element]->type == REDIS_REPLY_NIL;
}

std::vector<std::string_view> RedisAnswer::texts(std::size_t element) const {
  std::vector<std::string_view> texts;
  if (element >= size() || reply_->element[element]->type != REDIS_REPLY_ARRAY) return texts;
  const redisReply& inner = *reply_->element[element];
  texts.reserve(inner.elements);
  for (std::size_t i = 0; i < inner.elements; ++i) texts.push_back(text_of(*inner.element[i]));
  return texts;
}

std::expected<RedisConnection, std::string> RedisConnection::open(const RedisAddress& address) {
  RedisConnection connection(
      redisConnectWithTimeout(address.host.c_str(), address.port, kConnectTimeout));
  if (connection.context_ == nullptr || connection.context_->err != 0) {
    return std::unexpected(connection.failure());
  }
  redisSetTimeout(connection.context_.get(), kAnswerTimeout);
  if (const char* password = std::getenv("REDISCLI_AUTH"); password != nullptr) {
    if (const auto allowed = connection.ask({"AUTH", password}); !allowed) {
      return std::unexpected(allowed.error());
    }
  }
  if (address.database != 0) {
    const auto selected = connection.ask({"SELECT", std::to_string(address.database)});
    if (!selected) return std::unexpected(selected.error());
  }
  return connection;
}

std::expected<RedisAnswer, std::string> RedisConnection::ask(const Command& command) {
  auto answers = ask(std::span(&command, 1));
  if (!answers) return std::unexpected(std::move(answers.error()));
  return std::move(answers->front());
}

std::expected<std::vector<RedisAnswer>, std::string> RedisConnection::ask(
    std::span<const Command> commands) {
  for (const Command& command : commands) {
    std::vector<const char*> words;
    std::vector<std::size_t> lengths;
    for (const std::string& word : command) {
      words.push_back(word.data());
      lengths.push_back(word.size());
    }
    redisAppendCommandArgv(context_.get(), static_cast<int>(words.size()), words.data(),
                           lengths.data());
  }
  std::vector<RedisAnswer> answers;
  answers.reserve(commands.size());
  for (const Command& command : commands) {
    void* reply = nullptr;
    if (redisGetReply(context_.get(), &reply) != REDIS_OK) return std::unexpected(failure());
    auto* const typed = static_cast<redisReply*>(reply);
    answers.emplace_back(typed);
    if (typed->type == REDIS_REPLY_ERROR) {
      return std::unexpected(fmt::format("{}: {}", command.front(), answers.back().text()));
    }
  }
  return answers;
}

std::string RedisConnection::failure() const {
  return context_ == nullptr ? "out of memory" : std::string(context_->errstr);
}

}  // namespace fairrush::loadgen
