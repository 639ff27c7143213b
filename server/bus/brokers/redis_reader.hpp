#pragma once

#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "server/bus/broker.hpp"
#include "server/bus/brokers/bus_address.hpp"
#include "server/bus/brokers/presence.hpp"
#include "server/redis/connection.hpp"

namespace fairrush::server {

/// The text, or the number, behind a name in a list of names and values, as Redis describes things;
/// empty or unset where it is not there.
std::string_view redis_text(const RedisValue& pairs, std::string_view name);
std::optional<std::int64_t> redis_number(const RedisValue& pairs, std::string_view name);

/// Reads a stream for one consumer group: what is new, and what other consumers of the group were
/// given and did not settle in time. One connection, whose reads wait in Redis. One thread.
class RedisReader final : private RedisConnection::Listener {
 public:
  /// Entries that are delivered and not settled in Redis, at most.
  static constexpr std::size_t kHeldMax = 1024;

  /// A message that can be read.
  using Deliver = std::function<void(DeliveryTag tag, WireMessage message)>;

  struct Parts {
    Executor executor;
    const Clock& clock;
    RedisBusAddress address;
    std::string group;
    std::string consumer;  ///< no other process reads under this name
    Deliver deliver;
  };

  explicit RedisReader(Parts parts);

  void open() { connection_.open(); }
  /// Tells what is settled, if Redis hears it, and ends.
  Task<void> stop();

  void settle(DeliveryTag tag, Settlement how);
  void tick() { turn(); }
  std::optional<std::string> missing() const { return presence_.missing(); }
  std::uint64_t dead_letters() const { return dead_letters_; }

 private:
  struct Entry {
    std::string id;
    std::string text;
  };

  void connected(const std::string& run_id) override;
  void disconnected(const std::string& why) override;

  void make_group();
  void group_made(const RedisResult& result);
  /// Forgets consumers of processes that are gone for long.
  void remove_gone();
  /// Does the next thing there is to do, if nothing is under way.
  void turn();
  void acknowledge();
  void acknowledged(const std::vector<std::string>& ids, const RedisResult& result);
  void reclaim();
  void read(std::size_t count);
  void answered(const RedisResult& result, void (RedisReader::*take)(const RedisValue& answer));
  void take_read(const RedisValue& answer);
  void take_reclaimed(const RedisValue& answer);
  void take_entries(const RedisValue& entries);
  void take(Entry entry);
  void bury(const Entry& entry, std::string_view why);

  Executor executor_;
  const Clock& clock_;
  RedisBusAddress address_;
  std::string group_;
  std::string consumer_;
  Deliver deliver_;
  std::unordered_map<DeliveryTag, Entry> delivered_;  ///< not settled by their consumer
  std::unordered_set<std::string> held_;              ///< ids that Redis takes for pending
  std::vector<std::string> to_acknowledge_;
  std::uint64_t last_tag_ = 0;
  std::uint64_t dead_letters_ = 0;
  bool grouped_ = false;  ///< the group is there
  bool stopping_ = false;
  bool busy_ = false;  ///< a read, or the making of the group, is under way
  SteadyTime reclaim_at_;
  std::string reclaim_from_ = "0-0";
  SteadyTime resume_at_;  ///< after a refusal
  Presence presence_;
  RedisConnection connection_;
};

}  // namespace fairrush::server
