#pragma once

#include <memory>
#include <ostream>
#include <string>

#include "server/bus/brokers/bus_address.hpp"

namespace fairrush::server {

/// A broker program of a test's own.
class BrokerHouse {
 public:
  BrokerHouse() = default;
  BrokerHouse(const BrokerHouse&) = delete;
  BrokerHouse& operator=(const BrokerHouse&) = delete;
  virtual ~BrokerHouse() = default;

  /// A stream, exchange or topic that no other house has named.
  virtual std::string url() const = 0;
  BusAddress address() const { return parse_bus_address(url()).value(); }

  /// Ends the program as power would, and starts it with what it has kept.
  virtual void kill() = 0;
  virtual void restart() = 0;

  /// How many dead letters it holds.
  virtual std::size_t dead_letters() = 0;
};

/// Kinds of houses.
enum class BrokerKind { redis, amqp, kafka };
void PrintTo(BrokerKind kind, std::ostream* out);
std::string name_of(BrokerKind kind);

/// Null where the program is not installed. The slow ones share one program among all houses of a
/// process; it is running again when the next house is made.
std::unique_ptr<BrokerHouse> make_house(BrokerKind kind);

}  // namespace fairrush::server
