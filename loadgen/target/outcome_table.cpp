#include "loadgen/target/outcome_table.hpp"

#include <algorithm>
#include <array>

#include "base/assert.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::Op;
using analysis::Outcome;
using analysis::Reason;

/// What every operation has in common. Only what says that nothing was decided is definite: a code
/// of the target's own, or a status that speaks of the request's form or sender. A 429 or 503
/// without such a code, and any other answer nobody documented, may come after the decision.
template <Op op>
constexpr auto common_rows() {
  return std::to_array<OutcomeRow>({
      {op, 503, 503, "DRAINING", Outcome::refusal, Reason::overloaded},
      {op, 429, 429, "", Outcome::indeterminate, Reason::server_error},
      {op, 500, 599, "", Outcome::indeterminate, Reason::server_error},
      {op, 401, 401, "", Outcome::refusal, Reason::unauthorized},
      {op, 404, 404, "UNKNOWN_EVENT", Outcome::refusal, Reason::unknown_event},
      {op, 403, 403, "NOT_IN_ACTIVE_TIME", Outcome::refusal, Reason::outside_window},
      {op, 400, 400, "", Outcome::refusal, Reason::bad_request},
      {op, 413, 415, "", Outcome::refusal, Reason::bad_request},
      {op, 422, 422, "", Outcome::refusal, Reason::bad_request},
      {op, 431, 431, "", Outcome::refusal, Reason::bad_request},
      {op, 403, 405, "", Outcome::refusal, Reason::other_refusal},
      {op, 400, 499, "", Outcome::indeterminate, Reason::server_error},
      {op, 0, 999, "", Outcome::indeterminate, Reason::unparseable},
  });
}

constexpr auto kOwnRows = std::to_array<OutcomeRow>({
    {Op::reserve, 201, 201, "", Outcome::accepted, Reason::none, ReceiptMember::token},
    {Op::reserve, 409, 409, "ERROR_DUPLICATED_RESERVATION", Outcome::refusal,
     Reason::duplicate_reservation, ReceiptMember::token},
    {Op::claim, 200, 200, "", Outcome::win, Reason::none, ReceiptMember::coupon},
    {Op::claim, 409, 409, "ALREADY_CLAIMED", Outcome::refusal, Reason::already_claimed,
     ReceiptMember::coupon},
    {Op::claim, 410, 410, "SOLD_OUT", Outcome::loss, Reason::sold_out},
    {Op::claim, 410, 410, "NOT_DRAWN", Outcome::loss, Reason::not_drawn},
    {Op::claim, 403, 403, "NOT_RESERVATION", Outcome::refusal, Reason::not_reserved},
    {Op::status, 200, 200, "", Outcome::accepted, Reason::none, ReceiptMember::wallet},
    {Op::redeem, 200, 200, "", Outcome::accepted, Reason::none, ReceiptMember::coupon},
    {Op::redeem, 409, 409, "ALREADY_USED", Outcome::refusal, Reason::already_used},
    {Op::redeem, 403, 403, "NOT_OWNED", Outcome::refusal, Reason::not_owned},
    {Op::redeem, 404, 404, "UNKNOWN_COUPON", Outcome::refusal, Reason::unknown_coupon},
    {Op::redeem, 422, 422, "CONDITION_NOT_MET", Outcome::refusal, Reason::condition_not_met},
    {Op::redeem, 422, 422, "COUPON_EXPIRED", Outcome::refusal, Reason::condition_not_met},
    {Op::redeem, 422, 422, "NOT_YET_VALID", Outcome::refusal, Reason::condition_not_met},
});

constexpr auto kReserveRows = common_rows<Op::reserve>();
constexpr auto kClaimRows = common_rows<Op::claim>();
constexpr auto kStatusRows = common_rows<Op::status>();
constexpr auto kRedeemRows = common_rows<Op::redeem>();

constexpr auto joined() {
  std::array<OutcomeRow, kOwnRows.size() + 4 * kReserveRows.size()> all{};
  auto place = std::ranges::copy(kOwnRows, all.begin()).out;
  for (const auto* rows : {&kReserveRows, &kClaimRows, &kStatusRows, &kRedeemRows}) {
    place = std::ranges::copy(*rows, place).out;
  }
  return all;
}
constexpr auto kTable = joined();

bool matches(const OutcomeRow& row, analysis::Op op, unsigned status, std::string_view code) {
  return row.op == op && status >= row.status_low && status <= row.status_high &&
         (row.code.empty() || row.code == code);
}

}  // namespace

std::span<const OutcomeRow> outcome_table() {
  return kTable;
}

const OutcomeRow& outcome_row(analysis::Op op, unsigned status, std::string_view code) {
  for (const OutcomeRow& row : kTable) {
    if (matches(row, op, status, code)) return row;
  }
  const bool last_rows_match_everything = false;
  FAIRRUSH_ASSERT(last_rows_match_everything);
  return kTable.back();
}

}  // namespace fairrush::loadgen
