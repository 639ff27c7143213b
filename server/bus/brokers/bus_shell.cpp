#include "server/bus/brokers/bus_shell.hpp"

#include <boost/asio/post.hpp>
#include <utility>
#include <vector>

#include "server/bus/amqp/amqp_broker.hpp"
#include "server/bus/broker_bus.hpp"
#include "server/bus/brokers/redis_broker.hpp"
#include "server/bus/kafka/kafka_broker.hpp"

namespace fairrush::server {
namespace {

std::vector<std::string> consumers_of(const BusOptions& options) {
  std::vector<std::string> consumers;
  if (options.audit) consumers.emplace_back("audit");
  if (options.notification) consumers.emplace_back("notification");
  return consumers;
}

struct BrokerMaker {
  std::unique_ptr<Broker> operator()(const InProcessAddress&) const { return nullptr; }
  std::unique_ptr<Broker> operator()(RedisBusAddress address) const {
    if (options.password) address.endpoint.password = *options.password;
    return std::make_unique<RedisBroker>(home, clock, address, consumers_of(options));
  }
  std::unique_ptr<Broker> operator()(AmqpBusAddress address) const {
    if (options.password) address.password = *options.password;
    return make_amqp_broker(home, address, consumers_of(options));
  }
  std::unique_ptr<Broker> operator()(const KafkaBusAddress& address) const {
    return make_kafka_broker(home, address, consumers_of(options));
  }

  const BusOptions& options;
  Executor home;
  const Clock& clock;
};

}  // namespace

std::expected<OpenNotices, std::string> open_notices(const BusOptions& options) {
  OpenNotices notices;
  if (options.notification && options.notices_path) {
    auto file = NoticeFile::open(*options.notices_path, notices.known);
    if (!file) return std::unexpected(file.error());
    notices.sink = std::move(*file);
  } else {
    notices.sink = std::make_unique<NoticeLog>();
  }
  return notices;
}

BusShell::BusShell(const BusOptions& options, OpenNotices notices, Executor home,
                   const Clock& clock)
    : options_(options),
      home_(home),
      clock_(clock),
      notices_(std::move(notices)),
      broker_(std::visit(BrokerMaker{options_, home, clock}, options.address)) {
  if (options.notification) notices_thread_.emplace("notices");
}

MessagingParts BusShell::parts(BusFilter filter) {
  MessagingParts parts{.clock = clock_, .filter = std::move(filter), .audits = options_.audit};
  if (options_.notification) {
    parts.make_consumer = [this](const EventDirectory& events) {
      return std::make_unique<Notifier>(
          events, clock_,
          [this](auto notices, auto done) { write_notices(std::move(notices), done); },
          std::move(notices_.known));
    };
  }
  if (broker_ != nullptr) {
    parts.make_bus = [this](std::vector<BusConsumer*> consumers, const EventDirectory& events) {
      return std::make_unique<BrokerBus>(*broker_, std::move(consumers), events, clock_);
    };
  }
  return parts;
}

void BusShell::write_notices(std::vector<Notice> notices,
                             const std::function<void(const NoticeResult& result)>& done) {
  notices_thread_->post([this, notices = std::move(notices), done] {
    asio::post(home_, [done, result = notices_.sink->write(notices)] { done(result); });
  });
}

Task<void> BusShell::stop() {
  if (broker_ != nullptr) co_await broker_->stop();
}

}  // namespace fairrush::server
