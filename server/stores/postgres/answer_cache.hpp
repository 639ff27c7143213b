#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "server/stores/postgres/transactions.hpp"

namespace fairrush::server {

/// What a server remembers of verdicts, so that a claim that is repeated troubles the database no
/// more. Of a user whom it has not seen it knows nothing, even when everything is gone: they may
/// have won at another server. A verdict that another server's reset has made
/// void is forgotten as soon as the event's new life is heard of. Pure; one thread.
class AnswerCache {
 public:
  /// `ttl` is how long a win is remembered; `wins_max` how many, of an event.
  AnswerCache(Duration ttl, std::size_t wins_max) : ttl_(ttl), wins_max_(wins_max) {}

  /// Hears of an event's life; everything of an earlier one is forgotten.
  void note_life(const std::string& event, std::uint64_t life);

  /// The user holds a reservation and came when nothing was left, nor would come back.
  void note_loss(const std::string& event, UserIndex user);

  /// The user has won this.
  void note_win(const std::string& event, const StoredRequest& claim, const StoredVerdict& win,
                const Discount& discount);

  /// The answer to a claim, where it is known.
  std::optional<ClaimAnswer> answer(std::string_view event, const UserRequest& claim);

 private:
  struct Win {
    CouponCode coupon;
    std::string key;
    Discount discount;
    WallTime until;
  };
  struct Event {
    std::uint64_t life = 0;
    std::unordered_map<UserIndex, Win> wins;
    std::deque<UserIndex> order;  ///< of the wins, the oldest first
    std::unordered_set<UserIndex> losers;
  };

  Duration ttl_;
  std::size_t wins_max_;
  std::map<std::string, Event, std::less<>> events_;
};

}  // namespace fairrush::server
