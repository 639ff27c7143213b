#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/bus/brokers/bus_address.hpp"
#include "server/bus/brokers/threaded_broker.hpp"

namespace fairrush::server {

/// A RabbitMQ as the broker: a durable topic exchange, a durable queue for each consumer, dead
/// letters in a queue of their own. The library blocks, so each connection has a thread.
std::unique_ptr<ThreadedBroker> make_amqp_broker(Executor home, const AmqpBusAddress& address,
                                                 std::vector<std::string> consumers);

}  // namespace fairrush::server
