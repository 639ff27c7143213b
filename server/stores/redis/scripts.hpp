#pragma once

#include "server/redis/script.hpp"

namespace fairrush::server {

/// The scripts of lua/.
struct RedisScripts {
  RedisScripts();

  RedisScript reserve;
  RedisScript ticket_list_claim;
  RedisScript redeem;
  RedisScript wallet;
  RedisScript describe;
  RedisScript inquire;
  RedisScript close;
  RedisScript read_log;
  RedisScript tell_begin;
  RedisScript tell;
  RedisScript tell_end;
};

}  // namespace fairrush::server
