#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/assessment.hpp"
#include "analysis/history/format.hpp"
#include "analysis/invariants/check.hpp"
#include "base/assert.hpp"

namespace fairrush::analysis {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

inline constexpr Window kTestReservation{1'000'000'000, 5'000'000'000};
inline constexpr Window kTestRush{10'000'000'000, 20'000'000'000};

/// One attempt in the making: `claim(3).at(milliseconds(200)).wins("A")`. Times count from the
/// opening of the attempt's own window; answers come 10 ms after sending unless said otherwise.
class Attempt {
 public:
  Attempt(std::uint32_t user, Op op) {
    record_.user = user;
    record_.op = static_cast<std::uint8_t>(op);
    at(milliseconds(100));
  }

  Attempt& at(nanoseconds after_opening) {
    const Window& window = record_.operation() == Op::reserve ? kTestReservation : kTestRush;
    record_.intended_ns = window.open_ns + after_opening.count();
    record_.first_byte_out_ns = record_.intended_ns;
    return answered_after(milliseconds(10));
  }
  Attempt& answered_after(nanoseconds service) {
    record_.complete_ns = record_.first_byte_out_ns + service.count();
    return *this;
  }
  /// Adds an emulated delay: the click is meant this long before it leaves, the answer seen this
  /// long after it arrives.
  Attempt& delayed(std::chrono::microseconds one_way) {
    record_.delay_us = static_cast<std::uint32_t>(one_way.count());
    record_.intended_ns -= nanoseconds(one_way).count();
    record_.complete_ns += nanoseconds(one_way).count();
    return *this;
  }
  /// What a status read is answered with.
  Attempt& shows(std::string coupon) { return ends(Outcome::accepted, Reason::none, coupon); }
  Attempt& shows_nothing() { return ends(Outcome::accepted, Reason::none, ""); }
  /// What a redemption is answered with; the coupon is the one it tried to spend.
  Attempt& redeems(std::string coupon) { return ends(Outcome::accepted, Reason::none, coupon); }
  Attempt& redeems_in_vain(std::string coupon, Reason reason = Reason::already_used) {
    return ends(Outcome::refusal, reason, std::move(coupon));
  }
  Attempt& redeems_unanswered(std::string coupon) {
    record_.complete_ns = 0;
    return ends(Outcome::indeterminate, Reason::timeout, std::move(coupon));
  }
  Attempt& accepted(std::string token) { return ends(Outcome::accepted, Reason::none, token); }
  Attempt& wins(std::string coupon) { return ends(Outcome::win, Reason::none, coupon); }
  Attempt& loses(Reason reason = Reason::sold_out) { return ends(Outcome::loss, reason, ""); }
  Attempt& refused(Reason reason, std::string receipt = "") {
    return ends(Outcome::refusal, reason, std::move(receipt));
  }
  Attempt& unanswered(Reason reason = Reason::timeout) {
    record_.complete_ns = 0;
    return ends(Outcome::indeterminate, reason, "");
  }
  Attempt& never_sent() {
    record_.first_byte_out_ns = record_.complete_ns = 0;
    return ends(Outcome::failed, Reason::connect_refused, "");
  }
  Attempt& key(std::uint64_t idempotency) {
    record_.idempotency = idempotency;
    return *this;
  }
  Attempt& retry(std::uint8_t number) {
    record_.try_number = number;
    return *this;
  }
  /// 0-based.
  Attempt& in_round(std::uint32_t number) {
    record_.round = number;
    return *this;
  }
  Attempt& cohort(std::uint16_t number) {
    record_.cohort = number;
    return *this;
  }
  Attempt& numbered(std::uint64_t attempt) {
    number_ = attempt;
    return *this;
  }
  /// For what no word above says.
  AttemptRecord& record() { return record_; }

  Attempt& with_hash(std::uint64_t hash) {
    record_.receipt_hash = hash;
    return *this;
  }

 private:
  friend class RunBuilder;

  Attempt& ends(Outcome outcome, Reason reason, std::string receipt) {
    record_.outcome = static_cast<std::uint8_t>(outcome);
    record_.reason = static_cast<std::uint16_t>(reason);
    record_.receipt_hash = receipt.empty() ? 0 : receipt_hash(receipt);
    receipt_ = std::move(receipt);
    return *this;
  }

  AttemptRecord record_;
  std::string receipt_;
  std::optional<std::uint64_t> number_;
};

inline Attempt claim(std::uint32_t user) {
  return {user, Op::claim};
}
inline Attempt reserve(std::uint32_t user) {
  return {user, Op::reserve};
}
inline Attempt status(std::uint32_t user) {
  return {user, Op::status};
}
inline Attempt redeem(std::uint32_t user) {
  return {user, Op::redeem};
}
/// An acknowledged reservation with the token "token-<user>".
inline Attempt reserved(std::uint32_t user) {
  return reserve(user).accepted("token-" + std::to_string(user));
}

/// Evidence with the bytes its history points into.
struct BuiltRun {
  std::string bytes;
  RunEvidence evidence;
};

/// Puts attempts, ledger and facts together. Everything not said is that of a clean run; `planned`
/// follows the first clicks unless the facts are changed after `build`.
class RunBuilder {
 public:
  RunBuilder() {
    facts.scenario = "test";
    facts.event = "rush-1";
    facts.users = 1000;
    facts.rounds.front().reservation = kTestReservation;
    facts.rounds.front().rush = kTestRush;
    facts.attempt_timeout = std::chrono::seconds(5);
    facts.quota.count = 2;
    facts.allocation = Allocation::first_come_first_served;
    facts.instrument.threads = 1;
    facts.instrument.wall_seconds = 20;
    facts.instrument.cpu_seconds = 1;
  }

