#pragma once

#include <span>
#include <string_view>

#include "analysis/history/record.hpp"

namespace fairrush::loadgen {

/// Which member of an answer is the user's receipt.
enum class ReceiptMember {
  none,
  coupon,
  token,
  wallet,  ///< the first coupon of a list that may be empty
};

/// What one kind of answer means. The first row that matches decides; zero and empty match all.
struct OutcomeRow {
  analysis::Op op;
  unsigned status_low;
  unsigned status_high;   ///< inclusive
  std::string_view code;  ///< of the problem document; empty: any, or none
  analysis::Outcome outcome;
  analysis::Reason reason;
  ReceiptMember receipt = ReceiptMember::none;
};

/// The table for answers of a coupon service that speaks the HTTP of the built-in target.
std::span<const OutcomeRow> outcome_table();

/// The row that decides about an answer; there always is one. `status` is that of a final answer.
const OutcomeRow& outcome_row(analysis::Op op, unsigned status, std::string_view code);

}  // namespace fairrush::loadgen
