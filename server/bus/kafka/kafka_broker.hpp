#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/bus/brokers/bus_address.hpp"
#include "server/bus/brokers/threaded_broker.hpp"

namespace fairrush::server {

/// A Kafka topic as the broker, with a consumer group for each consumer.
std::unique_ptr<ThreadedBroker> make_kafka_broker(Executor home, const KafkaBusAddress& address,
                                                  std::vector<std::string> consumers);

}  // namespace fairrush::server
