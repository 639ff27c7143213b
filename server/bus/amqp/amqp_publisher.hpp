#pragma once

#include <map>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "server/bus/amqp/amqp_session.hpp"
#include "server/bus/broker.hpp"
#include "server/bus/brokers/mailbox.hpp"

namespace fairrush::server {

/// Publishes to an exchange on a thread of its own, with confirmations. A message that no queue
/// takes comes back: it would be confirmed, and gone.
class AmqpPublisher {
 public:
  /// What is told of the work.
  struct Report {
    enum class Kind : std::uint8_t { there, away, confirmed, returned, nowhere };
    Kind kind{};
    OutboxPosition position;  ///< of confirmed, returned, and nowhere: returned for want of a queue
    std::string why;          ///< of away
  };

  /// Starts to connect.
  AmqpPublisher(AmqpBusAddress address, std::vector<std::string> consumers,
                std::shared_ptr<Mailbox<Report>> reports);
  AmqpPublisher(const AmqpPublisher&) = delete;
  AmqpPublisher& operator=(const AmqpPublisher&) = delete;
  /// Ends the connection and the thread.
  ~AmqpPublisher();

  /// A report follows for each. Any thread.
  void publish(Outgoing message) { work_.put(std::move(message)); }

 private:
  struct UnderWay {
    OutboxPosition position;
    std::string id;
    bool nowhere = false;
  };
  using Done = AmqpSession::Done;

  void run();
  void work();
  /// Publishes until the connection ends; why it did.
  Done serve();
  Done publish_waiting();
  Done take_frames();
  void settled(std::uint64_t tag, bool multiple, Report::Kind how);
  Done take_back();
  void return_all();

  AmqpBusAddress address_;
  std::vector<std::string> consumers_;
  std::shared_ptr<Mailbox<Report>> reports_;
  WorkQueue<Outgoing> work_;
  AmqpSession session_;
  std::map<std::uint64_t, UnderWay> under_way_;  ///< by RabbitMQ's number
  std::uint64_t last_tag_ = 0;
  std::binary_semaphore ended_{0};
  std::thread thread_;  // last: uses the others
};

}  // namespace fairrush::server
