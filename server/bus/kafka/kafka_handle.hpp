#pragma once

#include <librdkafka/rdkafka.h>

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fairrush::server {

struct KafkaDeleter {
  void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
  void operator()(rd_kafka_conf_t* settings) const { rd_kafka_conf_destroy(settings); }
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
  void operator()(rd_kafka_error_t* error) const { rd_kafka_error_destroy(error); }
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
};
template <class T>
using KafkaPtr = std::unique_ptr<T, KafkaDeleter>;

/// Settings by librdkafka's names, to which callbacks may be added; its log lines go to ours, those
/// of debugging. Asserts that the library knows the names.
KafkaPtr<rd_kafka_conf_t> kafka_settings(
    const std::vector<std::pair<std::string, std::string>>& values);

/// A producer or a consumer; the error is the library's.
std::expected<KafkaPtr<rd_kafka_t>, std::string> make_kafka(rd_kafka_type_t type,
                                                            KafkaPtr<rd_kafka_conf_t> settings);

/// A message for a topic; what is empty is left out.
struct KafkaRecord {
  std::string topic;
  std::string key;
  std::string value;
  std::string header;  ///< name of the one header
  std::string header_value;
  void* opaque = nullptr;  ///< comes back with the report
};

/// Gives a producer a copy; false when it takes none.
bool produce(rd_kafka_t* producer, const KafkaRecord& record);

/// Whether a broker answers within a second; blocks as long.
bool kafka_answers(rd_kafka_t* handle);

}  // namespace fairrush::server
