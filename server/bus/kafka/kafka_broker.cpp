#include "server/bus/kafka/kafka_broker.hpp"

#include <algorithm>
#include <utility>

namespace fairrush::server {

KafkaBroker::KafkaBroker(Executor home, KafkaBusAddress address, std::vector<std::string> consumers)
    : home_(home),
      address_(std::move(address)),
      names_(std::move(consumers)),
      presence_(shown(address_)) {}

void KafkaBroker::open(Listener& listener) {
  listener_ = &listener;
  reports_ = Mailbox<KafkaProducer::Report>::make(
      home_, [this](const KafkaProducer::Report& report) { take(report); });
  producer_ = std::make_unique<KafkaProducer>(address_, reports_);
  for (const std::string& name : names_) {
    const ConsumerIndex place(static_cast<std::uint32_t>(subscriptions_.size()));
    auto reports = Mailbox<KafkaConsumer::Report>::make(
        home_, [this, place](KafkaConsumer::Report report) { take(place, std::move(report)); });
    subscriptions_.push_back(
        {.presence = Presence("consumer " + name),
         .unread = {},
         .reports = reports,
         .consumer = std::make_unique<KafkaConsumer>(address_, name, reports)});
  }
}

Task<void> KafkaBroker::stop() {
  for (Subscription& one : subscriptions_) {
    one.consumer.reset();
    one.reports->close();
  }
  producer_.reset();
  reports_->close();
  presence_.left();
  co_return;
}

void KafkaBroker::settle(ConsumerIndex consumer, DeliveryTag tag, Settlement how) {
  Subscription& one = subscriptions_[consumer.value()];
  if (one.consumer != nullptr) one.consumer->settle(tag, how);
}

std::optional<std::string> KafkaBroker::missing() const {
  if (!presence_.is_there()) return presence_.missing();
  for (const Subscription& one : subscriptions_) {
    if (!one.presence.is_there()) return one.presence.missing();
  }
  return std::nullopt;
}

std::optional<std::uint64_t> KafkaBroker::unread() const {
  std::uint64_t unread = 0;
  for (const Subscription& one : subscriptions_) {
    if (!one.unread) return std::nullopt;
    unread = std::max(unread, *one.unread);
  }
  return unread;
}

void KafkaBroker::take(const KafkaProducer::Report& report) {
  using Kind = KafkaProducer::Report::Kind;
  switch (report.kind) {
    case Kind::there:
      return presence_.there();
    case Kind::away:
      return presence_.away(report.why);
    case Kind::confirmed:
      return listener_->confirmed(report.position);
    case Kind::returned:
      return listener_->returned(report.position);
  }
}

void KafkaBroker::take(ConsumerIndex place, KafkaConsumer::Report report) {
  using Kind = KafkaConsumer::Report::Kind;
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
