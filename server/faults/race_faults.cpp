// Check and act with a round trip in between: what happens to claims that come together.
#include <deque>
#include <map>
#include <set>
#include <utility>

#include "server/faults/faulty_services.hpp"

namespace fairrush::server {
namespace {

/// Looks at the stock, and takes a coupon a round trip later without looking again. Claims of one
/// user wait for each other, so that nothing but the stock goes wrong.
class OversellRace final : public FaultyService {
 public:
  using FaultyService::FaultyService;

  void claim_of(LiveEvent& event, const UserRequest& request, ClaimDone done) override {
    if (const auto answer = foregone(event, request)) return done(*answer);
    const auto claimant = std::pair(event.id(), request.user);
    if (claiming_.contains(claimant)) {
      return after(kRoundTrip, event, std::move(done),
                   [this, request](LiveEvent& later, const ClaimDone& later_done) {
                     claim_of(later, request, later_done);
                   });
    }
    if (list_of(event).stock() <= 0) return done(turn_away(event, request));
    claiming_.insert(claimant);
    const auto forget = [this, claimant, done](const ClaimAnswer& answer) {
      claiming_.erase(claimant);
      done(answer);
    };
    after(kRoundTrip, event, forget, [this, request](LiveEvent& later, const ClaimDone& told) {
      list_of(later).take();
      told(give(later, request));
    });
  }

 private:
  std::set<std::pair<EventId, UserIndex>> claiming_;
};

/// Asks whether the user is a member of those who have a coupon, and adds them a round trip later;
/// to a store that is busy, so that a second click comes in between. The stock itself is taken in
/// one step.
class RacyDedupe final : public FaultyService {
 public:
  using FaultyService::FaultyService;

  static constexpr Duration kBusyStore = 20 * kRoundTrip;

  void claim_of(LiveEvent& event, const UserRequest& request, ClaimDone done) override {
    if (const auto answer = foregone(event, request)) return done(*answer);
    after(kBusyStore, event, std::move(done),
          [this, request](LiveEvent& later, const ClaimDone& told) {
            told(take_or_turn_away(later, request));
          });
  }
};

/// Locks the stock, reads it, works, and writes it back. The lock expires after a time, whether its
/// holder has finished or not, and whoever finishes releases the lock of whoever holds it: locks
/// carry no owner. Every eighth holder is paused, as by a garbage collection, for longer than that.
class LockExpiresEarly final : public FaultyService {
 public:
  using FaultyService::FaultyService;

  void claim_of(LiveEvent& event, const UserRequest& request, ClaimDone done) override {
    if (const auto answer = foregone(event, request)) return done(*answer);
    queues_[life_of(event)].waiting.push_back({request, std::move(done)});
    enter(event);
  }

 private:
  static constexpr Duration kWork = std::chrono::microseconds(200);
  static constexpr Duration kExpiry = std::chrono::milliseconds(2);
  static constexpr Duration kPause = std::chrono::milliseconds(12);
  static constexpr unsigned kPauseEvery = 8;

  struct Queue {
    std::deque<HeldClaim> waiting;
    bool locked = false;
    std::uint64_t acquisitions = 0;
  };

  /// Lets the next claim in, if the lock is free.
  void enter(LiveEvent& event) {
    const Life life = life_of(event);
    Queue& queue = queues_[life];
    if (queue.locked || queue.waiting.empty()) return;
    const HeldClaim next = std::move(queue.waiting.front());
    queue.waiting.pop_front();
    queue.locked = true;
    const std::uint64_t mine = ++queue.acquisitions;
    const std::int64_t stock = list_of(event).stock();
    after(
        mine % kPauseEvery == 0 ? kPause : kWork, event,
        [this, life, next](const ClaimAnswer& refusal) {
          next.done(refusal);
          for (const HeldClaim& held : std::exchange(queues_[life], {}).waiting) {
            held.done(refusal);
          }
        },
        [this, life, next, stock](LiveEvent& later, const ClaimDone&) {
          queues_[life].locked = false;  // perhaps another's
          next.done(finish(later, next.request, stock));
          enter(later);
        });
    after(
        kExpiry, event, [](const ClaimAnswer&) {},
        [this, life, mine](LiveEvent& later, const ClaimDone&) {
          Queue& expiring = queues_[life];
          if (expiring.acquisitions != mine) return;
          expiring.locked = false;
          enter(later);
        });
  }

  /// Writes back what follows from the stock as it was read.
  ClaimAnswer finish(LiveEvent& event, const UserRequest& request, std::int64_t stock) {
    if (const auto answer = foregone(event, request)) return *answer;
    if (stock <= 0) return turn_away(event, request);
    list_of(event).set_stock(stock - 1);
    return give(event, request);
  }

  std::map<Life, Queue> queues_;
};

/// Takes a coupon, and a round trip later, when the client has left, forgets that it did.
class LostOnDisconnect final : public FaultyService {
 public:
  using FaultyService::FaultyService;

  void claim_of(LiveEvent& event, const UserRequest& request, ClaimDone done) override {
    if (const auto answer = foregone(event, request)) return done(*answer);
    if (list_of(event).stock() <= 0) return done(turn_away(event, request));
    list_of(event).take();
    after(kAnswerTime, event, std::move(done),
          [this, request](LiveEvent& later, const ClaimDone& told) {
            if (const auto answer = foregone(later, request)) {  // a second claim meanwhile
              list_of(later).set_stock(list_of(later).stock() + 1);
              return told(*answer);
            }
            const bool gone = request.peer != nullptr && request.peer->gone();
            told(gone ? refused(ErrorCode::internal_error) : give(later, request));
          });
  }

 private:
  static constexpr Duration kAnswerTime = 10 * kRoundTrip;  // in which clients may leave
};

}  // namespace

std::unique_ptr<RushService> make_oversell_race(ServiceParts parts, Delay delay) {
  return std::make_unique<OversellRace>(std::move(parts), std::move(delay));
}

std::unique_ptr<RushService> make_racy_dedupe(ServiceParts parts, Delay delay) {
  return std::make_unique<RacyDedupe>(std::move(parts), std::move(delay));
}

std::unique_ptr<RushService> make_lock_expires_early(ServiceParts parts, Delay delay) {
  return std::make_unique<LockExpiresEarly>(std::move(parts), std::move(delay));
}

std::unique_ptr<RushService> make_lost_on_disconnect(ServiceParts parts, Delay delay) {
  return std::make_unique<LostOnDisconnect>(std::move(parts), std::move(delay));
}

}  // namespace fairrush::server
