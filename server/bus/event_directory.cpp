#include "server/bus/event_directory.hpp"

#include "base/draw/digest.hpp"

namespace fairrush::server {

EventLabel label_of(const EventCreated& event) {
  constexpr std::size_t kLifeBytes = 8;
  const Digest digest = HmacSha256(event.secrets.coupon_key)({bytes_of("life of an event")});
  return {event.spec.name, to_hex(ByteView(digest).first(kLifeBytes))};
}

void EventDirectory::begin(const EventCreated& event) {
  labels_[event.event] = label_of(event);
  ids_[event.spec.name] = event.event;
}

const EventLabel* EventDirectory::find(EventId event) const {
  const auto found = labels_.find(event);
  return found == labels_.end() ? nullptr : &found->second;
}

std::optional<EventId> EventDirectory::find(std::string_view name) const {
  const auto found = ids_.find(name);
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace fairrush::server
