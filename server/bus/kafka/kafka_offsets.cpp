#include "server/bus/kafka/kafka_offsets.hpp"

#include <algorithm>
#include <utility>

namespace fairrush::server {
namespace {

constexpr unsigned kOffsetBits = 48;

}  // namespace

DeliveryTag tag_of(KafkaPlace place) {
  return DeliveryTag(static_cast<std::uint64_t>(place.partition) << kOffsetBits |
                     static_cast<std::uint64_t>(place.offset));
}

KafkaPlace place_of(DeliveryTag tag) {
  return {static_cast<std::int32_t>(tag.value() >> kOffsetBits),
          static_cast<std::int64_t>(tag.value() & ((std::uint64_t{1} << kOffsetBits) - 1))};
}

void KafkaOffsets::delivered(KafkaPlace place, std::string text) {
  partitions_[place.partition].messages.push_back({place.offset, std::move(text)});
}

KafkaOffsets::Message* KafkaOffsets::find(KafkaPlace place) {
  const auto partition = partitions_.find(place.partition);
  if (partition == partitions_.end()) return nullptr;
  auto& messages = partition->second.messages;
  const auto found = std::ranges::lower_bound(messages, place.offset, {}, &Message::offset);
  const bool known = found != messages.end() && found->offset == place.offset;
  return known && found->text ? &*found : nullptr;
}

const std::string* KafkaOffsets::text(KafkaPlace place) {
  const Message* const message = find(place);
  return message == nullptr ? nullptr : &*message->text;
}

void KafkaOffsets::settled(KafkaPlace place) {
  Message* const message = find(place);
  if (message == nullptr) return;
  message->text.reset();
  Partition& partition = partitions_[place.partition];
  while (!partition.messages.empty() && !partition.messages.front().text) {
    partition.moved = partition.messages.front().offset + 1;
    partition.messages.pop_front();
  }
}

std::map<std::int32_t, std::int64_t> KafkaOffsets::take_moved() {
  std::map<std::int32_t, std::int64_t> moved;
  for (auto& [number, partition] : partitions_) {
    if (const auto offset = std::exchange(partition.moved, std::nullopt)) moved[number] = *offset;
  }
  return moved;
}

std::size_t KafkaOffsets::held() const {
  std::size_t held = 0;
  for (const auto& [number, partition] : partitions_) held += partition.messages.size();
  return held;
}

}  // namespace fairrush::server
