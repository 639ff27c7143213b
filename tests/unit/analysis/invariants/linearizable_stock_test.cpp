#include "analysis/invariants/linearizable_stock.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace fairrush::analysis {
namespace {

enum class Result : std::uint8_t { win, loss, open, none };

struct Operation {
  std::int64_t invoked;
  std::int64_t completed;
  Result result;
};

LinearizableStock stock_of(std::span<const Operation> operations) {
  std::int64_t first_loss = kNever;
  for (const Operation& operation : operations) {
    if (operation.result == Result::loss) first_loss = std::min(first_loss, operation.completed);
  }
  LinearizableStock stock(first_loss);
  for (const Operation& operation : operations) {
    if (operation.result == Result::win) stock.add_win(operation.invoked);
    if (operation.result == Result::open) stock.add_open(operation.invoked);
  }
  return stock;
}

/// Searches every order that real time allows. An open operation may take effect at any time after
/// its invocation, or never.
class Search {
 public:
  Search(std::span<const Operation> operations, std::uint64_t coupons)
      : operations_(operations), coupons_(coupons) {}

  bool finds_an_order(std::uint32_t done = 0, std::uint64_t taken = 0) const {
    bool finished = true;
    for (std::size_t next = 0; next < operations_.size(); ++next) {
      if ((done >> next & 1) != 0) continue;
      const Operation& operation = operations_[next];
      if (is_definite(operation)) finished = false;
      if (!may_be_next(operation, done) || operation.result == Result::none) continue;
      const bool wins = taken < coupons_;
      if (operation.result == Result::win && !wins) continue;
      if (operation.result == Result::loss && wins) continue;
      if (operation.result == Result::open && !wins) continue;
      if (finds_an_order(done | 1U << next, taken + (wins ? 1 : 0))) return true;
    }
    return finished;
  }

 private:
  static bool is_definite(const Operation& operation) {
    return operation.result == Result::win || operation.result == Result::loss;
  }

  bool may_be_next(const Operation& operation, std::uint32_t done) const {
    for (std::size_t other = 0; other < operations_.size(); ++other) {
      if ((done >> other & 1) != 0 || !is_definite(operations_[other])) continue;
      if (operations_[other].completed < operation.invoked) return false;
    }
    return true;
  }

  std::span<const Operation> operations_;
  std::uint64_t coupons_;
};

/// What the search says of every way in which the open operations can have ended.
CheckVerdict searched_verdict(std::vector<Operation> operations, std::uint64_t coupons) {
  std::vector<std::size_t> open;
  for (std::size_t place = 0; place < operations.size(); ++place) {
    if (operations[place].result == Result::open) open.push_back(place);
  }
  bool any = false;
  bool all = true;
  for (std::uint32_t choice = 0; choice < 1U << open.size(); ++choice) {
    for (std::size_t place = 0; place < open.size(); ++place) {
      Operation& operation = operations[open[place]];
      operation.result = (choice >> place & 1) != 0 ? Result::win : Result::none;
      // Whenever it took effect, nobody saw it end.
      operation.completed = kNever;
    }
    const bool found = Search(operations, coupons).finds_an_order();
    any = any || found;
    all = all && found;
  }
  if (!any) return CheckVerdict::fail;
  return all ? CheckVerdict::pass : CheckVerdict::unknown;
}

/// A small history that is often close to the edge: few units, times that often meet.
struct RandomHistory {
  explicit RandomHistory(std::uint64_t seed) : state(seed * 0x9e37'79b9'7f4a'7c15 + 1) {
    const std::uint64_t count = 1 + below(7);
    coupons = below(5);
    for (std::uint64_t place = 0; place < count; ++place) {
      const auto invoked = static_cast<std::int64_t>(below(12));
      const auto completed = invoked + static_cast<std::int64_t>(below(6));
      constexpr std::array kResults{Result::win, Result::win, Result::loss, Result::open};
      operations.push_back({invoked, completed, kResults.at(below(kResults.size()))});
    }
  }

  std::uint64_t below(std::uint64_t bound) {
    state = state * 6364136223846793005 + 1442695040888963407;
    return (state >> 33) % bound;
  }

