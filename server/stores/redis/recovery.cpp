// How a Redis that is new, or has lost an event, comes to know what the ledger has.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "server/log.hpp"
#include "server/stores/redis/redis_service.hpp"

namespace fairrush::server {
namespace {

using Trust = RedisEvent::Trust;

/// Between attempts that fail.
constexpr Duration kPause = std::chrono::milliseconds(50);
/// How long whoever tells may be silent before another tells: well below a wish's patience, because
/// a process may die while it tells.
constexpr const char* kTellerPatienceMs = "1000";
constexpr std::size_t kTellerBytes = 8;
/// An event whose claims have closed this long ago is told when somebody asks for it.
constexpr Duration kLively = std::chrono::minutes(5);

}  // namespace

bool RedisService::is_lost(const RedisFailure& failure) {
  return failure.kind == RedisFailure::Kind::refused && failure.detail.starts_with("STALE");
}

void RedisService::connected(const std::string& run_id) {
  run_id_ = run_id;
  absence_.clear();
  answering_ = true;
  log_info("connected to Redis", {{"run", run_id}});
  for (const auto& [name, event] : events_) {
    event->trust = Trust::unknown;
    event->next_attempt = {};
    advance(*event, clock_.wall_now());
  }
}

void RedisService::disconnected(const std::string& why) {
  if (std::exchange(absence_, why) != why) log_error("no connection to Redis", {{"what", why}});
  run_id_.clear();
  for (const auto& [name, event] : events_) {
    event->trust = Trust::unknown;
    for (Lane& lane : event->lanes) refuse_certain(lane, ErrorCode::store_unavailable);
  }
}

void RedisService::call(RedisEvent& event, const RedisScript& script,
                        std::vector<std::string> arguments, Answer answer) {
  script.call(connection_, event.keys, arguments,
              watched<RedisResult>(
                  watch_, {.name = "upkeep"},
                  [this, life = life_of(event), answer = std::move(answer)](RedisResult result) {
                    RedisEvent* const current = alive(life);
                    if (current == nullptr) return;
                    answering_ = result || result.error().kind == RedisFailure::Kind::refused;
                    answer(*current, std::move(result));
                  }));
}

void RedisService::doubted(RedisEvent& event, const RedisFailure& failure) {
  const bool lost = is_lost(failure);
  if (event.trust == Trust::complete) event.trust = lost ? Trust::missing : Trust::unknown;
  if (!lost) event.next_attempt = clock_.steady_now() + kPause;
  advance(event, clock_.wall_now());
}

/// Does what the event needs next, if anything.
void RedisService::advance(RedisEvent& event, WallTime now) {
  if (run_id_.empty() || clock_.steady_now() < event.next_attempt) return;
  const bool asked_for = !std::ranges::all_of(event.lanes, &Lane::idle);
  const bool lively = asked_for || now < event.spec.windows.claim_close + kLively;
  if (event.trust == Trust::unknown && lively) return inquire(event);
  if (event.trust == Trust::missing && event.calls_idle()) return begin_telling(event);
  if (event.trust != Trust::complete) return;
  forget_earlier(event, now);
  if (now < event.spec.windows.reserve_close) return;
  if (event.roster) return prepare_claims(event);
  if (!event.closing && event.lanes[kReservations].idle()) close_roster(event);
}

void RedisService::inquire(RedisEvent& event) {
  event.trust = Trust::asked;
  call(event, scripts_.inquire, {prefix_of(event)},
       [this](RedisEvent& current, RedisResult result) {
         if (current.trust != Trust::asked) return;
         if (result) return found(current, result->value());
         try_later(current, is_lost(result.error()) ? Trust::missing : Trust::unknown,
                   result.error());
       });
}

/// Redis has the event: what it decided without this process is recorded before anything is asked.
void RedisService::found(RedisEvent& event, RedisValue reply) {
  const auto last = static_cast<std::uint64_t>(reply[0].integer().value_or(0));
  const std::string mark(reply[1].text().value_or(""));
  if (std::exchange(event.mark, mark) != mark) event.logged = event.trimmed = 0;
  event.forgotten = from_unix_ms(reply[2].integer().value_or(0));
  const auto recorded = [this](RedisEvent& current) {
    if (current.trust != Trust::asked) return;
    trusted(current);
  };
  catch_up(event, last, recorded, [this](RedisEvent& current, const RedisFailure& failure) {
    if (current.trust == Trust::asked) try_later(current, Trust::unknown, failure);
  });
}

void RedisService::try_later(RedisEvent& event, Trust trust, const RedisFailure& failure) {
  event.trust = trust;
  if (is_lost(failure)) return advance(event, clock_.wall_now());
  event.next_attempt = clock_.steady_now() + kPause;
}

/// What is told is what the ledger has: everything that was decided and heard of is in it first.
void RedisService::begin_telling(RedisEvent& event) {
  event.trust = Trust::telling;
  const std::string teller = to_hex(secret_bytes(kTellerBytes));
  event.teller = teller;
  if (event.fresh) {
    return tell(event, telling_of(*event.design, event.spec, {}));
  }
  const auto still = [this, life = life_of(event), teller]() -> RedisEvent* {
    RedisEvent* const current = alive(life);
    const bool same = current != nullptr && current->trust == Trust::telling;
    return same && current->teller == teller ? current : nullptr;
  };
  queue_.when_durable(queue_.last(), [this, still](bool durable) {
    RedisEvent* const current = still();
    if (current == nullptr || !durable) return;
    records_.read_records(current->id, [this, still](const EventRecords& records) {
      RedisEvent* const known = still();
      if (known == nullptr) return;
      if (!records) {
        log_error("the ledger cannot be read", {{"what", records.error()}});
        return try_later(*known, Trust::missing, {});
      }
      log_info("telling Redis of an event",
               {{"event", known->spec.name}, {"records", std::to_string(records->size())}});
      tell(*known, telling_of(*known->design, known->spec, *records));
    });
  });
}

void RedisService::tell(RedisEvent& event, Telling telling) {
  auto shared = std::make_shared<Telling>(std::move(telling));
  const auto begun = [this, shared, teller = event.teller](RedisEvent& current,
                                                           RedisResult result) {
    if (current.trust != Trust::telling || current.teller != teller) return;
    if (!result) return try_later(current, Trust::unknown, result.error());
    tell_next(current, shared);
  };
  call(event, scripts_.tell_begin, {prefix_of(event), event.teller, kTellerPatienceMs}, begun);
}

void RedisService::tell_next(RedisEvent& event, const std::shared_ptr<Telling>& telling) {
  const bool ends = telling->pieces.empty();
  std::vector<std::string> arguments{event.teller};
  if (ends) {
    event.forgotten = forgotten_at(event.spec, clock_.wall_now());
    arguments.push_back(prefix_of(event) + event.teller);
    arguments.push_back(std::to_string(to_unix_ms(event.forgotten)));
    std::ranges::move(telling->state, std::back_inserter(arguments));
  } else {
    ToldPiece piece = std::move(telling->pieces.front());
    telling->pieces.pop_front();
    arguments.emplace_back(kTellerPatienceMs);
    arguments.push_back(std::move(piece.command));
    arguments.push_back(std::to_string(static_cast<unsigned>(piece.key) + 1));
    std::ranges::move(piece.arguments, std::back_inserter(arguments));
  }
  const auto heard = [this, telling, ends, teller = event.teller](RedisEvent& current,
                                                                  RedisResult result) {
    if (current.trust != Trust::telling || current.teller != teller) return;
    if (!result) return try_later(current, Trust::unknown, result.error());
    if (ends) return told(current);
    tell_next(current, telling);
  };
  call(event, ends ? scripts_.tell_end : scripts_.tell, std::move(arguments), heard);
}

void RedisService::told(RedisEvent& event) {
  event.mark = prefix_of(event) + event.teller;
  event.logged = event.trimmed = 0;
  trusted(event);
}

/// Whatever was prepared in what Redis had before is looked for again.
void RedisService::trusted(RedisEvent& event) {
  event.trust = Trust::complete;
  event.fresh = false;
  event.roster.reset();
  event.preparing = event.claims_ready = false;
  give_back(event.lanes[kClaims], take(event.waiting, event.waiting.gathered.size()));
  advance(event, clock_.wall_now());
  pump(event);
}

}  // namespace fairrush::server
