#include "server/bus/kafka/kafka_broker.hpp"

#include <utility>

#include "server/bus/kafka/kafka_consumer.hpp"
#include "server/bus/kafka/kafka_producer.hpp"

namespace fairrush::server {

std::unique_ptr<ThreadedBroker> make_kafka_broker(Executor home, const KafkaBusAddress& address,
                                                  std::vector<std::string> consumers) {
  return std::make_unique<ThreadedBroker>(
      home, ThreadedBroker::Parts{
                .name = shown(address),
                .consumers = std::move(consumers),
                .make_publisher =
                    [address](PublisherReports reports) {
                      return std::make_unique<KafkaProducer>(address, std::move(reports));
                    },
                .make_subscriber =
                    [address](const std::string& consumer, ConsumerReports reports) {
                      return std::make_unique<KafkaConsumer>(address, consumer, std::move(reports));
                    }});
}

}  // namespace fairrush::server
