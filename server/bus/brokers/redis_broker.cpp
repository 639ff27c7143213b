#include "server/bus/brokers/redis_broker.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/draw/digest.hpp"

namespace fairrush::server {
namespace {

constexpr Duration kAskEvery = std::chrono::seconds(1);
constexpr Duration kAskAgain = std::chrono::milliseconds(20);  // while there is no room
constexpr std::size_t kNameBytes = 8;

/// A name that no other process has, and no former one had.
std::string name_of_this_process() {
  std::array<char, 65> host{};
  gethostname(host.data(), host.size() - 1);
  return fmt::format("{}-{}", host.data(), to_hex(secret_bytes(kNameBytes)));
}

}  // namespace

RedisBroker::RedisBroker(Executor executor, const Clock& clock, const RedisBusAddress& address,
                         std::span<const std::string> consumers)
    : clock_(clock),
      address_(address),
      presence_(shown(address)),
      groups_(consumers.begin(), consumers.end()),
      room_(address.keep / 2),
      connection_(executor, clock, address.endpoint, *this) {
  const std::string own_name = name_of_this_process();
  for (const std::string& group : consumers) {
    const ConsumerIndex index(static_cast<std::uint32_t>(readers_.size()));
    readers_.emplace_back(
        RedisReader::Parts{.executor = executor,
                           .clock = clock,
                           .address = address,
                           .group = group,
                           .consumer = own_name,
                           .deliver = [this, index](DeliveryTag tag, WireMessage message) {
                             listener_->delivered(index, tag, std::move(message));
                           }});
  }
}

void RedisBroker::open(Broker::Listener& listener) {
  listener_ = &listener;
  connection_.open();
  for (RedisReader& reader : readers_) reader.open();
}

Task<void> RedisBroker::stop() {
  co_await connection_.stop();
  for (RedisReader& reader : readers_) co_await reader.stop();
}

void RedisBroker::publish(Outgoing message) {
  ++published_;
  connection_.send(RedisCommand("XADD")
                       .add(address_.stream)
                       .add("MAXLEN")
                       .add("~")
                       .add(address_.keep)
                       .add("*")
                       .add("id")
                       .add(message.id)
                       .add("message")
                       .add(message.text),
                   [this, position = message.position](const RedisResult& result) {
                     if (result) return listener_->confirmed(position);
                     // What is published again to somebody who stands still comes twice and more.
                     silent_ = result.error().kind == RedisFailure::Kind::unknown;
                     listener_->returned(position);
                   });
}

void RedisBroker::settle(ConsumerIndex consumer, DeliveryTag tag, Settlement how) {
  readers_[consumer.value()].settle(tag, how);
}

void RedisBroker::tick() {
  const SteadyTime now = clock_.steady_now();
  const bool due =
      now >= ask_at_ || (room_ <= published_ && now >= ask_at_ - kAskEvery + kAskAgain);
  silent_ = silent_ && connection_.pending() > 0;
  if (connection_.is_ready() && !silent_ && due) ask_who_is_behind();
  for (RedisReader& reader : readers_) reader.tick();
}

void RedisBroker::connected(const std::string&) {
  presence_.there();
}

void RedisBroker::disconnected(const std::string& why) {
  presence_.away(why);
  unread_.reset();
}

void RedisBroker::ask_who_is_behind() {
  ask_at_ = clock_.steady_now() + kAskEvery;
  connection_.send(RedisCommand("XINFO").add("GROUPS").add(address_.stream),
                   [this, published = published_](const RedisResult& result) {
                     unread_.reset();
                     if (result) take_groups(result->value(), published);
                   });
}

void RedisBroker::take_groups(const RedisValue& groups, std::uint64_t published) {
  const std::uint64_t behind_max = address_.keep / 2;
  std::uint64_t behind_most = 0;
  behind_.reset();
  std::uint64_t unread = 0;
  std::size_t known = 0;  // of our groups
  for (std::size_t at = 0; at < groups.size(); ++at) {
    const std::string_view name = redis_text(groups[at], "name");
    const auto lag = redis_number(groups[at], "lag");
    const auto pending = redis_number(groups[at], "pending");
    const auto behind = static_cast<std::uint64_t>(lag.value_or(0) + pending.value_or(0));
    behind_most = std::max(behind_most, behind);
    if (behind >= behind_max) {
      behind_ = fmt::format("the consumer group '{}' is {} messages behind, the stream keeps {}",
                            name, behind, address_.keep);
    }
    if (!lag || std::ranges::find(groups_, name) == groups_.end()) continue;
    unread = std::max(unread, behind);
    ++known;
  }
  if (known == groups_.size()) unread_ = unread;
  room_ = published + behind_max - std::min(behind_max, behind_most);
}

std::optional<std::uint64_t> RedisBroker::unread() const {
  return presence_.is_there() ? unread_ : std::nullopt;
}

std::uint64_t RedisBroker::dead_letters() const {
  std::uint64_t count = 0;
  for (const RedisReader& reader : readers_) count += reader.dead_letters();
  return count;
}

std::optional<std::string> RedisBroker::missing() const {
  if (!presence_.is_there()) return presence_.missing();
  if (silent_) return "Redis does not answer in time";
  if (behind_) return behind_;
  for (const RedisReader& reader : readers_) {
    if (auto why = reader.missing()) return why;
  }
  return std::nullopt;
}

}  // namespace fairrush::server
