#include "server/bus/amqp/amqp_broker.hpp"

#include <algorithm>
#include <utility>

namespace fairrush::server {

AmqpBroker::AmqpBroker(Executor home, AmqpBusAddress address, std::vector<std::string> consumers)
    : home_(home),
      address_(std::move(address)),
      names_(std::move(consumers)),
      presence_(shown(address_)) {}

void AmqpBroker::open(Listener& listener) {
  listener_ = &listener;
  reports_ = Mailbox<AmqpPublisher::Report>::make(
      home_, [this](const AmqpPublisher::Report& report) { take(report); });
  publisher_ = std::make_unique<AmqpPublisher>(address_, names_, reports_);
  for (const std::string& name : names_) {
    const ConsumerIndex place(static_cast<std::uint32_t>(subscriptions_.size()));
    auto reports = Mailbox<AmqpConsumer::Report>::make(
        home_, [this, place](AmqpConsumer::Report report) { take(place, std::move(report)); });
    subscriptions_.push_back({.presence = Presence("consumer " + name),
                              .unread = {},
                              .reports = reports,
                              .consumer = std::make_unique<AmqpConsumer>(address_, name, reports)});
  }
}

Task<void> AmqpBroker::stop() {
  for (Subscription& one : subscriptions_) {
    one.consumer.reset();
    one.reports->close();
  }
  publisher_.reset();
  reports_->close();
  presence_.left();
  co_return;
}

void AmqpBroker::settle(ConsumerIndex consumer, DeliveryTag tag, Settlement how) {
  Subscription& one = subscriptions_[consumer.value()];
  if (one.consumer != nullptr) one.consumer->settle(tag, how);
}

std::optional<std::string> AmqpBroker::missing() const {
  if (!presence_.is_there()) return presence_.missing();
  if (nowhere_) return "no queue takes messages: no consumer has come yet";
  for (const Subscription& one : subscriptions_) {
    if (!one.presence.is_there()) return one.presence.missing();
  }
  return std::nullopt;
}

std::optional<std::uint64_t> AmqpBroker::unread() const {
  std::uint64_t unread = 0;
  for (const Subscription& one : subscriptions_) {
    if (!one.unread) return std::nullopt;
    unread = std::max(unread, *one.unread);
  }
  return unread;
}

void AmqpBroker::take(const AmqpPublisher::Report& report) {
  using Kind = AmqpPublisher::Report::Kind;
  switch (report.kind) {
    case Kind::there:
      return presence_.there();
    case Kind::away:
      return presence_.away(report.why);
    case Kind::confirmed:
      nowhere_ = false;
      return listener_->confirmed(report.position);
    case Kind::nowhere:
      nowhere_ = true;
      return listener_->returned(report.position);
    case Kind::returned:
      return listener_->returned(report.position);
  }
}

void AmqpBroker::take(ConsumerIndex place, AmqpConsumer::Report report) {
  using Kind = AmqpConsumer::Report::Kind;
  Subscription& one = subscriptions_[place.value()];
  switch (report.kind) {
    case Kind::there:
      return one.presence.there();
    case Kind::away:
      one.unread.reset();
      return one.presence.away(report.why);
    case Kind::unread:
      one.unread = report.count;
      return;
    case Kind::delivered:
      return listener_->delivered(place, report.tag, std::move(report.message));
  }
}

}  // namespace fairrush::server
