#pragma once

#include <deque>
#include <optional>
#include <span>
#include <string>

#include "server/bus/brokers/redis_reader.hpp"

namespace fairrush::server {

/// A Redis stream as the broker: one entry a message, a consumer group for each consumer. All of it
/// on the thread of the executor, which it never blocks.
///
/// What a confirmation is worth is Redis's to say: with `appendonly yes` and `appendfsync always`
/// it survives the end of Redis, with less a restart may lose what no consumer had read yet.
class RedisBroker final : public Broker, private RedisConnection::Listener {
 public:
  /// `clock` outlives the broker; `consumers` are names of groups.
  RedisBroker(Executor executor, const Clock& clock, const RedisBusAddress& address,
              std::span<const std::string> consumers);

  void open(Broker::Listener& listener) override;
  Task<void> stop() override;
  bool accepts() const override { return connection_.is_ready() && !silent_ && room_ > published_; }
  void publish(Outgoing message) override;
  void settle(ConsumerIndex consumer, DeliveryTag tag, Settlement how) override;
  void tick() override;
  std::optional<std::string> missing() const override;
  std::optional<std::uint64_t> unread() const override;
  std::uint64_t dead_letters() const override;

 private:
  void connected(const std::string& run_id) override;
  void disconnected(const std::string& why) override;
  void ask_who_is_behind();
  /// What was asked when so many messages had been published.
  void take_groups(const RedisValue& groups, std::uint64_t published);

  const Clock& clock_;
  RedisBusAddress address_;
  Broker::Listener* listener_ = nullptr;
  Presence presence_;
  std::vector<std::string> groups_;  ///< of this process
  std::uint64_t published_ = 0;
  std::uint64_t room_;   ///< so many may be published before somebody could miss what is cut off
  bool silent_ = false;  ///< Redis was late, and has not answered everything yet
  std::optional<std::uint64_t> unread_;
  std::optional<std::string> behind_;  ///< which consumer is too far behind to publish more
  SteadyTime ask_at_;
  std::deque<RedisReader> readers_;
  RedisConnection connection_;
};

}  // namespace fairrush::server
