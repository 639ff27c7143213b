// What faults do to chance, in virtual time; and the table of faults.
#include <gtest/gtest.h>

#include <set>

#include "server/faults/faults.hpp"
#include "tests/unit/server/designs/virtual_rush.hpp"

namespace fairrush::server {
namespace {

constexpr std::uint32_t kUsers = 500;

/// Users who win when all claim in the order of their numbers; every even one is on fibre.
std::set<std::uint32_t> winners(std::string_view fault, std::uint8_t secret) {
  const EventSpec spec = rush_spec("blank-tickets");
  const EventSecrets secrets = fixed_secrets(secret);
  Rush rush(secrets.salt,
            make_design_under(fault.empty() ? nullptr : find_fault(fault), spec, secrets));
  for (std::uint32_t user = 0; user < kUsers; ++user) {
    rush.reserve(UserIndex(user), user % 2 == 0 ? "fibre" : "mobile");
  }
  rush.close_reservations();
  std::set<std::uint32_t> won;
  for (std::uint32_t user = 0; user < kUsers; ++user) {
    const auto kind = rush.claim(UserIndex(user), Duration(user)).kind;
    if (kind == ClaimVerdict::Kind::won) won.insert(user);
  }
  return won;
}

/// Wins of those whom `favoured` names, over 100 rounds.
template <class Favoured>
double wins_of(std::string_view fault, Favoured favoured) {
  std::uint32_t wins = 0;
  for (std::uint8_t secret = 0; secret < 100; ++secret) {
    for (const std::uint32_t user : winners(fault, secret)) wins += favoured(user) ? 1U : 0U;
  }
  return wins;
}

constexpr auto kOnFibre = [](std::uint32_t user) { return user % 2 == 0; };
constexpr auto kEarlyTicket = [](std::uint32_t user) { return user < 200; };

TEST(UnfairDesigns, GiveExactlyTheQuota) {
  for (const char* fault :
       {"every-fifth-wins", "sticky-winners", "fast-cohort-favoured", "modulo-biased-shuffle"}) {
    EXPECT_EQ(winners(fault, 1).size(), 100U) << fault;
  }
  EXPECT_TRUE(winners("always-403", 1).empty());
}

TEST(EveryFifthWins, LetsWhoeverCountsKnow) {
  for (const std::uint32_t user : winners("every-fifth-wins", 1)) EXPECT_EQ(user % 5, 4U);
}

TEST(StickyWinners, AreTheSameInEveryRound) {
  EXPECT_EQ(winners("sticky-winners", 1), winners("sticky-winners", 2));
  EXPECT_NE(winners("", 1), winners("", 2));
}

// Over 100 rounds of 100 coupons, half of the users win 5000 ± 45 (one standard deviation).
TEST(FastCohortFavoured, GivesFibreMoreThanItsShare) {
  EXPECT_GT(wins_of("fast-cohort-favoured", kOnFibre), 5180);
  EXPECT_NEAR(wins_of("", kOnFibre), 5000, 180);
}

// 200 of 500 tickets win 4000 ± 44 times.
TEST(ModuloBiasedShuffle, GivesLowTicketsMoreThanTheirShare) {
  EXPECT_GT(wins_of("modulo-biased-shuffle", kEarlyTicket), 4180);
  EXPECT_NEAR(wins_of("", kEarlyTicket), 4000, 180);
}

TEST(DrawIgnoresSeed, DrawsOthersThanItsSecretSays) {
  const EventSpec spec = rush_spec("sealed-draw");
  const auto drawn = [&spec](const FaultRow* fault) {
    const auto design = make_design_under(fault, spec, fixed_secrets());
    Roster roster(fixed_secrets().salt);
    for (std::uint32_t user = 0; user < 50; ++user)
      design->granted({roster.admit(UserIndex(user))});
    return design->drawing()->draw_job(roster.tokens())();
  };
  const DrawOutcome sound = drawn(nullptr);
  const DrawOutcome forged = drawn(find_fault("draw-ignores-seed"));
  EXPECT_EQ(forged.root, sound.root);
  EXPECT_EQ(forged.winners.size(), sound.winners.size());
  EXPECT_NE(forged.winners, sound.winners);
}

TEST(FaultTable, NamesEveryFaultOnceAndSaysEverythingAboutIt) {
  std::set<std::string_view> names;
  for (const FaultRow& fault : faults()) {
    EXPECT_TRUE(names.insert(fault.name).second) << fault.name;
    EXPECT_EQ(find_fault(fault.name), &fault);
    EXPECT_FALSE(fault.breaks.empty() || fault.killed_by.empty()) << fault.name;
    for (const std::string_view design : fault.designs) {
      EXPECT_NE(find_design(design), nullptr) << fault.name << ": " << design;
    }
  }
  EXPECT_EQ(names.size(), 24U);
  EXPECT_EQ(find_fault("none"), nullptr);
}

}  // namespace
}  // namespace fairrush::server
