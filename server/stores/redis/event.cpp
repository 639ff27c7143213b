#include "server/stores/redis/event.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "server/designs/first_come/preloaded_shuffle.hpp"

namespace fairrush::server {
namespace {

constexpr std::size_t kLifeCharacters = 16;

/// Follows from the salt, which every life has its own of, and does not tell it.
std::string life_of(const EventSecrets& secrets) {
  static constexpr std::string_view kPurpose = "life of an event";
  return to_hex(sha256({bytes_of(kPurpose), secrets.salt})).substr(0, kLifeCharacters);
}

}  // namespace

RedisEvent::RedisEvent(const EventCreated& created)
    : id(created.event),
      spec(created.spec),
      secrets(created.secrets),
      begun_by(created.begun_under),
      mint(created.secrets.coupon_key),
      salted(created.secrets.salt),
      design(find_redis_design(created.spec.design)),
      life(life_of(created.secrets)) {
  FAIRRUSH_ASSERT(design != nullptr);
  keys = event_keys(spec.name, *design);
  take_groups(spec.groups);
}

void RedisEvent::take_groups(const CouponGroups& given) {
  spec.groups = given;
  if (design->stock == RedisStock::queue) groups = preloaded_groups(spec);
}

bool RedisEvent::calls_idle() const {
  return std::ranges::none_of(lanes, &Lane::under_way) && !closing && !drawing_window;
}

}  // namespace fairrush::server
