#include "server/bus/event_directory.hpp"

#include <utility>

#include "base/draw/digest.hpp"

namespace fairrush::server {

EventLabel label_of(const EventCreated& event) {
  constexpr std::size_t kLifeBytes = 8;
  const Digest digest = HmacSha256(event.secrets.coupon_key)({bytes_of("life of an event")});
  return {event.spec.name, to_hex(ByteView(digest).first(kLifeBytes))};
}

void EventDirectory::begin(const EventCreated& event) {
  EventLabel& label = labels_[event.event];
  EventLabel former = std::exchange(label, label_of(event));
  if (!former.life.empty() && former.life != label.life) over_.insert(std::move(former.life));
  ids_[event.spec.name] = event.event;
}

const EventLabel* EventDirectory::find(EventId event) const {
  const auto found = labels_.find(event);
  return found == labels_.end() ? nullptr : &found->second;
}

bool EventDirectory::is_over(const EventLabel& label) const {
  return over_.contains(label.life);
}

std::optional<EventId> EventDirectory::find(std::string_view name) const {
  const auto found = ids_.find(name);
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace fairrush::server
