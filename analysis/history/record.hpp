#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fairrush::analysis {

/// What an attempt asked the target to do.
enum class Op : std::uint8_t { reserve, claim, redeem, status };

/// What became of an attempt, as far as its answer tells (classes after Jepsen).
enum class Outcome : std::uint8_t {
  accepted,       ///< ok: a reservation or redemption was acknowledged, a status was read
  win,            ///< ok: a coupon came back
  loss,           ///< definite: "none for you"
  refusal,        ///< definite: not considered (too early, not reserved, duplicate, overloaded …)
  failed,         ///< definite: no request byte left the instrument
  indeterminate,  ///< may or may not have taken effect
};

/// Why. Values are part of the history format: append, never renumber.
enum class Reason : std::uint16_t {
  none = 0,
  // losses
  sold_out = 1,
  not_drawn = 2,
  // refusals
  outside_window = 10,
  not_reserved = 11,
  duplicate_reservation = 12,
  already_claimed = 13,
  overloaded = 14,
  unauthorized = 15,
  unknown_event = 16,
  bad_request = 17,
  other_refusal = 18,
  already_used = 20,
  not_owned = 21,
  condition_not_met = 22,
  unknown_coupon = 23,
  // failures
  connect_refused = 30,
  connect_timeout = 31,
  connect_failed = 32,
  stopped_before_sending = 33,
  request_lost = 34,
  tls_failed = 35,
  no_http2 = 36,
  ports_exhausted = 37,
  descriptors_exhausted = 38,
  connections_held = 39,
  no_turn = 40,
  // indeterminate
  timeout = 50,
  reset = 51,
  closed_early = 52,
  server_error = 53,
  unparseable = 54,
  stopped_in_flight = 55,
  answer_lost = 56,
  // indeterminate: answers that say nothing the scenario has a rule for
  not_json = 57,
  not_utf8 = 58,
  receipt_missing = 59,
  receipt_mistyped = 60,
  redirected = 61,
  unmatched = 62,
  still_pending = 63,  ///< its outcome was to come later, and had not by its deadline
};

/// One attempt. Times are nanoseconds since the run's epoch on the instrument's monotonic clock.
/// Written to disk as it stands (little-endian, 80 bytes).
struct AttemptRecord {
  std::uint64_t attempt = 0;           ///< unique within its round
  std::uint64_t idempotency = 0;       ///< key sent with it; equal keys ask for equal answers
  std::int64_t intended_ns = 0;        ///< when the user clicks; latency is measured from here
  std::int64_t first_byte_out_ns = 0;  ///< invocation; 0 = never sent
  std::int64_t complete_ns = 0;        ///< when the user sees the answer; 0 = never
  std::uint64_t receipt_hash = 0;      ///< of the coupon (claim) or draw token (reserve); 0 = none
  std::uint32_t receipt_offset = 0;    ///< of its text in the block's text area
  std::uint32_t user = 0;
  std::uint32_t round = 0;  ///< 0-based
  std::uint32_t connection = 0;
  std::uint32_t delay_us = 0;  ///< emulated one-way delay, part of complete_ns once, see below
  std::uint16_t receipt_length = 0;
  std::uint16_t cohort = 0;
  std::uint16_t reason = 0;
  std::uint16_t http_status = 0;
  std::uint8_t op = 0;
  std::uint8_t try_number = 0;  ///< 0 for a claim's first attempt
  std::uint8_t persona = 0;
  std::uint8_t outcome = 0;

  Op operation() const { return static_cast<Op>(op); }
  Outcome result() const { return static_cast<Outcome>(outcome); }
  Reason why() const { return static_cast<Reason>(reason); }
  bool sent() const { return first_byte_out_ns != 0; }
  bool completed() const { return complete_ns != 0; }
  /// When the answer reached the instrument's socket: completion for correctness.
  std::int64_t answered_ns() const {
    return complete_ns - static_cast<std::int64_t>(delay_us) * 1000;
  }
};
static_assert(sizeof(AttemptRecord) == 80, "the history format stores records as they stand");

/// Of a longer receipt only this many bytes are kept; its hash is that of the whole text.
inline constexpr std::size_t kReceiptBytesMax = 65'535;

/// 64-bit FNV-1a; 0 is kept for "no receipt".
constexpr std::uint64_t receipt_hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (char c : text) {
    hash ^= static_cast<std::uint8_t>(c);
    hash *= 0x100000001b3;
  }
  return hash == 0 ? 1 : hash;
}

/// Names for people; "unknown …" for a value outside the enumeration.
std::string_view name_of(Op op);
std::string_view name_of(Outcome outcome);
std::string_view name_of(Reason reason);

/// Whether a number in a history is one of `Reason`.
bool is_known(std::uint16_t reason);

/// Times of records lie within ± this (36 years), so that differences of two never overflow.
inline constexpr std::int64_t kRecordTimeMax = std::int64_t{1} << 60;

}  // namespace fairrush::analysis
