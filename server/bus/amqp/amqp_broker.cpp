#include "server/bus/amqp/amqp_broker.hpp"

#include <utility>

#include "server/bus/amqp/amqp_consumer.hpp"
#include "server/bus/amqp/amqp_publisher.hpp"

namespace fairrush::server {

std::unique_ptr<ThreadedBroker> make_amqp_broker(Executor home, const AmqpBusAddress& address,
                                                 std::vector<std::string> consumers) {
  return std::make_unique<ThreadedBroker>(
      home, ThreadedBroker::Parts{
                .name = shown(address),
                .consumers = consumers,
                .make_publisher =
                    [address, consumers](PublisherReports reports) {
                      return std::make_unique<AmqpPublisher>(address, consumers,
                                                             std::move(reports));
                    },
                .make_subscriber =
                    [address](const std::string& consumer, ConsumerReports reports) {
                      return std::make_unique<AmqpConsumer>(address, consumer, std::move(reports));
                    }});
}

}  // namespace fairrush::server
