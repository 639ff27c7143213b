// A clean run, broken in one place: whatever the place, the verdict is reached without a crash and
// its evidence names who is accused; and the check that is there for it sees every such break.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <vector>

#include "tests/unit/analysis/history_builder.hpp"

namespace fairrush::analysis {
namespace {

using testing::Contains;
using testing::HasSubstr;

constexpr std::uint32_t kUsers = 30;
constexpr std::uint32_t kWinners = 6;
constexpr std::chrono::seconds kAfterwards{16};

std::string coupon_of(std::uint32_t user) {
  return "coupon-" + std::to_string(user);
}

Attempt claim_of(std::uint32_t user) {
  Attempt attempt = claim(user);
  attempt.at(milliseconds(100 * (user + 1))).key(1000 + user);
  return attempt;
}

/// First come, first served: the first six of thirty win, look into their wallets and redeem; one
/// loser's first try timed out, one user never reserved.
RunBuilder clean_run() {
  RunBuilder run;
  run.facts.quota.count = kWinners;
  run.facts.rounds.front().announced_roster = kUsers;
  run.facts.rounds.front().announced_coupons = kWinners;
  run.facts.rounds.front().stock = {
      .issued = kWinners, .remaining = 0, .released = 0, .outbox_pending = 0};
  for (std::uint32_t user = 0; user < kUsers; ++user) {
    run.add(reserved(user));
    if (user >= kWinners) {
      run.add(claim_of(user).loses());
      continue;
    }
    const std::string coupon = coupon_of(user);
    run.add(claim_of(user).wins(coupon)).issued(user, coupon);
    run.heard("event-" + std::to_string(user), user, coupon);
    run.add(status(user).at(kAfterwards).shows(coupon));
    run.add(redeem(user).at(kAfterwards).key(2000 + user).redeems(coupon));
    run.add(redeem(user).at(kAfterwards).key(3000 + user).redeems_in_vain(coupon));
  }
  run.add(claim_of(kUsers - 1).retry(1).at(std::chrono::seconds(4)).unanswered());
  run.add(claim(kUsers).at(milliseconds(50)).refused(Reason::not_reserved));
  return run;
}

std::vector<CheckResult> checks_of(const RunBuilder& builder) {
  static const PlannedAttempts kPlanned =
      clean_run().build()->evidence.facts.rounds.front().planned;
  const auto run = builder.build();
  run->evidence.facts.rounds.front().planned = kPlanned;
  return run_checks(RunIndex(run->evidence.round(0)));
}

const CheckResult& result_of(const std::vector<CheckResult>& results, std::string_view id) {
  return *std::ranges::find(results, id, &CheckResult::id);
}

TEST(MutatedRun, IsCleanBeforeItsMutation) {
  for (const CheckResult& result : checks_of(clean_run())) {
    EXPECT_NE(result.verdict, CheckVerdict::fail) << result.id << ": " << result.finding;
    EXPECT_NE(result.verdict, CheckVerdict::unknown) << result.id << ": " << result.finding;
  }
}

/// One way to break a run for one user, and who must see it.
struct Break {
  std::string_view check;
  std::string_view what;
  std::uint32_t first_user;
  std::uint32_t end_user;
  void (*apply)(RunBuilder& run, std::uint32_t user);
};

Attempt& find_attempt(RunBuilder& run, Op op, std::uint32_t user) {
  return *std::ranges::find_if(run.attempts(), [&](Attempt& attempt) {
    return attempt.record().user == user && attempt.record().operation() == op;
  });
}

void erase_attempt(RunBuilder& run, Op op, std::uint32_t user) {
  const auto place = &find_attempt(run, op, user) - run.attempts().data();
  run.attempts().erase(run.attempts().begin() + place);
}

/// Of stock, ownership and the window.
std::vector<Break> breaks_of_the_rush() {
  return {
      {"I1", "a loser is given a coupon too many", kWinners, kUsers,
       [](RunBuilder& run, std::uint32_t user) { run.issued(user, "extra"); }},
      {"I2", "a unit is never issued", 0, kWinners,
       [](RunBuilder& run, std::uint32_t user) {
         run.ledger->erase(run.ledger->begin() + user);
         find_attempt(run, Op::claim, user).refused(Reason::other_refusal);
         find_attempt(run, Op::status, user).shows_nothing();
       }},
      {"I3", "a row stands twice in the ledger", 0, kWinners,
       [](RunBuilder& run, std::uint32_t user) { run.issued(user, coupon_of(user)); }},
      {"I3", "a loser is issued a winner's coupon", kWinners, kUsers,
       [](RunBuilder& run, std::uint32_t user) { run.issued(user, coupon_of(0)); }},
      {"I4", "a winner is issued a second coupon", 0, kWinners,
       [](RunBuilder& run, std::uint32_t user) { run.issued(user, "extra"); }},
      {"I5", "a winner's row is lost", 0, kWinners,
       [](RunBuilder& run, std::uint32_t user) { run.ledger->erase(run.ledger->begin() + user); }},
      {"I5", "a winner is told another coupon", 0, kWinners,
       [](RunBuilder& run, std::uint32_t user) {
         find_attempt(run, Op::claim, user).wins("another");
       }},
      {"I6", "a row belongs to nobody who claimed", 0, kUsers,
       [](RunBuilder& run, std::uint32_t user) { run.issued(kUsers + 10 + user, "phantom"); }},
      {"I7", "a winner had not reserved", 0, kWinners,
       [](RunBuilder& run, std::uint32_t user) { erase_attempt(run, Op::reserve, user); }},
      {"I8", "a winner came after the close", 0, kWinners,
       [](RunBuilder& run, std::uint32_t user) {
         find_attempt(run, Op::claim, user).at(std::chrono::seconds(11));
       }},
      {"I8", "a claim inside the window is refused as outside it", 0, kUsers,
       [](RunBuilder& run, std::uint32_t user) {
         find_attempt(run, Op::claim, user).refused(Reason::outside_window);
       }},
  };
}

/// Of what users are told again, of coupons spent, and of the records.
std::vector<Break> breaks_afterwards() {
  return {
      {"I9", "a loser wins later", kWinners, kUsers,
       [](RunBuilder& run, std::uint32_t user) {
         run.add(claim_of(user).key(9).retry(1).at(std::chrono::seconds(9)).wins("later"));
       }},
      {"I10", "a retry is given another coupon", 0, kWinners,
       [](RunBuilder& run, std::uint32_t user) {
         run.add(claim_of(user).retry(1).at(std::chrono::seconds(9)).wins("minted"));
       }},
      {"I11", "a winner's wallet is empty", 0, kWinners,
       [](RunBuilder& run, std::uint32_t user) {
         find_attempt(run, Op::status, user).shows_nothing();
       }},
      {"I12", "a winner was sent after the first loss", 0, kWinners,
       [](RunBuilder& run, std::uint32_t user) {
         find_attempt(run, Op::claim, user).at(std::chrono::seconds(9));
       }},
      {"I13", "a winner overtakes a loser", 0, kWinners,
       [](RunBuilder& run, std::uint32_t user) {
         find_attempt(run, Op::claim, user).at(std::chrono::seconds(9));
       }},
      {"I15", "a coupon is redeemed twice", 0, kWinners,
       [](RunBuilder& run, std::uint32_t user) {
         run.add(redeem(user).at(kAfterwards).key(9).redeems(coupon_of(user)));
       }},
      {"I15", "a loser redeems a winner's coupon", kWinners, kUsers,
       [](RunBuilder& run, std::uint32_t user) {
         run.add(redeem(user).at(kAfterwards).key(9).redeems(coupon_of(0)));
       }},
      {"I16", "the bus skips a coupon", 0, kWinners,
       [](RunBuilder& run, std::uint32_t user) { run.bus->erase(run.bus->begin() + user); }},
      {"I16", "the bus tells of a coupon twice", 0, kWinners,
       [](RunBuilder& run, std::uint32_t user) { run.heard("again", user, coupon_of(user)); }},
      {"I17", "a reservation is missing from the roster", 0, kUsers,
       [](RunBuilder& run, std::uint32_t user) {
         find_attempt(run, Op::reserve, user).refused(Reason::other_refusal);
       }},
      {"I19", "a claim is missing", 0, kUsers,
       [](RunBuilder& run, std::uint32_t user) { erase_attempt(run, Op::claim, user); }},
      {"I19", "a record stands twice in the history", 0, kUsers,
       [](RunBuilder& run, std::uint32_t user) {
         Attempt& attempt = find_attempt(run, Op::claim, user);
         const auto place = static_cast<std::uint64_t>(&attempt - run.attempts().data());
         const Attempt copy = attempt.numbered(place);
         run.add(copy);
       }},
  };
}

TEST(MutatedRun, IsSeenByTheCheckThatIsThereForIt) {
  std::vector<Break> breaks = breaks_of_the_rush();
  std::ranges::copy(breaks_afterwards(), std::back_inserter(breaks));
  for (const Break& one : breaks) {
    for (std::uint32_t user = one.first_user; user < one.end_user; ++user) {
      RunBuilder run = clean_run();
      one.apply(run, user);
      const auto results = checks_of(run);
      EXPECT_EQ(result_of(results, one.check).verdict, CheckVerdict::fail)
          << one.check << ": " << one.what << ", user " << user;
    }
  }
}

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x9e37'79b9'7f4a'7c15 + 1) {}

