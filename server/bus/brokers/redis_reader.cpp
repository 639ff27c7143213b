#include "server/bus/brokers/redis_reader.hpp"

#include <fmt/format.h>

#include <utility>

#include "server/log.hpp"

namespace fairrush::server {
namespace {

constexpr std::chrono::milliseconds kBlock{200};  // well below the patience of a connection
constexpr Duration kFarewell = std::chrono::milliseconds(500);
constexpr Duration kFarewellPoll = std::chrono::milliseconds(2);
constexpr std::size_t kReadMax = 128;
constexpr Duration kPause = std::chrono::milliseconds(100);
constexpr std::uint64_t kDeadKept = 10'000;
constexpr std::chrono::milliseconds kGoneFor = std::chrono::hours(1);

}  // namespace

std::string_view redis_text(const RedisValue& pairs, std::string_view name) {
  for (std::size_t at = 0; at + 1 < pairs.size(); at += 2) {
    if (pairs[at].text() == name) return pairs[at + 1].text().value_or("");
  }
  return {};
}

std::optional<std::int64_t> redis_number(const RedisValue& pairs, std::string_view name) {
  for (std::size_t at = 0; at + 1 < pairs.size(); at += 2) {
    if (pairs[at].text() == name) return pairs[at + 1].integer();
  }
  return std::nullopt;
}

RedisReader::RedisReader(Parts parts)
    : executor_(parts.executor),
      clock_(parts.clock),
      address_(std::move(parts.address)),
      group_(std::move(parts.group)),
      consumer_(std::move(parts.consumer)),
      deliver_(std::move(parts.deliver)),
      presence_("consumer " + group_),
      connection_(parts.executor, parts.clock, address_.endpoint, *this) {}

Task<void> RedisReader::stop() {
  stopping_ = true;
  turn();
  const SteadyTime end = clock_.steady_now() + kFarewell;
  Timer poll(executor_);
  while (connection_.is_ready() && connection_.pending() > 0 && clock_.steady_now() < end) {
    poll.expires_after(kFarewellPoll);
    co_await poll.async_wait(kAwait);
  }
  co_await connection_.stop();
}

void RedisReader::connected(const std::string&) {
  grouped_ = busy_ = false;
  reclaim_at_ = clock_.steady_now();
  turn();
}

void RedisReader::disconnected(const std::string& why) {
  presence_.away(why);
}

void RedisReader::settle(DeliveryTag tag, Settlement how) {
  const auto found = delivered_.find(tag);
  const Entry entry = std::move(found->second);
  delivered_.erase(found);
  if (how == Settlement::strange) return bury(entry, "of an event that is not here");
  to_acknowledge_.push_back(entry.id);
}

void RedisReader::make_group() {
  busy_ = true;
  // From the first entry on: what was published before anybody listened is heard.
  connection_.send(RedisCommand("XGROUP")
                       .add("CREATE")
                       .add(address_.stream)
                       .add(group_)
                       .add("0")
                       .add("MKSTREAM"),
                   [this](const RedisResult& result) { group_made(result); });
}

void RedisReader::group_made(const RedisResult& result) {
  busy_ = false;
  grouped_ = result || result.error().detail.starts_with("BUSYGROUP");
  if (grouped_) {
    presence_.there();
    remove_gone();
  } else {
    presence_.away(result.error().detail);
    resume_at_ = clock_.steady_now() + kPause;
  }
  turn();
}

void RedisReader::remove_gone() {
  connection_.send(RedisCommand("XINFO").add("CONSUMERS").add(address_.stream).add(group_),
                   [this](const RedisResult& result) {
                     if (!result) return;
                     const RedisValue consumers = result->value();
                     for (std::size_t at = 0; at < consumers.size(); ++at) {
                       const RedisValue one = consumers[at];
                       if (redis_number(one, "pending") != 0) continue;
                       if (redis_number(one, "idle").value_or(0) < kGoneFor.count()) continue;
                       connection_.send(RedisCommand("XGROUP")
                                            .add("DELCONSUMER")
                                            .add(address_.stream)
                                            .add(group_)
                                            .add(redis_text(one, "name")),
                                        [](const RedisResult&) {});
                     }
                   });
}

void RedisReader::turn() {
  if (!connection_.is_ready()) return;
  acknowledge();
  const SteadyTime now = clock_.steady_now();
  if (busy_ || stopping_ || now < resume_at_) return;
  if (!grouped_) return make_group();
  const std::size_t room = kHeldMax - std::min(kHeldMax, held_.size());
  if (room == 0) return;
  if (now >= reclaim_at_) return reclaim();
  read(std::min(room, kReadMax));
}

void RedisReader::acknowledge() {
  if (to_acknowledge_.empty()) return;
  std::vector<std::string> ids = std::exchange(to_acknowledge_, {});
  RedisCommand command("XACK");
  command.add(address_.stream).add(group_);
  for (const std::string& id : ids) command.add(id);
  connection_.send(command, [this, ids = std::move(ids)](const RedisResult& result) {
    acknowledged(ids, result);
  });
}

void RedisReader::acknowledged(const std::vector<std::string>& ids, const RedisResult& result) {
  // A group that is gone has nothing pending.
  if (result || result.error().kind == RedisFailure::Kind::refused) {
    for (const std::string& id : ids) held_.erase(id);
  } else {
    to_acknowledge_.insert(to_acknowledge_.end(), ids.begin(), ids.end());
  }
}

void RedisReader::reclaim() {
  busy_ = true;
  const auto idle = std::chrono::ceil<std::chrono::milliseconds>(address_.reclaim);
  connection_.send(
      RedisCommand("XAUTOCLAIM")
          .add(address_.stream)
          .add(group_)
          .add(consumer_)
          .add(idle.count())
          .add(reclaim_from_)
          .add("COUNT")
          .add(kReadMax),
      [this](const RedisResult& result) { answered(result, &RedisReader::take_reclaimed); });
}

void RedisReader::read(std::size_t count) {
  busy_ = true;
  connection_.send(
      RedisCommand("XREADGROUP")
          .add("GROUP")
          .add(group_)
          .add(consumer_)
          .add("COUNT")
          .add(count)
          .add("BLOCK")
          .add(kBlock.count())
          .add("STREAMS")
          .add(address_.stream)
          .add(">"),
      [this](const RedisResult& result) { answered(result, &RedisReader::take_read); });
}

void RedisReader::answered(const RedisResult& result,
                           void (RedisReader::*take)(const RedisValue& answer)) {
  busy_ = false;
  if (result) {
    (this->*take)(result->value());
  } else {
    // The stream may be gone, and the group with it.
    grouped_ = grouped_ && !result.error().detail.starts_with("NOGROUP");
    resume_at_ = clock_.steady_now() + kPause;
  }
  turn();
}

void RedisReader::take_read(const RedisValue& answer) {
  for (std::size_t stream = 0; stream < answer.size(); ++stream) take_entries(answer[stream][1]);
}

void RedisReader::take_reclaimed(const RedisValue& answer) {
  reclaim_from_ = answer[0].text().value_or("0-0");
  if (reclaim_from_ == "0-0") reclaim_at_ = clock_.steady_now() + address_.reclaim / 2;
  take_entries(answer[1]);
}

void RedisReader::take_entries(const RedisValue& entries) {
  for (std::size_t at = 0; at < entries.size(); ++at) {
    const RedisValue entry = entries[at];
    if (entry.size() < 2) continue;  // cut off meanwhile
    take({std::string(entry[0].text().value_or("")), std::string(redis_text(entry[1], "message"))});
  }
}

void RedisReader::take(Entry entry) {
  // One that we have and did not settle in time is still ours.
  if (!held_.insert(entry.id).second) return;
  auto message = parse_wire_text(entry.text);
  if (!message) return bury(entry, message.error());
  const DeliveryTag tag(++last_tag_);
  delivered_.emplace(tag, std::move(entry));
  deliver_(tag, std::move(*message));
}

void RedisReader::bury(const Entry& entry, std::string_view why) {
  log_warning("a dead letter",
              {{"consumer", group_}, {"entry", entry.id}, {"why", std::string(why)}});
  connection_.send(RedisCommand("XADD")
                       .add(address_.stream + ":dead")
                       .add("MAXLEN")
                       .add("~")
                       .add(kDeadKept)
                       .add("*")
                       .add("consumer")
                       .add(group_)
                       .add("entry")
                       .add(entry.id)
                       .add("why")
                       .add(why)
                       .add("message")
                       .add(entry.text),
                   [this, id = entry.id](const RedisResult& result) {
                     // Otherwise it stays pending and is claimed again.
                     if (result) to_acknowledge_.push_back(id);
                     if (result) ++dead_letters_;
                     if (!result) held_.erase(id);
                   });
}

}  // namespace fairrush::server
