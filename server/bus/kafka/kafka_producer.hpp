#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>

#include "server/bus/brokers/bus_address.hpp"
#include "server/bus/brokers/threaded_broker.hpp"
#include "server/bus/kafka/kafka_handle.hpp"

namespace fairrush::server {

/// Produces to a topic, each user's messages to one partition and in their order: the library's
/// idempotent producer repeats what got lost and drops what came twice. A thread takes its reports.
class KafkaProducer final : public BrokerPublisher {
 public:
  KafkaProducer(const KafkaBusAddress& address, PublisherReports reports);
  /// Drops what is under way.
  ~KafkaProducer() override;

  /// As long as brokers are away, no report follows.
  void publish(Outgoing message) override;

  /// For tests: the library's producer breaks, as it does when a broker contradicts it.
  void break_producer();

 private:
  using Report = PublisherReport;

  static void delivered(rd_kafka_t* handle, const rd_kafka_message_t* message, void* self);
  static void failed(rd_kafka_t* handle, int error, const char* why, void* self);

  void run();
  void look();
  KafkaPtr<rd_kafka_t> make();
  /// Takes another producer after an error that this one cannot recover from.
  void begin_anew();

  KafkaBusAddress address_;
  PublisherReports reports_;
  std::mutex mutex_;  ///< of the pointer
  KafkaPtr<rd_kafka_t> handle_;
  std::atomic<bool> stopping_ = false;
  bool there_ = false;   ///< on the thread
  bool broken_ = false;  ///< on the thread
  std::thread thread_;   // last: uses the others
};

}  // namespace fairrush::server
