#include "server/bus/amqp/amqp_consumer.hpp"

#include <fmt/format.h>

#include <utility>

#include "server/log.hpp"

namespace fairrush::server {
namespace {

constexpr std::chrono::milliseconds kCountEvery{1000};
constexpr std::uint16_t kPrefetch = 512;
constexpr unsigned kNumberBits = 48;

}  // namespace

AmqpConsumer::AmqpConsumer(const AmqpBusAddress& address, const std::string& consumer,
                           ConsumerReports reports)
    : consumer_(consumer),
      queue_(fmt::format("{}.{}", address.exchange, consumer)),
      reports_(std::move(reports)),
      worker_({.name = "amqp consume",
               .address = address,
               .consumers = {consumer},
               .begin = [this] { return begin(); },
               .turn = [this] { return turn(); },
               .ended =
                   [this](const std::string& why) {
                     reports_->put({Report::Kind::away, why, {}, {}, {}});
                   }}) {}

AmqpConsumer::Done AmqpConsumer::begin() {
  ++connection_;
  AmqpSession& session = worker_.session();
  amqp_basic_qos(session.connection(), kAmqpChannel, 0, kPrefetch, 0);
  if (auto bounded = session.replied("bound what is under way"); !bounded) return bounded;
  amqp_basic_consume(session.connection(), kAmqpChannel, amqp_text(queue_), amqp_empty_bytes, 0, 0,
                     0, amqp_empty_table);
  if (auto hears = session.replied("hear the queue " + queue_); !hears) return hears;
  unsettled_ = 0;
  reports_->put({Report::Kind::there, {}, {}, {}, {}});
  return {};
}

AmqpConsumer::Done AmqpConsumer::turn() {
  if (auto settled = settle_waiting(); !settled) return settled;
  if (auto taken = take_frames(); !taken) return taken;
  return count_unread();
}

AmqpConsumer::Done AmqpConsumer::settle_waiting() {
  for (const Settled& one : worker_.take()) {
    const std::uint64_t number = one.tag.value() & ((std::uint64_t{1} << kNumberBits) - 1);
    if (tag_of(number) != one.tag) continue;  // of a former connection: it comes again
    if (auto settled = settle_one(number, one.how); !settled) return settled;
  }
  return {};
}

AmqpConsumer::Done AmqpConsumer::settle_one(std::uint64_t number, Settlement how) {
  const int status =
      how == Settlement::handled
          ? amqp_basic_ack(worker_.session().connection(), kAmqpChannel, number, 0)
          : amqp_basic_reject(worker_.session().connection(), kAmqpChannel, number, 0);
  if (status != AMQP_STATUS_OK) return std::unexpected(amqp_error_string2(status));
  --unsettled_;
  if (how == Settlement::strange) reports_->put({Report::Kind::buried, {}, {}, {}, {}});
  return {};
}

AmqpConsumer::Done AmqpConsumer::count_unread() {
  const auto now = std::chrono::steady_clock::now();
  if (now < count_at_) return {};
  count_at_ = now + kCountEvery;
  const amqp_queue_declare_ok_t* const there =
      amqp_queue_declare(worker_.session().connection(), kAmqpChannel, amqp_text(queue_), 1, 1, 0,
                         0, amqp_empty_table);
  if (there == nullptr) return worker_.session().replied("look at the queue " + queue_);
  reports_->put({Report::Kind::unread, {}, {}, {}, there->message_count + unsettled_});
  return {};
}

AmqpConsumer::Done AmqpConsumer::take_frames() {
  for (;;) {
    const auto frame = worker_.session().next_frame();
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
  const auto message = worker_.session().read_message();
  if (!message) return std::unexpected(message.error());
  ++unsettled_;
  auto wire = parse_wire_text(message->text);
  if (wire) {
    reports_->put({Report::Kind::delivered, {}, tag_of(number), std::move(*wire), {}});
    return {};
  }
  log_warning("a dead letter", {{"consumer", consumer_}, {"why", wire.error()}});
  return settle_one(number, Settlement::strange);
}

DeliveryTag AmqpConsumer::tag_of(std::uint64_t number) const {
  return DeliveryTag(connection_ << kNumberBits | number);
}

}  // namespace fairrush::server
