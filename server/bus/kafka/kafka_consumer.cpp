#include "server/bus/kafka/kafka_consumer.hpp"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "server/log.hpp"

namespace fairrush::server {
namespace {

constexpr std::size_t kHeldMax = 1024;
constexpr int kPollMs = 50;
constexpr int kBuryMs = 5000;
constexpr int kAnswerMs = 1000;
constexpr Duration kCountEvery = std::chrono::seconds(1);
constexpr std::chrono::milliseconds kPause{500};

/// The text of a message.
std::string text_in(const rd_kafka_message_t& message) {
  return {static_cast<const char*>(message.payload), message.len};
}

/// The partitions of a consumer; null when the library does not say.
KafkaPtr<rd_kafka_topic_partition_list_t> assigned_to(rd_kafka_t* handle) {
  rd_kafka_topic_partition_list_t* list = nullptr;
  rd_kafka_assignment(handle, &list);
  return KafkaPtr<rd_kafka_topic_partition_list_t>(list);
}

}  // namespace

KafkaConsumer::KafkaConsumer(const KafkaBusAddress& address, const std::string& consumer,
                             ConsumerReports reports)
    : address_(address), consumer_(consumer), reports_(std::move(reports)) {
  auto settings = kafka_settings({{"bootstrap.servers", address.brokers},
                                  {"group.id", fmt::format("{}.{}", address.topic, consumer)},
                                  {"enable.auto.commit", "false"},
                                  // What was published before anybody listened is heard.
                                  {"auto.offset.reset", "earliest"},
                                  {"allow.auto.create.topics", "true"},
                                  {"topic.metadata.refresh.interval.ms", "5000"},
                                  {"session.timeout.ms", "6000"},
                                  {"reconnect.backoff.max.ms", "1000"}});
  rd_kafka_conf_set_opaque(settings.get(), this);
  rd_kafka_conf_set_error_cb(settings.get(), &KafkaConsumer::failed);
  rd_kafka_conf_set_rebalance_cb(settings.get(), &KafkaConsumer::shared_out);
  auto handle = make_kafka(RD_KAFKA_CONSUMER, std::move(settings));
  FAIRRUSH_ASSERT(handle.has_value());  // only settings could be wrong
  handle_ = std::move(*handle);
  rd_kafka_poll_set_consumer(handle_.get());
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "kafka consume");
}

KafkaConsumer::~KafkaConsumer() {
  work_.stop();
  thread_.join();
}

void KafkaConsumer::run() {
  const KafkaPtr<rd_kafka_topic_partition_list_t> topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), address_.topic.c_str(), RD_KAFKA_PARTITION_UA);
  rd_kafka_subscribe(handle_.get(), topics.get());
  while (!work_.stopped()) {
    settle_waiting();
    commit(false);
    if (!there_) look();
    if (there_) count_unread();
    if (offsets_.held() >= kHeldMax) {
      work_.wait(-1, std::chrono::milliseconds(kPollMs));
      continue;
    }
    const KafkaPtr<rd_kafka_message_t> message(rd_kafka_consumer_poll(handle_.get(), kPollMs));
    if (message != nullptr) take(*message);
  }
  settle_waiting();
  if (there_) commit(true);
  rd_kafka_consumer_close(handle_.get());
}

void KafkaConsumer::settle_waiting() {
  for (const Settled& one : work_.take()) {
    const KafkaPlace place = place_of(one.tag);
    const std::string* const text = offsets_.text(place);
    if (text == nullptr) continue;
    if (one.how == Settlement::strange) bury(*text, "of an event that is not here");
    offsets_.settled(place);
  }
}

void KafkaConsumer::commit(bool wait) {
  const auto moved = offsets_.take_moved();
  if (moved.empty()) return;
  const KafkaPtr<rd_kafka_topic_partition_list_t> list(
      rd_kafka_topic_partition_list_new(static_cast<int>(moved.size())));
  for (const auto& [partition, offset] : moved) {
    rd_kafka_topic_partition_list_add(list.get(), address_.topic.c_str(), partition)->offset =
        offset;
  }
  // One that fails is made up for by the next, or its messages come again.
  rd_kafka_commit(handle_.get(), list.get(), wait ? 0 : 1);
}

void KafkaConsumer::take(const rd_kafka_message_t& message) {
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    log_debug("Kafka", {{"consumer", consumer_}, {"what", rd_kafka_message_errstr(&message)}});
    return;
  }
  const KafkaPlace place{message.partition, message.offset};
  offsets_.delivered(place, text_in(message));
  auto wire = parse_wire_text(*offsets_.text(place));
  if (!wire) {
    bury(*offsets_.text(place), wire.error());
    return offsets_.settled(place);
  }
  reports_->put({Report::Kind::delivered, {}, tag_of(place), std::move(*wire), {}});
}

