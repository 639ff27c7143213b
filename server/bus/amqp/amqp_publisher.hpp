#pragma once

#include <map>
#include <string>
#include <vector>

#include "server/bus/amqp/amqp_thread.hpp"
#include "server/bus/brokers/threaded_broker.hpp"

namespace fairrush::server {

/// Publishes to an exchange on a thread of its own, with confirmations. A message that no queue
/// takes comes back: it would be confirmed, and gone.
class AmqpPublisher final : public BrokerPublisher {
 public:
  /// Starts to connect; `consumers` are those whose queues there are to be.
  AmqpPublisher(const AmqpBusAddress& address, std::vector<std::string> consumers,
                PublisherReports reports);

  void publish(Outgoing message) override { worker_.put(std::move(message)); }

 private:
  struct UnderWay {
    OutboxPosition position;
    std::string id;
    bool nowhere = false;
  };
  using Report = PublisherReport;
  using Done = AmqpSession::Done;

  Done begin();
  Done turn();
  void ended(const std::string& why);
  Done publish_waiting();
  Done take_frames();
  void settled(std::uint64_t tag, bool multiple, Report::Kind how);
  Done take_back();

  std::string exchange_;
  PublisherReports reports_;
  std::map<std::uint64_t, UnderWay> under_way_;  ///< by RabbitMQ's number
  std::uint64_t last_tag_ = 0;
  AmqpThread<Outgoing> worker_;  // last: uses the others
};

}  // namespace fairrush::server
