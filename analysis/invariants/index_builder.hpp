#pragma once

#include <cstdint>
#include <string_view>

#include "analysis/evidence/attempt_numbers.hpp"
#include "analysis/invariants/run_index.hpp"

namespace fairrush::analysis {

/// Fills a `RunIndex`: one pass over the history, one over the ledger, one over the users.
class IndexBuilder {
 public:
  explicit IndexBuilder(RunIndex& index);

  void build();

 private:
  void size_arrays();
  void take_attempts();
  void take_attempt(const AttemptRecord& record, std::string_view receipt, Position position);
  void audit(const AttemptRecord& record);
  void take_reservation(const AttemptRecord& record, UserState& user);
  void take_claim(const AttemptRecord& record, std::string_view receipt, Position position);
  void take_claim_time(const AttemptRecord& record, UserState& user);
  void take_win(const AttemptRecord& record, UserState& user, Position position);
  void take_loss(const AttemptRecord& record, UserState& user);
  void take_refusal(const AttemptRecord& record, std::string_view receipt, UserState& user,
                    Position position);
  void take_status(const AttemptRecord& record, std::string_view receipt, Position position);
  void take_redemption(const AttemptRecord& record, Position position);
  void tell(const AttemptRecord& record, UserState& user, Position position);
  void take_ledger();
  void own(Slot slot, CouponId coupon);
  void count_users();
  void find_last_first_win();

  RunIndex& index_;
  AttemptNumbers numbers_;
  Moment last_win_{kAlways};  // answered, among the wins that come first in the file of their user
};

}  // namespace fairrush::analysis
