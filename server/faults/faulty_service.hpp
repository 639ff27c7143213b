#pragma once

#include "base/runtime/delay.hpp"
#include "server/faults/naive_list.hpp"
#include "server/service/rush_service.hpp"

namespace fairrush::server {

/// How long a store takes to answer, so that the steps of several requests come in between.
inline constexpr Duration kRoundTrip = std::chrono::milliseconds(3);

/// What services with a fault have in common: steps with a wait between them, over a naive stock
/// where the table of faults says so.
class FaultyService : public RushService {
 public:
  FaultyService(ServiceParts parts, Delay delay)
      : RushService(std::move(parts)), delay_(std::move(delay)) {}

 protected:
  using Step = std::function<void(LiveEvent& event, const ClaimDone& done)>;

  /// Takes the next step of a claim after `wait`. A claim whose event was reset meanwhile, or whose
  /// ledger failed, is refused.
  void after(Duration wait, const LiveEvent& event, ClaimDone done, Step step);
  /// Does work after `wait`, whatever becomes of events.
  void after(Duration wait, std::function<void()> work) { delay_(wait, std::move(work)); }

  static NaiveList& list_of(LiveEvent& event) {
    return static_cast<NaiveList&>(event.rush().design());
  }
  static TicketNumber ticket_of(const LiveEvent& event, UserIndex user) {
    return event.rush().roster().ticket_of(user).value_or(TicketNumber());
  }

  /// Issues a coupon of the naive list to the user, whatever they have, and leaves the stock alone.
  ClaimAnswer give(LiveEvent& event, const UserRequest& request);
  /// Makes the user a loser.
  ClaimAnswer turn_away(LiveEvent& event, const UserRequest& request);
  /// Takes from the naive stock as one step: gives a coupon if there is one.
  ClaimAnswer take_or_turn_away(LiveEvent& event, const UserRequest& request);

 private:
  Delay delay_;
};

}  // namespace fairrush::server
