#include "server/bus/amqp/amqp_publisher.hpp"

#include <utility>

namespace fairrush::server {
namespace {

constexpr std::uint8_t kPersistent = 2;

}  // namespace

AmqpPublisher::AmqpPublisher(const AmqpBusAddress& address, std::vector<std::string> consumers,
                             PublisherReports reports)
    : exchange_(address.exchange),
      reports_(std::move(reports)),
      worker_({.name = "amqp publish",
               .address = address,
               .consumers = std::move(consumers),
               .begin = [this] { return begin(); },
               .turn = [this] { return turn(); },
               .ended = [this](const std::string& why) { ended(why); }}) {}

AmqpPublisher::Done AmqpPublisher::begin() {
  AmqpSession& session = worker_.session();
  amqp_confirm_select(session.connection(), kAmqpChannel);
  if (auto confirms = session.replied("ask for confirmations"); !confirms) return confirms;
  last_tag_ = 0;
  reports_->put({Report::Kind::there, {}, {}});
  return {};
}

AmqpPublisher::Done AmqpPublisher::turn() {
  if (auto published = publish_waiting(); !published) return published;
  return take_frames();
}

AmqpPublisher::Done AmqpPublisher::publish_waiting() {
  const std::vector<Outgoing> messages = worker_.take();
  // First of all: after a failure all of them are returned.
  for (const Outgoing& message : messages) {
    under_way_.emplace(++last_tag_, UnderWay{message.position, message.id});
  }
  for (const Outgoing& message : messages) {
    amqp_basic_properties_t properties{};
    properties._flags =
        AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG;
    properties.content_type = amqp_text("application/json");
    properties.delivery_mode = kPersistent;
    properties.message_id = amqp_text(message.id);
    const int status = amqp_basic_publish(worker_.session().connection(), kAmqpChannel,
                                          amqp_text(exchange_), amqp_text(name_of(message.type)), 1,
                                          0, &properties, amqp_text(message.text));
    if (status != AMQP_STATUS_OK) return std::unexpected(amqp_error_string2(status));
  }
  return {};
}

AmqpPublisher::Done AmqpPublisher::take_frames() {
  for (;;) {
    const auto frame = worker_.session().next_frame();
    if (!frame) return std::unexpected(frame.error());
    if (!*frame) return {};
    if ((*frame)->frame_type != AMQP_FRAME_METHOD) continue;
    const amqp_method_t& method = (*frame)->payload.method;
    if (method.id == AMQP_BASIC_ACK_METHOD) {
      const auto* const ack = static_cast<const amqp_basic_ack_t*>(method.decoded);
      settled(ack->delivery_tag, ack->multiple != 0, Report::Kind::confirmed);
    } else if (method.id == AMQP_BASIC_NACK_METHOD) {
      const auto* const nack = static_cast<const amqp_basic_nack_t*>(method.decoded);
      settled(nack->delivery_tag, nack->multiple != 0, Report::Kind::returned);
    } else if (method.id == AMQP_BASIC_RETURN_METHOD) {
      if (auto taken = take_back(); !taken) return taken;
    }
  }
}

void AmqpPublisher::settled(std::uint64_t tag, bool multiple, Report::Kind how) {
  auto first = multiple ? under_way_.begin() : under_way_.find(tag);
  const auto end = under_way_.upper_bound(tag);
  while (first != under_way_.end() && first != end) {
    const UnderWay& one = first->second;
    reports_->put({one.nowhere ? Report::Kind::nowhere : how, one.position, {}});
    first = under_way_.erase(first);
  }
}

/// No queue takes a message: RabbitMQ sends it back, and confirms it then.
AmqpPublisher::Done AmqpPublisher::take_back() {
  const auto message = worker_.session().read_message();
  if (!message) return std::unexpected(message.error());
  for (auto& [tag, one] : under_way_) {
    if (one.id != message->id) continue;
    one.nowhere = true;
    break;
  }
  return {};
}

void AmqpPublisher::ended(const std::string& why) {
  for (const auto& [tag, one] : under_way_) {
    reports_->put({Report::Kind::returned, one.position, {}});
  }
  under_way_.clear();
  for (const Outgoing& message : worker_.take()) {
    reports_->put({Report::Kind::returned, message.position, {}});
  }
  reports_->put({Report::Kind::away, {}, why});
}

}  // namespace fairrush::server
