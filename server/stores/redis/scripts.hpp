#pragma once

#include "server/redis/script.hpp"

namespace fairrush::server {

/// The scripts of lua/.
struct RedisScripts {
  RedisScripts();

  RedisScript reserve;
  RedisScript ticket_list_claim;
  RedisScript stock_counter_claim;
  RedisScript preloaded_shuffle_claim;
  RedisScript sealed_draw_claim;
  RedisScript batch_draw_join;
  RedisScript distributed_lock_claim;
  RedisScript redeem;
  RedisScript wallet;
  RedisScript describe;
  RedisScript inquire;
  RedisScript close;
  RedisScript read_log;
  RedisScript preload;
  RedisScript batch_draw;
  RedisScript lock_acquire;
  RedisScript lock_release;
  RedisScript tell_begin;
  RedisScript tell;
  RedisScript tell_end;
  RedisScript forget_earlier;
};

}  // namespace fairrush::server
