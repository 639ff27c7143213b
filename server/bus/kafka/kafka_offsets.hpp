#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "server/bus/broker.hpp"

namespace fairrush::server {

/// Where a message stands in a topic.
struct KafkaPlace {
  std::int32_t partition = 0;  ///< below 2^15
  std::int64_t offset = 0;     ///< below 2^48

  bool operator==(const KafkaPlace&) const = default;
};

DeliveryTag tag_of(KafkaPlace place);
KafkaPlace place_of(DeliveryTag tag);

/// What a consumer was given of each partition and has not settled. Kafka remembers one number a
/// partition, below which everything is settled; messages may be settled in any order. Pure.
class KafkaOffsets {
 public:
  /// A message was given to the consumer, with its text for the case that it is none of ours.
  void delivered(KafkaPlace place, std::string text);

  /// The text of a message that is not settled yet; null for any other.
  const std::string* text(KafkaPlace place);

  /// A message is settled; one that the partition's former life gave is left alone.
  void settled(KafkaPlace place);

  /// The partition belongs to somebody else.
  void forget(std::int32_t partition) { partitions_.erase(partition); }

  /// The offset below which everything is settled, by partition; of those where it moved since the
  /// last call.
  std::map<std::int32_t, std::int64_t> take_moved();

  /// Messages that are not settled.
  std::size_t held() const;

 private:
  struct Message {
    std::int64_t offset = 0;
    std::optional<std::string> text;  ///< unset: settled
  };
  struct Partition {
    std::deque<Message> messages;  ///< by offset; the first is not settled
    std::optional<std::int64_t> moved;
  };

  /// A message that is not settled, or null.
  Message* find(KafkaPlace place);

  std::map<std::int32_t, Partition> partitions_;
};

}  // namespace fairrush::server
