#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <thread>

#include "server/bus/brokers/bus_address.hpp"
#include "server/bus/brokers/threaded_broker.hpp"
#include "server/bus/kafka/kafka_handle.hpp"
#include "server/bus/kafka/kafka_offsets.hpp"

namespace fairrush::server {

/// Hears a topic as a member of a consumer group, on a thread of its own. What was not settled when
/// it ends comes again, to it or to another member; a message that cannot be read goes to the topic
/// of dead letters.
class KafkaConsumer final : public BrokerSubscriber {
 public:
  /// `consumer` names the group, behind the topic. What is unread is known of its partitions, and
  /// unknown while they are shared out.
  KafkaConsumer(const KafkaBusAddress& address, const std::string& consumer,
                ConsumerReports reports);
  /// Leaves the group.
  ~KafkaConsumer() override;

  void settle(DeliveryTag tag, Settlement how) override { work_.put({tag, how}); }

 private:
  using Report = ConsumerReport;

  struct Settled {
    DeliveryTag tag;
    Settlement how{};
  };

  static void failed(rd_kafka_t* handle, int error, const char* why, void* self);
  static void shared_out(rd_kafka_t* handle, rd_kafka_resp_err_t what,
                         rd_kafka_topic_partition_list_t* partitions, void* self);

  void run();
  void settle_waiting();
  void commit(bool wait);
  void take(const rd_kafka_message_t& message);
  void look();
  void count_unread();
  std::optional<std::uint64_t> unread();
  bool note_begins(const rd_kafka_topic_partition_list_t& partitions);
  void bury(const std::string& text, std::string_view why);

  KafkaBusAddress address_;
  std::string consumer_;
  ConsumerReports reports_;
  WorkQueue<Settled> work_;
  KafkaOffsets offsets_;
  std::map<std::int32_t, std::int64_t> begins_;  ///< committed offsets; below zero: none yet
  KafkaPtr<rd_kafka_t> handle_;
  KafkaPtr<rd_kafka_t> grave_;  ///< produces dead letters; made with the first
  bool there_ = false;
  std::chrono::steady_clock::time_point count_at_;
  std::thread thread_;  // last: uses the others
};

}  // namespace fairrush::server
