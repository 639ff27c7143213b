#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.hpp"
#include "server/redis/endpoint.hpp"

namespace fairrush::server {

/// The bus of the process itself.
struct InProcessAddress {
  bool operator==(const InProcessAddress&) const = default;
};

/// A stream in a Redis.
struct RedisBusAddress {
  RedisEndpoint endpoint;
  std::string stream = "fairrush:bus";
  /// The stream is cut to about so many of its latest entries. Publishing pauses while a consumer
  /// is more than half of them behind, so that nothing unread is cut off.
  std::uint64_t keep = 1'000'000;
  /// A delivery that nobody settled for so long is given to another consumer.
  Duration reclaim = std::chrono::seconds(5);

  bool operator==(const RedisBusAddress&) const = default;
};

/// An exchange of a RabbitMQ.
struct AmqpBusAddress {
  std::string host;
  std::uint16_t port = 5672;
  std::string user = "guest";
  std::string password = "guest";
  std::string vhost = "/";
  std::string exchange = "fairrush";

  bool operator==(const AmqpBusAddress&) const = default;
};

/// A topic of a Kafka.
struct KafkaBusAddress {
  std::string brokers;  ///< HOST:PORT, separated by commas
  std::string topic;

  bool operator==(const KafkaBusAddress&) const = default;
};

using BusAddress = std::variant<InProcessAddress, RedisBusAddress, AmqpBusAddress, KafkaBusAddress>;

/// The forms that `parse_bus_address` accepts, for people.
extern const char* const kBusAddressForms;

/// Reads one of
///
///     in-process
///     redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE][?stream=NAME&keep=N&reclaim=TIME]
///     amqp://[USER:PASSWORD@]HOST[:PORT][/VHOST][?exchange=NAME]
///     kafka://HOST:PORT[,HOST:PORT…]/TOPIC
///
/// with `keep` from 10,000 on and `reclaim` of at least 100ms. Unset for anything else.
std::optional<BusAddress> parse_bus_address(std::string_view text);

/// The address without user and password, for people.
std::string shown(const BusAddress& address);

}  // namespace fairrush::server
