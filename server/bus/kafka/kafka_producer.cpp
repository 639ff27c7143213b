#include "server/bus/kafka/kafka_producer.hpp"

#include <fmt/format.h>
#include <pthread.h>

#include <array>
#include <cstdint>
#include <utility>

#include "base/assert.hpp"
#include "server/log.hpp"

namespace fairrush::server {
namespace {

constexpr int kPollMs = 50;
constexpr int kPurgeMs = 1000;

/// A position is as large as a pointer, which is what the library carries for us.
void* opaque(OutboxPosition position) {
  static_assert(sizeof(void*) >= sizeof(OutboxPosition::rep));
  return reinterpret_cast<void*>(position.value());
}

}  // namespace

KafkaProducer::KafkaProducer(const KafkaBusAddress& address, PublisherReports reports)
    : address_(address), reports_(std::move(reports)), handle_(make()), thread_([this] { run(); }) {
  pthread_setname_np(thread_.native_handle(), "kafka produce");
}

KafkaProducer::~KafkaProducer() {
  stopping_ = true;
  thread_.join();
  rd_kafka_purge(handle_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
}

KafkaPtr<rd_kafka_t> KafkaProducer::make() {
  auto settings = kafka_settings({{"bootstrap.servers", address_.brokers},
                                  {"enable.idempotence", "true"},
                                  {"linger.ms", "2"},
                                  // The outbox waits as long as it takes.
                                  {"message.timeout.ms", "0"},
                                  {"reconnect.backoff.max.ms", "1000"}});
  rd_kafka_conf_set_opaque(settings.get(), this);
  rd_kafka_conf_set_dr_msg_cb(settings.get(), &KafkaProducer::delivered);
  rd_kafka_conf_set_error_cb(settings.get(), &KafkaProducer::failed);
  auto handle = make_kafka(RD_KAFKA_PRODUCER, std::move(settings));
  FAIRRUSH_ASSERT(handle.has_value());  // only settings could be wrong
  return std::move(*handle);
}

void KafkaProducer::publish(Outgoing message) {
  const std::scoped_lock lock(mutex_);
  const bool taken = produce(handle_.get(), {.topic = address_.topic,
                                             .key = fmt::format("{}", message.user.value()),
                                             .value = message.text,
                                             .header = "id",
                                             .header_value = message.id,
                                             .opaque = opaque(message.position)});
  if (!taken) reports_->put({Report::Kind::returned, message.position, {}});
}

void KafkaProducer::break_producer() {
  const std::scoped_lock lock(mutex_);
  rd_kafka_test_fatal_error(handle_.get(), RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "test");
}

void KafkaProducer::delivered(rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
  const bool arrived = message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
  const OutboxPosition position(reinterpret_cast<std::uintptr_t>(message->_private));
  static_cast<KafkaProducer*>(self)->reports_->put(
      {arrived ? Report::Kind::confirmed : Report::Kind::returned, position, {}});
}

void KafkaProducer::failed(rd_kafka_t*, int error, const char* why, void* self) {
  auto& producer = *static_cast<KafkaProducer*>(self);
  if (error == RD_KAFKA_RESP_ERR__FATAL) {
    producer.broken_ = true;
  } else if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
    producer.there_ = false;
    producer.reports_->put({Report::Kind::away, {}, why});
  }
}

void KafkaProducer::run() {
  while (!stopping_) {
    rd_kafka_poll(handle_.get(), kPollMs);
    if (broken_) begin_anew();
    if (!there_) look();
  }
}

void KafkaProducer::look() {
  if (!kafka_answers(handle_.get())) return;
  there_ = true;
  reports_->put({Report::Kind::there, {}, {}});
}

void KafkaProducer::begin_anew() {
  std::array<char, 256> why{};
  rd_kafka_fatal_error(handle_.get(), why.data(), why.size());
  log_warning("a Kafka producer begins anew", {{"what", why.data()}});
  KafkaPtr<rd_kafka_t> fresh = make();
  {
    const std::scoped_lock lock(mutex_);
    handle_.swap(fresh);
  }
  // What the former one had under way comes back to the outbox.
  rd_kafka_purge(fresh.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_flush(fresh.get(), kPurgeMs);
  broken_ = false;
}

}  // namespace fairrush::server
