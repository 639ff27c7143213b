#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/ledger/ledger_thread.hpp"
#include "tests/contract/contract_store.hpp"
#include "tests/integration/support/child_process.hpp"

namespace fairrush::contract {

/// What a user heard of a claim.
struct ClaimHeard {
  bool won = false;
  ErrorCode refusal{};
  std::string coupon;  ///< of a win, and of one that is told again
  Discount discount = {};
  bool operator==(const ClaimHeard&) const = default;
};

/// A service of a design on a store, its ledger in a file, and time that the test moves. Answers
/// count as heard when what they need is durable.
class ContractTest : public testing::TestWithParam<ContractRow> {
 protected:
  ContractTest();
  ~ContractTest() override;

  void SetUp() override;
  void TearDown() override;

  /// Ends the server and starts another on the same ledger and store.
  void restart_server();
  /// The store is lost and comes back with nothing; the server goes on.
  void lose_store();

  /// Creates event "rush": reservations from now for an hour, claims for the hour behind it.
  void create_event(const QuotaRule& quota);
  /// Opens or closes the event by hand, and waits for the answer; `windows_` are then the moved.
  std::optional<ErrorCode> move(Move move);
  void enter_rush() { move_to(windows_.claim_open); }
  void leave_rush() { move_to(windows_.claim_close); }
  void move_to(WallTime time);
  WallTime now() const { return clock_.wall_now(); }

  UserRequest by(std::uint32_t user, const std::string& key = {}) {
    return {.user = UserIndex(user), .idempotency_key = keep(key), .at = now()};
  }

  // Each sends a request at once; the answer is there after `settle`.
  using Reservation = std::shared_ptr<std::optional<ReservationAnswer>>;
  using Claim = std::shared_ptr<std::optional<ClaimHeard>>;
  using Spending = std::shared_ptr<std::optional<RedemptionAnswer>>;
  Reservation send_reservation(const UserRequest& request);
  Claim send_claim(const UserRequest& request);
  Spending send_spending(const UserRequest& request, const std::string& coupon,
                         const std::string& order, std::int64_t amount);

  /// Runs until everything that was sent is answered.
  void settle();

  ReservationAnswer reserve(std::uint32_t user, const std::string& key = {});
  /// Users `from` … `to` − 1.
  void reserve_all(std::uint32_t from, std::uint32_t to);
  ClaimHeard claim(std::uint32_t user, const std::string& key = {});
  /// All at once.
  std::vector<ClaimHeard> claim_all(std::uint32_t from, std::uint32_t to);
  RedemptionAnswer spend(std::uint32_t user, const std::string& coupon, const std::string& key = {},
                         std::int64_t amount = 1'000);
  std::vector<std::string> wallet(std::uint32_t user);
  /// Roster and coupons given out.
  std::pair<std::uint32_t, std::uint64_t> counts();
  /// What the durable record has: user and coupon, in the order of issue.
  std::vector<IssuedRow> ledger();

  /// A loss of this design.
  bool is_loss(const ClaimHeard& heard) const {
    return heard.refusal == ErrorCode::sold_out || heard.refusal == ErrorCode::not_drawn;
  }
  /// Whether the design gives out the whole quota once everybody has claimed.
  bool gives_all() const { return GetParam().design != "bernoulli"; }

  /// When each of the store's keys ends; see ContractStore.
  std::map<std::string, std::optional<WallTime>> ends_in_store() { return store_->ends(); }
  /// Runs the server until `holds`; fails after half a minute.
  void run_until(const std::function<bool()>& holds);

  /// The store is lost and comes back before the server notices; for a server that ends next.
  void lose_store_at_rest() { store_->lose(); }

  EventWindows windows_;

 private:
  struct Server;

  std::string_view keep(const std::string& key);
  void start_server();
  void stop_server();
  /// Hears of an accepted claim until it has its outcome; `refused` is what a second one was told.
  void follow(Claim place, const StatusQuestion& question,
              std::optional<ErrorCode> refused = std::nullopt);
  template <class Answer>
  void when_told(std::shared_ptr<std::optional<Answer>> place, Answer answer, Sequence durable);

  integration::ServerDirectory directory_{""};
  ManualClock clock_{WallTime(std::chrono::seconds(1'800'000'000))};
  std::unique_ptr<ContractStore> store_;
  std::unique_ptr<Server> server_;
  std::vector<std::unique_ptr<std::string>> keys_;
  std::size_t open_ = 0;  ///< requests without an answer
  EventId event_;
};

/// "redis_ticket_list".
std::string row_name(const testing::TestParamInfo<ContractRow>& row);

}  // namespace fairrush::contract
