#include "analysis/fairness/statistics/users.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "base/random/counter_random.hpp"
#include "tests/unit/analysis/fairness/statistics/made_up.hpp"

namespace fairrush::analysis {
namespace {

/// Users over rounds; a user takes part in a round or not, and wins in it or not.
struct Rounds {
  std::vector<UserRecord> users;
  std::vector<Tally> tallies;

  template <class Present, class Won>
  void add(std::size_t size, Present present, Won won) {
    users.resize(std::max(users.size(), size));
    Tally all;
    for (std::size_t user = 0; user < size; ++user) {
      if (present(user)) all = {all.members + 1, all.wins + (won(user) ? 1U : 0U)};
    }
    const double share = static_cast<double>(all.wins) / static_cast<double>(all.members);
    for (std::size_t user = 0; user < size; ++user) {
      if (!present(user)) continue;
      users[user].residual += static_cast<float>((won(user) ? 1.0 : 0.0) - share);
      ++users[user].rounds;
      if (won(user)) ++users[user].wins;
    }
    tallies.push_back(all);
  }
};

bool everybody(std::size_t) {
  return true;
}

TEST(Dispersion, IsCochransQWhenEverybodyTakesPartInEveryRound) {
  // friedman.test of R over 40 users and 5 rounds; p with the exact variance of Q.
  Rounds rounds;
  for (std::uint64_t round = 0; round < 5; ++round) {
    const MadeUp made_up{0, 7 + round, 290};
    rounds.add(40, everybody, [&](std::size_t user) { return made_up.won(user + 17 * round); });
  }
  const auto tested = test_dispersion(rounds.users, rounds.tallies);
  ASSERT_TRUE(tested);
  EXPECT_NEAR(tested->statistic, 32.0656595003, 1e-4);  // residuals are of single precision
  EXPECT_NEAR(tested->luckier_p, 0.807473868816, 1e-5);
  EXPECT_NEAR(tested->turns_p, 0.192526131184, 1e-5);
}

TEST(Dispersion, IsGreatestWhenTheSameUsersWinAlways) {
  Rounds rounds;
  for (int round = 0; round < 4; ++round) {
    rounds.add(1000, everybody, [](std::size_t user) { return user % 5 == 0; });
  }
  const auto tested = test_dispersion(rounds.users, rounds.tallies);
  EXPECT_NEAR(tested->ratio, 4, 1e-5);
  // Chances are 0 or 1: their standard deviation is √(p(1−p)).
  EXPECT_NEAR(tested->deviation, 0.4, 1e-5);
  EXPECT_LT(tested->luckier_p, 1e-30);
}

TEST(Dispersion, IsZeroWhenUsersTakeTurns) {
  Rounds rounds;
  for (std::size_t round = 0; round < 5; ++round) {
    rounds.add(1000, everybody, [round](std::size_t user) { return user % 5 == round; });
  }
  const auto tested = test_dispersion(rounds.users, rounds.tallies);
  EXPECT_NEAR(tested->ratio, 0, 1e-9);
  EXPECT_EQ(tested->deviation, 0);
  EXPECT_LT(tested->turns_p, 1e-30);
  EXPECT_NEAR(tested->luckier_p, 1, 1e-12);
}

TEST(Dispersion, StaysCalibratedWhenUsersMissRounds) {
  // 60 % show up, shares of winners change from round to round; 300 seeded studies.
  const CounterRandom random(5, Stream::fairness_draws);
  int below_tenth = 0;
  double ratios = 0;
  for (std::uint64_t study = 0; study < 300; ++study) {
    Rounds rounds;
    for (std::uint64_t round = 0; round < 6; ++round) {
      const auto number = [&](std::size_t user) { return (study * 6 + round) * 400 + user; };
      rounds.add(
          400, [&](std::size_t user) { return random.uniform(number(user), 0) < 0.6; },
          [&](std::size_t user) {
            return random.uniform(number(user), 1) < (round % 2 == 0 ? 0.1 : 0.3);
          });
    }
    const auto tested = test_dispersion(rounds.users, rounds.tallies);
    ratios += tested->ratio / 300;
    below_tenth += tested->luckier_p < 0.1 ? 1 : 0;
  }
  EXPECT_NEAR(ratios, 1, 0.01);
  // 30 ± 3.3 standard deviations of 5.2.
  EXPECT_NEAR(below_tenth, 30, 17);
}

TEST(Dispersion, NeedsUsersInTwoRounds) {
  Rounds rounds;
  rounds.add(10, everybody, [](std::size_t user) { return user < 2; });
  EXPECT_FALSE(test_dispersion(rounds.users, rounds.tallies));
  Rounds apart;
  apart.add(
      20, [](std::size_t user) { return user < 10; }, [](std::size_t user) { return user < 2; });
  apart.add(
      20, [](std::size_t user) { return user >= 10; }, [](std::size_t user) { return user < 12; });
  EXPECT_FALSE(test_dispersion(apart.users, apart.tallies));
  EXPECT_FALSE(test_dispersion({}, {}));
}

/// `users[w]` users of `rounds` rounds who won w times.
std::vector<UserRecord> records(std::uint16_t rounds, std::initializer_list<int> users) {
  std::vector<UserRecord> records;
  std::uint16_t wins = 0;
  for (const int count : users) {
    for (int user = 0; user < count; ++user) records.push_back({0, rounds, wins});
    ++wins;
  }
  return records;
}

TEST(WinCounts, AreHeldAgainstTheBinomial) {
  // dbinom of R, pooled to five or more.
  const auto counts = win_counts(records(6, {230, 260, 150, 45, 13, 2}), 0.2);
  ASSERT_EQ(counts.size(), 6U);
  EXPECT_NEAR(counts[0].expected, 183.5008, 1e-9);
  EXPECT_NEAR(counts[4].expected, 10.752, 1e-9);
  EXPECT_NEAR(counts[5].expected, 1.0752 + 0.0448, 1e-9);
  EXPECT_EQ(counts[5].users, 2U);
  const auto tested = test_win_counts(counts);
  ASSERT_TRUE(tested);
  EXPECT_NEAR(tested->statistic, 18.9309393513449, 1e-9);
  EXPECT_NEAR(tested->p_value, 0.0002825367022, 1e-12);
}

TEST(WinCounts, SayWhatIsNormal) {
  // 30,000 users in 30 fair rounds: 0.12 % have won nothing.
  const std::vector<UserRecord> users(30'000, UserRecord{0, 30, 6});
  EXPECT_NEAR(win_counts(users, 0.2)[0].expected, 37, 0.5);
}

TEST(WinCounts, ExpectOfEachUserByTheRoundsTheyTookPartIn) {
  auto users = records(1, {8, 2});
  users.push_back({0, 2, 2});
  users.push_back({0, 0, 0});  // never took part
  const auto counts = win_counts(users, 0.2);
  EXPECT_NEAR(counts[0].expected, 10 * 0.8 + 0.64, 1e-12);
  EXPECT_NEAR(counts[2].expected, 0.04, 1e-12);
  EXPECT_EQ(counts[0].users, 8U);
  EXPECT_TRUE(win_counts({}, 0.2).empty());
}

TEST(WinCounts, AreNotTestedWithFewerThanThreeClasses) {
  EXPECT_FALSE(test_win_counts(win_counts(records(1, {80, 20}), 0.2)));
}

TEST(Evenness, OfOneRoundIsAConstant) {
  const auto evenness = evenness_of(win_counts(records(1, {240, 60}), 0.2));
  ASSERT_TRUE(evenness);
  EXPECT_NEAR(evenness->jain, 0.2, 1e-12);
  EXPECT_NEAR(evenness->gini, 0.8, 1e-12);
  EXPECT_NEAR(evenness->jain_fair, 0.2, 1e-12);
  EXPECT_NEAR(evenness->gini_fair, 0.8, 1e-12);
}

TEST(Evenness, HasThePublishedFairReference) {
  const std::vector<UserRecord> users(100'000, UserRecord{0, 100, 20});
  const auto evenness = evenness_of(win_counts(users, 0.2));
  EXPECT_EQ(evenness->jain, 1);
  EXPECT_NEAR(evenness->gini, 0, 1e-12);
  EXPECT_NEAR(evenness->jain_fair, 1 / (1 + 0.8 / (100 * 0.2)), 1e-4);
  EXPECT_NEAR(evenness->gini_fair, std::sqrt(0.8 / (std::numbers::pi * 100 * 0.2)), 0.002);
}

TEST(Evenness, IsNotKnownWithoutAWin) {
  EXPECT_FALSE(evenness_of(win_counts(records(3, {10}), 0)));
  EXPECT_FALSE(evenness_of({}));
}

}  // namespace
}  // namespace fairrush::analysis
