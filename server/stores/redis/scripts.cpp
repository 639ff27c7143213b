#include "server/stores/redis/scripts.hpp"

#include <string>

#include "server/stores/redis/lua_sources.hpp"

namespace fairrush::server {
namespace {

RedisScript of(std::string_view source) {
  return RedisScript(std::string(source));
}

}  // namespace

RedisScripts::RedisScripts()
    : reserve(of(lua::kReserve)),
      ticket_list_claim(of(lua::kTicketListClaim)),
      stock_counter_claim(of(lua::kStockCounterClaim)),
      preloaded_shuffle_claim(of(lua::kPreloadedShuffleClaim)),
      sealed_draw_claim(of(lua::kSealedDrawClaim)),
      batch_draw_join(of(lua::kBatchDrawJoin)),
      distributed_lock_claim(of(lua::kDistributedLockClaim)),
      redeem(of(lua::kRedeem)),
      wallet(of(lua::kWallet)),
      describe(of(lua::kDescribe)),
      inquire(of(lua::kInquire)),
      close(of(lua::kClose)),
      read_log(of(lua::kReadLog)),
      preload(of(lua::kPreload)),
      batch_draw(of(lua::kBatchDraw)),
      lock_acquire(of(lua::kLockAcquire)),
      lock_release(of(lua::kLockRelease)),
      tell_begin(of(lua::kTellBegin)),
      tell(of(lua::kTell)),
      tell_end(of(lua::kTellEnd)),
      forget_earlier(of(lua::kForgetEarlier)) {}

}  // namespace fairrush::server
