// Rules that are not kept, or kept in the wrong order.
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "server/faults/faulty_services.hpp"

namespace fairrush::server {
namespace {

/// Pops the list first and looks afterwards whether the user has a coupon; what was popped for a
/// duplicate is nobody's.
class DuplicateBurnsStock final : public FaultyService {
 public:
  using FaultyService::FaultyService;

  void claim_of(LiveEvent& event, const UserRequest& request, ClaimDone done) override {
    NaiveList& list = list_of(event);
    const bool duplicate = event.issue_to(request.user) != nullptr;
    if (duplicate && list.stock() > 0) list.take();
    if (const auto answer = foregone(event, request)) return done(*answer);
    done(take_or_turn_away(event, request));
  }
};

/// Remembers what it answered under a key by a write that takes a while; a retry before it has
/// landed is a new claim.
class RetryMintsNew final : public FaultyService {
 public:
  using FaultyService::FaultyService;

  void claim_of(LiveEvent& event, const UserRequest& request, ClaimDone done) override {
    const std::string key(request.idempotency_key);
    const bool unwritten = unwritten_.contains({event.id(), request.user, key});
    if (unwritten && list_of(event).stock() > 0) {
      list_of(event).take();
      return done(give(event, request));
    }
    if (const auto answer = foregone(event, request)) return done(*answer);
    const ClaimAnswer answer = take_or_turn_away(event, request);
    if (answer.kind == ClaimAnswer::Kind::won && !key.empty()) {
      const Claimant claimant{event.id(), request.user, key};
      unwritten_.insert(claimant);
      after(kWriteTime, [this, claimant] { unwritten_.erase(claimant); });
    }
    done(answer);
  }

 private:
  static constexpr Duration kWriteTime = std::chrono::milliseconds(500);
  using Claimant = std::tuple<EventId, UserIndex, std::string>;

  std::set<Claimant> unwritten_;
};

/// Does not ask whether the user holds a reservation. Coupons of users without one are no part of
/// the event's state, which has no place for them: they are kept and recorded from here.
class ReservationNotChecked final : public FaultyService {
 public:
  using FaultyService::FaultyService;

  void claim_of(LiveEvent& event, const UserRequest& request, ClaimDone done) override {
    const auto answer = foregone(event, request);
    const bool intruder = answer && answer->refusal == ErrorCode::not_reservation;
    if (answer && !intruder) return done(*answer);
    done(intruder ? serve_intruder(event, request) : take_or_turn_away(event, request));
  }

  std::vector<WalletEntry> wallet_of(UserIndex user, const LiveEvent* only) const override {
    std::vector<WalletEntry> entries = FaultyService::wallet_of(user, only);
    for (const auto& [key, issue] : intruders_) {
      const LiveEvent* const event = alive(key.first);
      const bool asked = event != nullptr && (only == nullptr || only == event);
      if (asked && issue.user == user) entries.push_back(entry_of(*event, issue));
    }
    return entries;
  }

 private:
  ClaimAnswer serve_intruder(LiveEvent& event, const UserRequest& request) {
    const auto key = std::pair(life_of(event), request.user);
    if (const auto known = intruders_.find(key); known != intruders_.end()) {
      return holding(ClaimAnswer::Kind::refused, known->second, {});
    }
    NaiveList& list = list_of(event);
    if (list.stock() <= 0) return refused(list.loss());
    list.take();
    const CouponSerial serial = list.next_serial();
    const Issue issue{.user = request.user,
                      .ticket = {},
                      .code = CouponMint(event.secrets().coupon_key).code(serial),
                      .at = request.at,
                      .discount = event.spec().terms.discount};
    const Sequence durable =
        record_told(CouponIssued{.event = event.id(),
                                 .issue = serial,
                                 .ticket = {},
                                 .user = issue.user,
                                 .serial = serial,
                                 .code = issue.code,
                                 .at = issue.at,
                                 .idempotency_key = std::string(request.idempotency_key),
                                 .discount = issue.discount,
                                 .told_at = next_position()});
    intruders_.emplace(key, issue);
    return holding(ClaimAnswer::Kind::won, issue, durable);
  }

  std::map<std::pair<Life, UserIndex>, Issue> intruders_;
};

/// Takes the time from a clock that is a second slow.
class WindowOffBy1s final : public FaultyService {
 public:
  using FaultyService::FaultyService;

  void claim_of(LiveEvent& event, const UserRequest& request, ClaimDone done) override {
    UserRequest late = request;
    late.at -= std::chrono::seconds(1);
    RushService::claim_of(event, late, std::move(done));
  }
};

/// Forgets who lost: a loser who comes again is decided again.
class LosersMayRetry final : public FaultyService {
 public:
  using FaultyService::FaultyService;

  void claim_of(LiveEvent& event, const UserRequest& request, ClaimDone done) override {
    const ClaimVerdict known = event.rush().verdict_of(request.user);
    const bool lost = known.kind == ClaimVerdict::Kind::lost;
    if (!lost || !event.spec().windows.rushing(request.at)) {
      return FaultyService::claim_of(event, request, std::move(done));
    }
    if (event.issue_to(request.user) != nullptr) {
      const ClaimVerdict won{ClaimVerdict::Kind::won_before, known.ticket, 0};
      return done(verdict_again(event, won, request.idempotency_key));
    }
    const Decision decision = event.rush().design().decide(known.ticket, {});
    if (decision.kind == Decision::Kind::lost) {
      return done(verdict_again(event, known, request.idempotency_key));
    }
    done(issue(event, {ClaimVerdict::Kind::won, known.ticket, decision.serial}, request));
  }
};

}  // namespace

std::unique_ptr<RushService> make_duplicate_burns_stock(ServiceParts parts, Delay delay) {
  return std::make_unique<DuplicateBurnsStock>(std::move(parts), std::move(delay));
}

std::unique_ptr<RushService> make_retry_mints_new(ServiceParts parts, Delay delay) {
  return std::make_unique<RetryMintsNew>(std::move(parts), std::move(delay));
}

std::unique_ptr<RushService> make_reservation_not_checked(ServiceParts parts, Delay delay) {
  return std::make_unique<ReservationNotChecked>(std::move(parts), std::move(delay));
}

std::unique_ptr<RushService> make_window_off_by_1s(ServiceParts parts, Delay delay) {
  return std::make_unique<WindowOffBy1s>(std::move(parts), std::move(delay));
}

std::unique_ptr<RushService> make_losers_may_retry(ServiceParts parts, Delay delay) {
  return std::make_unique<LosersMayRetry>(std::move(parts), std::move(delay));
}

}  // namespace fairrush::server
