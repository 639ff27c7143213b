#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "server/bus/broker.hpp"
#include "server/bus/brokers/bus_address.hpp"
#include "server/bus/brokers/mailbox.hpp"
#include "server/bus/kafka/kafka_handle.hpp"

namespace fairrush::server {

/// Produces to a topic, each user's messages to one partition and in their order: the library's
/// idempotent producer repeats what got lost and drops what came twice. A thread takes its reports.
class KafkaProducer {
 public:
  /// What is told of the work.
  struct Report {
    enum class Kind : std::uint8_t { there, away, confirmed, returned };
    Kind kind{};
    OutboxPosition position;  ///< of confirmed and returned
    std::string why;          ///< of away
  };

  KafkaProducer(const KafkaBusAddress& address, std::shared_ptr<Mailbox<Report>> reports);
  KafkaProducer(const KafkaProducer&) = delete;
  KafkaProducer& operator=(const KafkaProducer&) = delete;
  /// Drops what is under way.
  ~KafkaProducer();

  /// A report follows for each; as long as brokers are away, none does. Never blocks for long.
  void publish(const Outgoing& message);

  /// For tests: the library's producer breaks, as it does when a broker contradicts it.
  void break_producer();

 private:
  static void delivered(rd_kafka_t* handle, const rd_kafka_message_t* message, void* self);
  static void failed(rd_kafka_t* handle, int error, const char* why, void* self);

  void run();
  void look();
  KafkaPtr<rd_kafka_t> make();
  /// Takes another producer after an error that this one cannot recover from.
  void begin_anew();

  KafkaBusAddress address_;
  std::shared_ptr<Mailbox<Report>> reports_;
  std::mutex mutex_;  ///< of the pointer
  KafkaPtr<rd_kafka_t> handle_;
  std::atomic<bool> stopping_ = false;
  bool there_ = false;   ///< on the thread
  bool broken_ = false;  ///< on the thread
  std::thread thread_;   // last: uses the others
};

}  // namespace fairrush::server
