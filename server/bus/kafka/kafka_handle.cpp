#include "server/bus/kafka/kafka_handle.hpp"

#include <array>

#include "base/assert.hpp"
#include "server/log.hpp"

namespace fairrush::server {
namespace {

constexpr int kAnswerMs = 1000;

void write_log(const rd_kafka_t*, int, const char* facility, const char* text) {
  log_debug("librdkafka", {{"about", facility}, {"what", text}});
}

}  // namespace

KafkaPtr<rd_kafka_conf_t> kafka_settings(
    const std::vector<std::pair<std::string, std::string>>& values) {
  KafkaPtr<rd_kafka_conf_t> settings(rd_kafka_conf_new());
  // A request that was lost with its broker is noticed by nothing else.
  rd_kafka_conf_set(settings.get(), "socket.timeout.ms", "10000", nullptr, 0);
  std::array<char, 256> error{};
  for (const auto& [name, value] : values) {
    const auto set =
        rd_kafka_conf_set(settings.get(), name.c_str(), value.c_str(), error.data(), error.size());
    FAIRRUSH_ASSERT(set == RD_KAFKA_CONF_OK);
  }
  rd_kafka_conf_set_log_cb(settings.get(), write_log);
  return settings;
}

std::expected<KafkaPtr<rd_kafka_t>, std::string> make_kafka(rd_kafka_type_t type,
                                                            KafkaPtr<rd_kafka_conf_t> settings) {
  std::array<char, 256> error{};
  KafkaPtr<rd_kafka_t> handle(rd_kafka_new(type, settings.get(), error.data(), error.size()));
  if (handle == nullptr) return std::unexpected(error.data());
  settings.release();  // the handle's from now on
  return handle;
}

bool produce(rd_kafka_t* producer, const KafkaRecord& record) {
  // By hand: the macros of rd_kafka_producev are no C++.
  std::array<rd_kafka_vu_t, 6> fields{};
  fields[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  fields[0].u.cstr = record.topic.c_str();
  fields[1].vtype = RD_KAFKA_VTYPE_VALUE;
  fields[1].u.mem = {const_cast<char*>(record.value.data()), record.value.size()};
  fields[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  fields[2].u.i = RD_KAFKA_MSG_F_COPY;
  fields[3].vtype = RD_KAFKA_VTYPE_HEADER;
  fields[3].u.header = {record.header.c_str(), record.header_value.data(),
                        static_cast<ssize_t>(record.header_value.size())};
  fields[4].vtype = RD_KAFKA_VTYPE_OPAQUE;
  fields[4].u.ptr = record.opaque;
  fields[5].vtype = RD_KAFKA_VTYPE_KEY;
  fields[5].u.mem = {const_cast<char*>(record.key.data()), record.key.size()};
  // Without a key, any partition.
  const std::size_t count = fields.size() - (record.key.empty() ? 1 : 0);
  const KafkaPtr<rd_kafka_error_t> error(rd_kafka_produceva(producer, fields.data(), count));
  return error == nullptr;
}

bool kafka_answers(rd_kafka_t* handle) {
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto error = rd_kafka_metadata(handle, 0, nullptr, &metadata, kAnswerMs);
  if (metadata != nullptr) rd_kafka_metadata_destroy(metadata);
  return error == RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace fairrush::server