  std::uint64_t below(std::uint64_t bound) {
    state_ = state_ * 6364136223846793005 + 1442695040888963407;
    return (state_ >> 33) % bound;
  }

 private:
  std::uint64_t state_;
};

void alter(AttemptRecord& record, Dice& dice) {
  constexpr std::array kReasons{
      Reason::none,         Reason::sold_out,        Reason::not_drawn,
      Reason::not_reserved, Reason::already_claimed, Reason::outside_window,
      Reason::already_used, Reason::timeout};
  const auto moved = static_cast<std::int64_t>(dice.below(20'000'000'000)) - 5'000'000'000;
  switch (dice.below(8)) {
    case 0:
      record.outcome = static_cast<std::uint8_t>(dice.below(6));
      break;
    case 1:
      record.reason = static_cast<std::uint16_t>(kReasons.at(dice.below(kReasons.size())));
      break;
    case 2:
      record.user = static_cast<std::uint32_t>(dice.below(kUsers + 5));
      break;
    case 3:
      record.op = static_cast<std::uint8_t>(dice.below(4));
      break;
    case 4:
      record.first_byte_out_ns = dice.below(4) == 0 ? 0 : record.first_byte_out_ns + moved;
      break;
    case 5:
      record.complete_ns = dice.below(4) == 0 ? 0 : record.complete_ns + moved;
      break;
    case 6:
      record.idempotency = 1000 + dice.below(kUsers);
      break;
    default:
      record.try_number = static_cast<std::uint8_t>(dice.below(3));
      break;
  }
}

void mutate(RunBuilder& run, Dice& dice) {
  std::vector<Attempt>& attempts = run.attempts();
  const std::uint64_t place = dice.below(attempts.size());
  const auto user = static_cast<std::uint32_t>(dice.below(kUsers + 5));
  switch (dice.below(8)) {
    case 0:
      attempts.erase(attempts.begin() + static_cast<std::ptrdiff_t>(place));
      break;
    case 1:
      run.add(Attempt(attempts[place]));
      break;
    case 2:
      run.issued(user, coupon_of(static_cast<std::uint32_t>(dice.below(kUsers))));
      break;
    case 3:
      if (!run.ledger->empty()) run.ledger->pop_back();
      break;
    case 4:
      run.heard("event-" + std::to_string(dice.below(9)), user, coupon_of(user));
      break;
    default:
      alter(attempts[place].record(), dice);
      break;
  }
}

/// An example speaks of the user it names; a pass has nothing to show for itself.
void expect_evidence_fits(const CheckResult& result) {
  EXPECT_LE(result.examples.size(), kExamplesMax);
  if (result.verdict == CheckVerdict::pass) EXPECT_EQ(result.violations, 0U);
  if (result.verdict == CheckVerdict::fail) EXPECT_GT(result.violations, 0U);
  // These accuse users, each by what was done to it.
  constexpr std::array<std::string_view, 8> kAccusing{"I3", "I4", "I5",  "I6",
                                                      "I7", "I9", "I10", "I11"};
  if (result.verdict == CheckVerdict::fail && std::ranges::count(kAccusing, result.id) > 0) {
    EXPECT_FALSE(result.examples.empty()) << result.id;
  }
  for (const CounterExample& example : result.examples) {
    ASSERT_TRUE(example.user.has_value());
    EXPECT_THAT(example.timeline,
                Contains(HasSubstr("user " + std::to_string(example.user->value()) + " ")));
  }
}

TEST(MutatedRun, IsJudgedWithEvidenceThatNamesWhoIsAccused) {
  constexpr std::uint64_t kRuns = 4'000;
  for (std::uint64_t seed = 0; seed < kRuns; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Dice dice(seed);
    RunBuilder run = clean_run();
    if (dice.below(4) == 0) run.ledger.emplace();
    for (std::uint64_t times = 1 + dice.below(4); times > 0; --times) mutate(run, dice);
    if (dice.below(4) == 0) run.ledger.reset();
    run.cut_short = dice.below(8) == 0;
    for (const CheckResult& result : checks_of(run)) expect_evidence_fits(result);
    if (HasFailure()) return;
  }
}

TEST(MutatedRun, NeverPassesAllChecksWhenItsHistoryOrLedgerIsMissing) {
  RunBuilder cut = clean_run();
  cut.cut_short = true;
  RunBuilder no_ledger = clean_run();
  no_ledger.ledger.reset();
  for (const RunBuilder* run : {&cut, &no_ledger}) {
    for (const CheckResult& result : checks_of(*run)) {
      EXPECT_NE(result.verdict, CheckVerdict::fail) << result.id << ": " << result.finding;
    }
    EXPECT_EQ(result_of(checks_of(*run), "I5").verdict, CheckVerdict::unknown);
  }
}

}  // namespace
}  // namespace fairrush::analysis