  RunFacts facts;
  std::optional<Ledger> ledger;
  std::optional<PublishedDraw> draw;
  std::optional<BusLog> bus;
  bool cut_short = false;  ///< the history lacks its closing block

  RunBuilder& add(Attempt attempt) {
    attempts_.push_back(std::move(attempt));
    return *this;
  }
  std::vector<Attempt>& attempts() { return attempts_; }
  RunBuilder& issued(std::uint32_t user, std::string coupon, std::uint32_t round = 0) {
    if (!ledger) ledger.emplace();
    ledger->push_back({UserIndex(user), std::move(coupon), round});
    return *this;
  }
  RunBuilder& heard(std::string id, std::uint32_t user, std::string coupon,
                    std::uint32_t round = 0) {
    if (!bus) bus.emplace();
    bus->push_back({std::move(id), UserIndex(user), std::move(coupon), round});
    return *this;
  }
  /// As many rounds, each with the windows of the first.
  RunBuilder& rounds(std::size_t count) {
    facts.rounds.resize(count, facts.rounds.front());
    return *this;
  }
  /// Nobody reserves: a list of `names` names has user 1, 3, 5 … of the eight first ones.
  RunBuilder& listed(std::uint64_t names = 4) {
    facts.rounds.front().reservation = {};
    facts.roster = ListedRoster{.names = names, .users = Bytes(125), .sha256 = {}};
    facts.roster->users.front() = 0b10101010;
    return *this;
  }
  /// A ledger, even if nothing was issued.
  RunBuilder& with_ledger() {
    if (!ledger) ledger.emplace();
    return *this;
  }
  /// A user who reserved, won `coupon` and stands in the ledger with it.
  RunBuilder& winner(std::uint32_t user, const std::string& coupon) {
    return add(reserved(user)).add(claim(user).wins(coupon)).issued(user, coupon);
  }
  /// A user who reserved and was told that the stock is gone.
  RunBuilder& loser(std::uint32_t user) { return add(reserved(user)).add(claim(user).loses()); }

  std::unique_ptr<BuiltRun> build() const {
    std::string bytes = encode();
    auto history = History::parse(bytes, "test");
    FAIRRUSH_ASSERT(history.has_value());
    RunFacts with_plan = facts;
    for (const Attempt& attempt : attempts_) plan(attempt.record_, with_plan);
    // A moved string keeps its buffer only beyond the small size; a history never is that small.
    return std::make_unique<BuiltRun>(
        BuiltRun{std::move(bytes), {std::move(with_plan), std::move(*history), records()}});
  }

  /// The result of one check over one round of this run.
  CheckResult check(std::string_view id, std::uint32_t round = 0) const {
    const auto run = build();
    const RunIndex index(run->evidence.round(round));
    for (CheckResult& result : run_checks(index)) {
      if (result.id == id) return std::move(result);
    }
    const bool check_exists = false;
    FAIRRUSH_ASSERT(check_exists);
    return {};
  }
  CheckVerdict verdict(std::string_view id) const { return check(id).verdict; }

 private:
  static void plan(const AttemptRecord& record, RunFacts& with_plan) {
    const bool is_claim = record.operation() == Op::claim;
    if (record.try_number != 0 || (!is_claim && record.operation() != Op::reserve)) return;
    PlannedAttempts& planned = with_plan.rounds.at(record.round).planned;
    ++(is_claim ? planned.claims : planned.reservations);
    const std::int64_t intended = record.intended_ns;
    if (is_claim && intended >= kTestRush.open_ns && intended < kTestRush.close_ns) {
      ++planned.claims_inside;
    }
  }

  /// Each round has its own rows; the draw is the first round's.
  std::vector<RoundRecords> records() const {
    std::vector<RoundRecords> rounds(facts.rounds.size());
    rounds.front().draw = draw;
    for (std::size_t round = 0; round < rounds.size(); ++round) {
      rounds[round].ledger = rows_of(ledger, round);
      rounds[round].bus = rows_of(bus, round);
    }
    return rounds;
  }

  template <class Rows>
  static std::optional<Rows> rows_of(const std::optional<Rows>& all, std::size_t round) {
    if (!all) return std::nullopt;
    Rows rows;
    for (const auto& row : *all) {
      if (row.round == round) rows.push_back(row);
    }
    return rows;
  }

  std::string encode() const {
    HistoryHeader header;
    header.checksum = checksum_of(raw_bytes(header).substr(0, offsetof(HistoryHeader, checksum)));
    std::string records;
    std::string text;
    for (std::size_t place = 0; place < attempts_.size(); ++place) {
      AttemptRecord record = attempts_[place].record_;
      record.attempt = attempts_[place].number_.value_or(place);
      record.receipt_offset = static_cast<std::uint32_t>(text.size());
      record.receipt_length = static_cast<std::uint16_t>(attempts_[place].receipt_.size());
      text += attempts_[place].receipt_;
      records += raw_bytes(record);
    }
    BlockHeader block;
    block.records = static_cast<std::uint32_t>(attempts_.size());
    block.text_bytes = static_cast<std::uint32_t>(text.size());
    block.header_checksum = header_checksum_of(block);
    text.resize(padded(text.size()));
    const std::string body = records + text;
    block.checksum = checksum_of(body);
    std::string bytes(raw_bytes(header));
    bytes += raw_bytes(block);
    bytes += body;
    if (cut_short) return bytes;
    ClosingBlock closing;
    closing.records = attempts_.size();
    closing.blocks = 1;
    closing.checksum = checksum_of(raw_bytes(closing).substr(0, offsetof(ClosingBlock, checksum)));
    return bytes.append(raw_bytes(closing));
  }

  std::vector<Attempt> attempts_;
};

}  // namespace fairrush::analysis