  std::uint64_t state;
  std::uint64_t coupons;
  std::vector<Operation> operations;
};

constexpr std::uint64_t kHistories = 60'000;

TEST(LinearizableStock, AgreesWithASearchOfAllOrdersOfUnresolvedHistories) {
  std::array<std::uint64_t, 3> seen{};
  for (std::uint64_t seed = 0; seed < kHistories; ++seed) {
    const RandomHistory history(seed);
    const CheckVerdict decided =
        stock_of(history.operations).verdict({history.coupons, history.coupons}, 0);
    ASSERT_EQ(decided, searched_verdict(history.operations, history.coupons)) << "seed " << seed;
    ++seen.at(static_cast<std::size_t>(decided));
  }
  for (std::uint64_t verdict_seen : seen) EXPECT_GT(verdict_seen, kHistories / 50);
}

TEST(LinearizableStock, AgreesWithASearchOfAllOrdersOfHistoriesThatALedgerResolves) {
  std::array<std::uint64_t, 2> seen{};
  for (std::uint64_t seed = 0; seed < kHistories; ++seed) {
    RandomHistory history(seed + kHistories);
    std::vector<Operation> resolved = history.operations;
    for (Operation& operation : resolved) {
      if (operation.result != Result::open) continue;
      operation.result = history.below(2) == 0 ? Result::win : Result::none;
      operation.completed = kNever;
    }
    const CheckVerdict decided = stock_of(resolved).verdict({history.coupons, history.coupons}, 0);
    const bool found = Search(resolved, history.coupons).finds_an_order();
    ASSERT_EQ(decided, found ? CheckVerdict::pass : CheckVerdict::fail) << "seed " << seed;
    ++seen.at(found ? 1 : 0);
  }
  for (std::uint64_t verdict_seen : seen) EXPECT_GT(verdict_seen, kHistories / 50);
}

TEST(LinearizableStock, OfNoClaimsIsLinearizable) {
  EXPECT_EQ(LinearizableStock(kNever).verdict({0, 0}, 0), CheckVerdict::pass);
}

TEST(LinearizableStock, AllowsAWinThatWasSentWhenTheFirstLossWasAnswered) {
  LinearizableStock edge(100);
  edge.add_win(100);
  EXPECT_EQ(edge.verdict({1, 1}, 0), CheckVerdict::pass);
  LinearizableStock after(100);
  after.add_win(101);
  EXPECT_EQ(after.verdict({1, 1}, 0), CheckVerdict::fail);
}

TEST(LinearizableStock, CallsALossThatOnlyAUnitGivenUpExplainsUnknown) {
  LinearizableStock stock(100);
  stock.add_win(50);
  EXPECT_EQ(stock.verdict({2, 2}, 0), CheckVerdict::fail);
  EXPECT_EQ(stock.verdict({2, 2}, 1), CheckVerdict::unknown);
  EXPECT_EQ(stock.verdict({3, 3}, 1), CheckVerdict::fail);
  EXPECT_EQ(stock.verdict({2, 2}, ~std::uint64_t{0}), CheckVerdict::fail);
}

TEST(LinearizableStock, TakesAUnitGivenUpForOneThatNobodyCanWinAnyMore) {
  LinearizableStock late(100);
  late.add_win(50);
  late.add_win(101);
  EXPECT_EQ(late.verdict({2, 2}, 0), CheckVerdict::fail);
  EXPECT_EQ(late.verdict({3, 3}, 1), CheckVerdict::fail);
  LinearizableStock all_given_out(kNever);
  all_given_out.add_win(50);
  EXPECT_EQ(all_given_out.verdict({1, 1}, 1), CheckVerdict::fail);
  EXPECT_EQ(all_given_out.verdict({2, 2}, 1), CheckVerdict::pass);
}

TEST(LinearizableStock, IsUnknownWhileTheQuotaIsOpen) {
  LinearizableStock stock(100);
  stock.add_win(50);
  EXPECT_EQ(stock.verdict({1, 2}, 0), CheckVerdict::unknown);
  EXPECT_EQ(stock.verdict({2, 3}, 0), CheckVerdict::fail);
}

}  // namespace
}  // namespace fairrush::analysis
