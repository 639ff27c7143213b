#include "server/redis/reply.hpp"

#include <hiredis/hiredis.h>

#include "base/assert.hpp"

namespace fairrush::server {
namespace {

std::string_view text_of(const redisReply& reply) {
  return {reply.str, reply.len};
}

}  // namespace

bool RedisValue::is_null() const {
  return reply_->type == REDIS_REPLY_NIL;
}

std::optional<std::string_view> RedisValue::error() const {
  if (reply_->type != REDIS_REPLY_ERROR) return std::nullopt;
  return text_of(*reply_);
}

std::optional<std::int64_t> RedisValue::integer() const {
  if (reply_->type != REDIS_REPLY_INTEGER) return std::nullopt;
  return reply_->integer;
}

std::optional<std::string_view> RedisValue::text() const {
  const bool is_text = reply_->type == REDIS_REPLY_STRING || reply_->type == REDIS_REPLY_STATUS;
  return is_text ? std::optional(text_of(*reply_)) : std::nullopt;
}

std::size_t RedisValue::size() const {
  return reply_->type == REDIS_REPLY_ARRAY ? reply_->elements : 0;
}

RedisValue RedisValue::operator[](std::size_t element) const {
  FAIRRUSH_ASSERT(element < size());
  return RedisValue(reply_->element[element]);
}

void RedisReply::Free::operator()(redisReply* reply) const {
  freeReplyObject(reply);
}

}  // namespace fairrush::server
