#include "server/bus/brokers/threaded_broker.hpp"

#include <algorithm>
#include <utility>

namespace fairrush::server {

ThreadedBroker::ThreadedBroker(Executor home, Parts parts)
    : home_(home), parts_(std::move(parts)), presence_(parts_.name) {}

void ThreadedBroker::open(Listener& listener) {
  listener_ = &listener;
  reports_ = Mailbox<PublisherReport>::make(
      home_, [this](const PublisherReport& report) { take(report); });
  publisher_ = parts_.make_publisher(reports_);
  for (const std::string& consumer : parts_.consumers) subscribe(consumer);
}

void ThreadedBroker::subscribe(const std::string& consumer) {
  const ConsumerIndex place(static_cast<std::uint32_t>(subscriptions_.size()));
  auto reports = Mailbox<ConsumerReport>::make(
      home_, [this, place](ConsumerReport report) { take(place, std::move(report)); });
  subscriptions_.push_back({.presence = Presence("consumer " + consumer),
                            .unread = {},
                            .reports = reports,
                            .subscriber = parts_.make_subscriber(consumer, reports)});
}

Task<void> ThreadedBroker::stop() {
  for (Subscription& one : subscriptions_) {
    one.subscriber.reset();
    one.reports->close();
  }
  publisher_.reset();
  reports_->close();
  presence_.left();
  co_return;
}

void ThreadedBroker::settle(ConsumerIndex consumer, DeliveryTag tag, Settlement how) {
  Subscription& one = subscriptions_[consumer.value()];
  if (one.subscriber != nullptr) one.subscriber->settle(tag, how);
}

std::optional<std::string> ThreadedBroker::missing() const {
  if (!presence_.is_there()) return presence_.missing();
  if (nowhere_) return "no queue takes messages: no consumer has come yet";
  for (const Subscription& one : subscriptions_) {
    if (!one.presence.is_there()) return one.presence.missing();
  }
  return std::nullopt;
}

std::optional<std::uint64_t> ThreadedBroker::unread() const {
  std::uint64_t unread = 0;
  for (const Subscription& one : subscriptions_) {
    if (!one.unread) return std::nullopt;
    unread = std::max(unread, *one.unread);
  }
  return unread;
}

void ThreadedBroker::take(const PublisherReport& report) {
  using Kind = PublisherReport::Kind;
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

void ThreadedBroker::take(ConsumerIndex place, ConsumerReport report) {
  using Kind = ConsumerReport::Kind;
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
    case Kind::buried:
      ++dead_letters_;
      return;
    case Kind::delivered:
      return listener_->delivered(place, report.tag, std::move(report.message));
  }
}

}  // namespace fairrush::server
