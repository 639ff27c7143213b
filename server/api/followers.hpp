#pragma once

#include <cstdint>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/clock.hpp"
#include "server/http/exchange.hpp"
#include "server/ledger/commit_queue.hpp"
#include "server/service/coupon_service.hpp"

namespace fairrush::server {

/// How accepted claims may be followed.
struct FollowLimits {
  std::uint32_t followers_max = 10'000;  ///< at once; streams and waits together
  Duration stream_max =
      std::chrono::minutes(5);  ///< then a stream ends, and its client may ask anew
  Duration comment_every =
      std::chrono::seconds(15);  ///< so that a silent stream is not taken for dead
};

/// Requests that stay open until accepted claims have their outcome, or their time is up: streams
/// of a claim's updates, and claims and questions that are answered late because their clients
/// asked for it. A follower that leaves is noticed within a second. On the service's thread.
class Followers {
 public:
  /// What the response is to become.
  enum class Form : std::uint8_t {
    claim,   ///< the answer to the claim itself
    status,  ///< the answer to one question
    stream,  ///< of events
  };

  struct Parts {
    const Clock& clock;
    CommitQueue& queue;
    CouponService& service;
    bool waits_for_ledger = true;  ///< nothing is told before it is durable
  };

  Followers(FollowLimits limits, Parts parts) : limits_(limits), parts_(parts) {}
  Followers(const Followers&) = delete;
  Followers& operator=(const Followers&) = delete;

  /// Whether one more may follow.
  bool has_room() const { return !ended_ && followers_.size() < limits_.followers_max; }

  /// Follows a claim that stands as `now` says, which may be told and may still change; there is
  /// room. A stream says so at once and goes on for stream_max, another form waits for the outcome
  /// for at most `wait`.
  void follow(Exchange& exchange, Form form, const StatusQuestion& question, const ClaimStatus& now,
              Duration wait = {});

  /// Does what has become due; call it every few milliseconds.
  void tick();

  /// Answers everybody as things stand, and takes nobody any more: the server stops.
  void end_all();

  std::size_t size() const { return followers_.size(); }

 private:
  using FollowerId = std::uint64_t;

  struct Follower {
    Exchange& exchange;
    Form form;
    StatusQuestion question;
    ClaimStatus last;    ///< may be told
    ClaimStatus coming;  ///< to be told once it is durable
    SteadyTime end;
    SteadyTime comment_due;
    SteadyTime due;  ///< when to look after it next
  };

  Follower* find(FollowerId id);
  void ask(FollowerId id);
  void ask_for_place(FollowerId id);
  void heard(FollowerId id, const std::expected<ClaimStatus, ErrorCode>& status);
  void tell(FollowerId id, bool durable);
  void look_after(FollowerId id, SteadyTime now);
  void schedule(FollowerId id, Follower& follower, SteadyTime now);
  void say(Follower& follower, std::string_view piece);
  void answer(Follower& follower);
  void fail(FollowerId id, ErrorCode why);
  void leave(FollowerId id);

  FollowLimits limits_;
  Parts parts_;
  std::unordered_map<FollowerId, Follower> followers_;
  std::set<std::pair<SteadyTime, FollowerId>> due_;
  FollowerId last_id_ = 0;
  bool ended_ = false;
};

}  // namespace fairrush::server
