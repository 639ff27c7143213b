// Claims that are answered out of turn: stale-stock-cache and lifo-queue.
#include <deque>
#include <map>
#include <set>
#include <utility>

#include "server/faults/faulty_services.hpp"

namespace fairrush::server {
namespace {

/// Serves what it has cached while it reads anew ("stale while revalidate"). What it has cached
/// when claims open was read before the coupons were loaded: nothing is left. Claims that come
/// before the first fresh stock is there are told so, and stay losers.
class StaleStockCache final : public FaultyService {
 public:
  using FaultyService::FaultyService;

  void claim_of(LiveEvent& event, const UserRequest& request, ClaimDone done) override {
    if (const auto answer = foregone(event, request)) return done(*answer);
    const Life life = life_of(event);
    if (fresh_.contains(life)) return done(take_or_turn_away(event, request));
    if (reading_.insert(life).second) {
      after(kReadTime, [this, life] { fresh_.insert(life); });
    }
    done(turn_away(event, request));
  }

 private:
  static constexpr Duration kReadTime = 10 * kRoundTrip;

  std::set<Life> reading_;
  std::set<Life> fresh_;
};

/// Puts claims on a stack that one worker serves from the top. Under a full stack the oldest claim
/// falls out and is told that nothing is left, while later ones go on winning.
class LifoQueue final : public FaultyService {
 public:
  using FaultyService::FaultyService;

  void claim_of(LiveEvent& event, const UserRequest& request, ClaimDone done) override {
    if (const auto answer = foregone(event, request)) return done(*answer);
    auto& stack = stacks_[event.id()];
    stack.push_back({request, std::move(done)});
    if (stack.size() > kStackMax) {
      const HeldClaim oldest = std::move(stack.front());
      stack.pop_front();
      oldest.done(turn_away(event, oldest.request));
    }
    if (!serving_.contains(event.id())) serve(event);
  }

 private:
  static constexpr std::size_t kStackMax = 4;

  void serve(LiveEvent& event) {
    serving_.insert(event.id());
    const auto stopped = [this, id = event.id()](const ClaimAnswer& answer) {
      serving_.erase(id);
      for (const HeldClaim& held : std::exchange(stacks_[id], {})) held.done(answer);
    };
    after(kRoundTrip, event, stopped, [this](LiveEvent& later, const ClaimDone&) {
      serving_.erase(later.id());
      auto& stack = stacks_[later.id()];
      if (stack.empty()) return;
      const HeldClaim newest = std::move(stack.back());
      stack.pop_back();
      if (!stack.empty()) serve(later);
      const auto answer = foregone(later, newest.request);
      newest.done(answer ? *answer : take_or_turn_away(later, newest.request));
    });
  }

  std::map<EventId, std::deque<HeldClaim>> stacks_;
  std::set<EventId> serving_;
};

}  // namespace

std::unique_ptr<RushService> make_stale_stock_cache(ServiceParts parts, Delay delay) {
  return std::make_unique<StaleStockCache>(std::move(parts), std::move(delay));
}

std::unique_ptr<RushService> make_lifo_queue(ServiceParts parts, Delay delay) {
  return std::make_unique<LifoQueue>(std::move(parts), std::move(delay));
}

}  // namespace fairrush::server
