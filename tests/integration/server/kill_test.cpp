#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>

#include "tests/integration/server/kill_round.hpp"

namespace fairrush::server_test {
namespace {

constexpr unsigned kRoundsByDefault = 6;
constexpr unsigned kRoundsPerLedger = 10;  // so that a start replays a history, but not hours of it
constexpr std::uint32_t kUsersMax = 2400;
constexpr std::int64_t kReserveMs = 120;
constexpr std::int64_t kRushMs = 40;  // about as long as the claims take

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::stoull(text);
}

/// A moment in the reservations or in the rush, in turn for each design; the draw lies between.
std::int64_t kill_moment(std::uint64_t round, std::mt19937_64& random) {
  const bool in_rush = round / 2 % 2 == 1;
  const std::int64_t from = in_rush ? kReserveMs : 1;
  const std::int64_t to = in_rush ? kReserveMs + kRushMs : kReserveMs;
  return std::uniform_int_distribution<std::int64_t>(from, to)(random);
}

/// FAIRRUSH_KILL_ROUNDS rounds (default 6), the designs in turn; FAIRRUSH_KILL_SEED replays a run's
/// moments.
TEST(ServerKilled, KeepsEveryAcknowledgedReservationAndCoupon) {
  const std::uint64_t rounds = number_from_environment("FAIRRUSH_KILL_ROUNDS", kRoundsByDefault);
  const std::uint64_t seed = number_from_environment("FAIRRUSH_KILL_SEED", std::random_device{}());
  fmt::print("seed {} (FAIRRUSH_KILL_SEED), {} rounds (FAIRRUSH_KILL_ROUNDS)\n", seed, rounds);
  std::mt19937_64 random(seed);
  const TestDirectory directory;
  std::vector<Publication> earlier;
  KillCounts counts;
  for (std::uint64_t round = 0; round < rounds && !HasFailure(); ++round) {
    if (round % kRoundsPerLedger == 0) earlier.clear();
    const KillPlan plan{.event = fmt::format("round-{}", round),
                        .design = round % 2 == 0 ? "sealed-draw" : "ticket-list",
                        .reserve_ms = kReserveMs,
                        .kill_after_ms = kill_moment(round, random),
                        .users_max = kUsersMax};
    SCOPED_TRACE(fmt::format("seed {}, round {}: {}, killed after {} ms", seed, round, plan.design,
                             plan.kill_after_ms));
    KillRound(directory.file(fmt::format("ledger-{}.db", round / kRoundsPerLedger)), plan)
        .play(earlier, counts);
  }
  fmt::print(
      "acknowledged before the kills: {} reservations, {} wins, {} losses; "
      "killed before the first verdict {} times, within the rush {} times\n",
      counts.reservations, counts.wins, counts.losses, counts.rounds_killed_reserving,
      counts.rounds_killed_rushing);
  EXPECT_GT(counts.reservations, 0U);
}

}  // namespace
}  // namespace fairrush::server_test
