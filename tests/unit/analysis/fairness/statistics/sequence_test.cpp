#include "analysis/fairness/statistics/sequence.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "tests/unit/analysis/fairness/statistics/made_up.hpp"

namespace fairrush::analysis {
namespace {

WinSequence sequence_of(std::string_view outcomes) {
  WinSequence sequence;
  for (const char outcome : outcomes) sequence.push(outcome == 'W');
  return sequence;
}

TEST(WinSequence, CountsPairsAtAnyLagAsASlowCountDoes) {
  const MadeUp round{200, 7, 300};
  const WinSequence sequence = round.sequence();
  for (std::uint64_t lag = 1; lag < 200; ++lag) {
    std::uint64_t pairs = 0;
    for (std::uint64_t place = 0; place + lag < 200; ++place) {
      pairs += round.won(place) && round.won(place + lag);
    }
    EXPECT_EQ(sequence.pairs(lag), pairs) << lag;
  }
}

TEST(Runs, AreCountedAtEveryEdge) {
  EXPECT_EQ(count_runs(sequence_of("WWLLW")).runs, 3);
  EXPECT_EQ(count_runs(sequence_of("LLWWL")).runs, 3);
  EXPECT_EQ(count_runs(sequence_of("LWLW")).runs, 4);
  EXPECT_EQ(count_runs(sequence_of("WWW")).runs, 1);
  EXPECT_EQ(count_runs(sequence_of("LL")).runs, 1);
  EXPECT_EQ(count_runs(sequence_of("")).runs, 0);
}

TEST(Runs, AreAsManyAsRleSays) {
  // rle() and the published mean and variance in R; vectors/make_vectors.R.
  const RunsSum small = count_runs(MadeUp{300, 7, 200}.sequence());
  EXPECT_EQ(small.runs, 100);
  EXPECT_NEAR(small.mean, 97, 1e-10);
  EXPECT_NEAR(small.variance, 30.501672240803, 1e-10);
  EXPECT_NEAR(test_runs(std::array{small})->p_value, 0.586992392086, 1e-11);
  const RunsSum large = count_runs(MadeUp{1000, 13, 210}.sequence());
  EXPECT_EQ(large.runs, 324);
  EXPECT_NEAR(large.mean, 331.638, 1e-9);
  EXPECT_NEAR(test_runs(std::array{large})->p_value, 0.464624921161, 1e-11);
}

TEST(Runs, TellWhatTheOutcomeBeforeTells) {
  // After W comes L, after L comes W, always: P(W|W) − P(W|L) = 0 − 1.
  WinSequence turns;
  for (int place = 0; place < 1000; ++place) turns.push(place % 2 == 0);
  EXPECT_NEAR(test_runs(std::array{count_runs(turns)})->after_win, -1, 0.01);
  // Every fifth wins: never after a win, 1 in 4 after a loss.
  WinSequence fifth;
  for (int place = 0; place < 1000; ++place) fifth.push(place % 5 == 2);
  EXPECT_NEAR(test_runs(std::array{count_runs(fifth)})->after_win, -0.25, 0.01);
}

TEST(Runs, AreNotTestedWithoutAWinnerAndALoser) {
  EXPECT_FALSE(test_runs(std::array{count_runs(sequence_of("WWWW"))}));
  EXPECT_FALSE(test_runs({}));
}

TEST(LjungBox, IsThatOfBoxTest) {
  EXPECT_NEAR(*ljung_box(MadeUp{300, 7, 200}.sequence()), 12.136897029973, 1e-9);
  EXPECT_NEAR(*ljung_box(MadeUp{1000, 13, 210}.sequence()), 22.837845726657, 1e-9);
}

TEST(LjungBox, NeedsFortyAndBothOutcomes) {
  EXPECT_FALSE(ljung_box(MadeUp{39, 7, 500}.sequence()));
  EXPECT_TRUE(ljung_box(MadeUp{40, 7, 500}.sequence()));
  EXPECT_FALSE(ljung_box(MadeUp{100, 7, 0}.sequence()));
  EXPECT_FALSE(ljung_box(MadeUp{100, 7, 1009}.sequence()));
}

ResidueTest::Result modulo(std::size_t modulus, const ResidueTest& test) {
  const auto results = test.results();
  const auto found = std::ranges::find(results, modulus, &ResidueTest::Result::modulus);
  return found == results.end() ? ResidueTest::Result{} : *found;
}

TEST(Residues, AreTestedAsGroupsOfADraw) {
  // chisq.test of R times (N−1)/N.
  ResidueTest test;
  test.add(MadeUp{1000, 13, 210}.sequence());
  EXPECT_NEAR(modulo(5, test).statistic, 24.0143359203, 1e-8);
  EXPECT_NEAR(modulo(5, test).p_value, 7.93479954793e-05, 1e-14);
  EXPECT_NEAR(modulo(7, test).statistic, 2.558266380106, 1e-10);
  EXPECT_NEAR(modulo(7, test).p_value, 0.861890585114, 1e-11);
}

TEST(Residues, BetrayEveryFifthWinner) {
  WinSequence fifth;
  for (int place = 0; place < 300; ++place) fifth.push(place % 5 == 2);
  ResidueTest test;
  test.add(fifth);
  EXPECT_LT(modulo(5, test).p_value, 1e-60);
  EXPECT_EQ(modulo(5, test).gap, 1);
  EXPECT_GT(modulo(4, test).p_value, 0.99);
}

TEST(Residues, AddRoundsUp) {
  // Twice the deviations over twice the variance.
  ResidueTest once;
  once.add(MadeUp{1000, 13, 210}.sequence());
  ResidueTest twice;
  twice.add(MadeUp{1000, 13, 210}.sequence());
  twice.add(MadeUp{1000, 13, 210}.sequence());
  EXPECT_NEAR(modulo(5, twice).statistic, 2 * modulo(5, once).statistic, 1e-9);
}

TEST(Residues, CountOnlyPlacesThatAreTaken) {
  const MadeUp round{1000, 13, 210};
  WinSequence everybody;
  WinSequence wins;
  WinSequence nobody;
  for (std::uint64_t place = 0; place < round.size; ++place) {
    everybody.push(true);
    nobody.push(false);
    wins.push(round.won(place));
  }
  ResidueTest full;
  full.add(everybody, wins);
  ResidueTest plain;
  plain.add(round.sequence());
  EXPECT_EQ(modulo(5, full).statistic, modulo(5, plain).statistic);
  ResidueTest empty;
  empty.add(nobody, nobody);
  EXPECT_TRUE(empty.results().empty());
}

TEST(Residues, AreLeftOutWhereTooFewAreExpected) {
  // 60 of 300: modulo 12 expects 5 in each class, modulo 13 less.
  ResidueTest test;
  WinSequence sequence;
  for (int place = 0; place < 300; ++place) sequence.push(place < 60);
  test.add(sequence);
  EXPECT_EQ(test.results().size(), 11U);
  EXPECT_EQ(test.results().back().modulus, 12U);
}

}  // namespace
}  // namespace fairrush::analysis
