#include "server/bus/amqp/amqp_consumer.hpp"

#include <fmt/format.h>
#include <pthread.h>

#include <utility>

#include "server/log.hpp"

namespace fairrush::server {
namespace {

constexpr std::chrono::milliseconds kRetry{200};
constexpr std::chrono::milliseconds kFarewell{500};
constexpr std::chrono::milliseconds kLookEvery{1000};  // for heartbeats
constexpr std::uint16_t kPrefetch = 512;
constexpr unsigned kNumberBits = 48;

}  // namespace

AmqpConsumer::AmqpConsumer(AmqpBusAddress address, std::string consumer,
                           std::shared_ptr<Mailbox<Report>> reports)
    : address_(std::move(address)),
      consumer_(std::move(consumer)),
      reports_(std::move(reports)),
      thread_([this] { run(); }) {
  pthread_setname_np(thread_.native_handle(), "amqp consume");
}

AmqpConsumer::~AmqpConsumer() {
  work_.stop();
  // What was settled is told, unless the broker hears nothing.
  if (!ended_.try_acquire_for(kFarewell)) session_.interrupt();
  thread_.join();
}

void AmqpConsumer::run() {
  work();
  ended_.release();
}

void AmqpConsumer::work() {
  while (!work_.stopped()) {
    const Done ended = serve();
    if (work_.stopped()) return;
    reports_->put({Report::Kind::away, ended.error(), {}, {}, 0});
    work_.wait(-1, kRetry);
  }
}

AmqpConsumer::Done AmqpConsumer::serve() {
  ++connection_;
  if (auto opened = session_.open(address_, {&consumer_, 1}); !opened) return opened;
  amqp_basic_qos(session_.connection(), kAmqpChannel, 0, kPrefetch, 0);
  if (auto bounded = session_.replied("bound what is under way"); !bounded) return bounded;
  const std::string queue = fmt::format("{}.{}", address_.exchange, consumer_);
  amqp_basic_consume(session_.connection(), kAmqpChannel, amqp_text(queue), amqp_empty_bytes, 0, 0,
                     0, amqp_empty_table);
  if (auto hears = session_.replied("hear the queue " + queue); !hears) return hears;
  unsettled_ = 0;
  reports_->put({Report::Kind::there, {}, {}, {}, 0});
  for (;;) {
    if (auto settled = settle_waiting(); !settled) return settled;
    if (auto taken = take_frames(); !taken) return taken;
    if (auto counted = count_unread(); !counted) return counted;
    if (work_.stopped()) return std::unexpected("the service stops");
    work_.wait(session_.socket(), kLookEvery);
  }
}

AmqpConsumer::Done AmqpConsumer::settle_waiting() {
  for (const Settled& one : work_.take()) {
    const std::uint64_t number = one.tag.value() & ((std::uint64_t{1} << kNumberBits) - 1);
    if (tag_of(number) != one.tag) continue;  // of a former connection: it comes again
    if (auto settled = settle_one(number, one.how); !settled) return settled;
  }
  return {};
}

AmqpConsumer::Done AmqpConsumer::settle_one(std::uint64_t number, Settlement how) {
  const int status = how == Settlement::handled
                         ? amqp_basic_ack(session_.connection(), kAmqpChannel, number, 0)
                         : amqp_basic_reject(session_.connection(), kAmqpChannel, number, 0);
  if (status != AMQP_STATUS_OK) return std::unexpected(amqp_error_string2(status));
  --unsettled_;
  return {};
}

AmqpConsumer::Done AmqpConsumer::count_unread() {
  const auto now = std::chrono::steady_clock::now();
  if (now < count_at_) return {};
  count_at_ = now + kLookEvery;
  const std::string queue = fmt::format("{}.{}", address_.exchange, consumer_);
  const amqp_queue_declare_ok_t* const there = amqp_queue_declare(
      session_.connection(), kAmqpChannel, amqp_text(queue), 1, 1, 0, 0, amqp_empty_table);
  if (there == nullptr) return session_.replied("look at the queue " + queue);
  reports_->put({Report::Kind::unread, {}, {}, {}, there->message_count + unsettled_});
  return {};
}

AmqpConsumer::Done AmqpConsumer::take_frames() {
  for (;;) {
    const auto frame = session_.next_frame();
    if (!frame) return std::unexpected(frame.error());
    if (!*frame) return {};
    if ((*frame)->frame_type != AMQP_FRAME_METHOD) continue;
    const amqp_method_t& method = (*frame)->payload.method;
    if (method.id == AMQP_BASIC_CANCEL_METHOD) return std::unexpected("the queue was deleted");
    if (method.id != AMQP_BASIC_DELIVER_METHOD) continue;
    const auto* const delivery = static_cast<const amqp_basic_deliver_t*>(method.decoded);
    if (auto taken = take_delivery(delivery->delivery_tag); !taken) return taken;
  }
}

AmqpConsumer::Done AmqpConsumer::take_delivery(std::uint64_t number) {
  const auto message = session_.read_message();
  if (!message) return std::unexpected(message.error());
  ++unsettled_;
  auto wire = parse_wire_text(message->text);
  if (wire) {
    reports_->put({Report::Kind::delivered, {}, tag_of(number), std::move(*wire), 0});
    return {};
  }
  log_warning("a dead letter", {{"consumer", consumer_}, {"why", wire.error()}});
  return settle_one(number, Settlement::strange);
}

DeliveryTag AmqpConsumer::tag_of(std::uint64_t number) const {
  return DeliveryTag(connection_ << kNumberBits | number);
}

}  // namespace fairrush::server