void KafkaConsumer::failed(rd_kafka_t*, int error, const char* why, void* self) {
  auto& consumer = *static_cast<KafkaConsumer*>(self);
  if (error != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) return;
  consumer.there_ = false;
  consumer.reports_->put({Report::Kind::away, why, {}, {}, {}});
}

void KafkaConsumer::shared_out(rd_kafka_t* handle, rd_kafka_resp_err_t what,
                               rd_kafka_topic_partition_list_t* partitions, void* self) {
  auto& consumer = *static_cast<KafkaConsumer*>(self);
  consumer.begins_.clear();
  if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    rd_kafka_assign(handle, partitions);
    return;
  }
  consumer.settle_waiting();
  consumer.commit(true);
  for (int at = 0; at < partitions->cnt; ++at) {
    consumer.offsets_.forget(partitions->elems[at].partition);
  }
  rd_kafka_assign(handle, nullptr);
  consumer.reports_->put({Report::Kind::unread, {}, {}, {}, {}});
}

void KafkaConsumer::look() {
  if (!kafka_answers(handle_.get())) return;
  there_ = true;
  reports_->put({Report::Kind::there, {}, {}, {}, {}});
}

void KafkaConsumer::count_unread() {
  const auto now = std::chrono::steady_clock::now();
  if (now < count_at_) return;
  count_at_ = now + kCountEvery;
  reports_->put({Report::Kind::unread, {}, {}, {}, unread()});
}

/// From what the library has seen: to ask a broker would wait behind its answer to the last fetch.
std::optional<std::uint64_t> KafkaConsumer::unread() {
  const auto read = assigned_to(handle_.get());
  if (read == nullptr || read->cnt == 0) return std::nullopt;
  if (begins_.empty() && !note_begins(*read)) return std::nullopt;
  rd_kafka_position(handle_.get(), read.get());
  std::uint64_t count = offsets_.held();
  for (int at = 0; at < read->cnt; ++at) {
    const rd_kafka_topic_partition_t& one = read->elems[at];
    std::int64_t begin = 0;
    std::int64_t end = 0;
    rd_kafka_get_watermark_offsets(handle_.get(), one.topic, one.partition, &begin, &end);
    const auto committed = begins_.find(one.partition);
    if (begin < 0 || end < 0 || committed == begins_.end()) return std::nullopt;  // not fetched yet
    // From where it has read; else from where its group has got to; else from the first on.
    const std::int64_t next = one.offset >= 0          ? one.offset
                              : committed->second >= 0 ? committed->second
                                                       : begin;
    count += static_cast<std::uint64_t>(std::max<std::int64_t>(0, end - next));
  }
  return count;
}

/// Where the group had got to when the partitions were shared out.
bool KafkaConsumer::note_begins(const rd_kafka_topic_partition_list_t& partitions) {
  const KafkaPtr<rd_kafka_topic_partition_list_t> committed(
      rd_kafka_topic_partition_list_copy(&partitions));
  const auto known = rd_kafka_committed(handle_.get(), committed.get(), kAnswerMs);
  if (known != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  for (int at = 0; at < committed->cnt; ++at) {
    begins_[committed->elems[at].partition] = committed->elems[at].offset;
  }
  return true;
}

/// Until it is buried, or the service stops: then it comes again.
void KafkaConsumer::bury(const std::string& text, std::string_view why) {
  log_warning("a dead letter", {{"consumer", consumer_}, {"why", std::string(why)}});
  reports_->put({Report::Kind::buried, {}, {}, {}, {}});
  while (!work_.stopped()) {
    if (grave_ == nullptr) {
      auto producer =
          make_kafka(RD_KAFKA_PRODUCER, kafka_settings({{"bootstrap.servers", address_.brokers},
                                                        {"enable.idempotence", "true"}}));
      FAIRRUSH_ASSERT(producer.has_value());
      grave_ = std::move(*producer);
    }
    produce(grave_.get(), {.topic = address_.topic + ".dead",
                           .key = {},
                           .value = text,
                           .header = "why",
                           .header_value = std::string(why)});
    if (rd_kafka_flush(grave_.get(), kBuryMs) == RD_KAFKA_RESP_ERR_NO_ERROR) return;
    rd_kafka_purge(grave_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    work_.wait(-1, kPause);
  }
}

}  // namespace fairrush::server
