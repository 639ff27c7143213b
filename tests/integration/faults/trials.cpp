#include "tests/integration/faults/trials.hpp"

#include <array>

namespace fairrush::kill_matrix {
namespace {

using enum KillerKind;

constexpr std::array kScramble{
    Trial{"oversell-race", invariant, "I1"},
    Trial{"off-by-one", invariant, "I1"},
    Trial{"lock-expires-early", invariant, "I1"},
    Trial{"code-counter-wraps", invariant, "I3"},
    Trial{"reservation-not-checked", invariant, "I7"},
    Trial{"stale-stock-cache", invariant, "I12"},
    Trial{"lifo-queue", invariant, "I13"},
};
constexpr std::string_view kScrambleScenario = R"(
question = "Do 600 users who come at once get 120 coupons, each once?"
[event]
reserve = "1s"
pause   = "400ms"
rush    = "1500ms"
[population]
users    = 600
personas = { honest = 0.9, intruder = 0.1 }
[arrivals]
shape = "front_loaded"
mean  = "60ms"
[target]
builtin = { design = "ticket-list" }
[checks]
fairness = "report"
)";

constexpr std::array kImpulses{
    Trial{"duplicate-burns-stock", invariant, "I2"},
    Trial{"racy-dedupe", invariant, "I4"},
    Trial{"retry-mints-new", invariant, "I10"},
};
constexpr std::string_view kImpulsesScenario = R"(
question = "Does a user who clicks again get the same coupon again?"
[event]
coupons = "50%"
reserve = "1s"
pause   = "400ms"
rush    = "1500ms"
[population]
users    = 600
personas = { honest = 0.4, double_clicker = 0.4, retrier = 0.2 }
[arrivals]
shape = "uniform"
[target]
builtin = { design = "ticket-list" }
[checks]
fairness = "report"
)";

constexpr std::array kWealth{
    Trial{"ack-then-drop", invariant, "I5"},
};
constexpr std::string_view kWealthScenario = R"(
question = "Is every one of 9,000 acknowledged coupons in the ledger?"
[event]
coupons = 9000
reserve = "4s"
pause   = "400ms"
rush    = "4s"
[population]
users    = 9500
personas = { honest = 1.0 }
[arrivals]
shape = "uniform"
[target]
builtin = { design = "ticket-list" }
[checks]
fairness = "report"
)";

constexpr std::array kEdges{
    Trial{"window-off-by-1s", invariant, "I8"},
};
constexpr std::string_view kEdgesScenario = R"(
question = "Does the rush open and close when it should?"
[event]
reserve = "600ms"
pause   = "600ms"
rush    = "1500ms"
[population]
users    = 300
personas = { honest = 0.6, early_bird = 0.2, latecomer = 0.2 }
[arrivals]
shape = "uniform"
[checks]
fairness = "report"
)";

constexpr std::array kSecondThoughts{
    Trial{"losers-may-retry", invariant, "I9"},
};
constexpr std::string_view kSecondThoughtsScenario = R"(
question = "Is a loss final?"
[event]
reserve = "600ms"
pause   = "400ms"
rush    = "1500ms"
[population]
users    = 400
personas = { honest = 0.4, double_clicker = 0.6 }
[arrivals]
shape = "uniform"
[target]
builtin = { design = "blank-tickets" }
[checks]
fairness = "report"
)";

constexpr std::array kShopping{
    Trial{"phantom-row", invariant, "I6"},        Trial{"status-stuck", invariant, "I11"},
    Trial{"draw-ignores-seed", invariant, "I14"}, Trial{"double-redeem", invariant, "I15"},
    Trial{"outbox-skips", invariant, "I16"},
};
constexpr std::string_view kShoppingScenario = R"(
question = "Are drawn coupons given, shown, told and spent once?"
[event]
reserve = "600ms"
pause   = "400ms"
rush    = "2s"
[population]
users    = 500
personas = { honest = 1.0 }
[winners]
read_status  = 1.0
redeem       = 1.0
redeem_twice = 1.0
[arrivals]
shape = "uniform"
[checks]
fairness = "report"
)";

constexpr std::array kImpatience{
    Trial{"lost-on-disconnect", invariant, "I16"},
};
constexpr std::string_view kImpatienceScenario = R"(
question = "Is a coupon kept for a client who hangs up?"
[event]
reserve = "600ms"
pause   = "400ms"
rush    = "1500ms"
[population]
users    = 300
personas = { honest = 1.0 }
[arrivals]
shape = "uniform"
[connections]
mode    = "per_request"
timeout = "20ms"
[target]
builtin = { design = "ticket-list" }
[checks]
fairness = "report"
)";

constexpr std::array kSilence{
    Trial{"always-403", sighting, "a win"},
};
constexpr std::string_view kSilenceScenario = R"(
question = "Does anybody win at all?"
[event]
reserve = "600ms"
pause   = "400ms"
rush    = "800ms"
[population]
users    = 200
personas = { honest = 1.0 }
[checks]
fairness = "report"
)";

constexpr std::array kFavour{
    Trial{"every-fifth-wins", test, "predictability"},
    Trial{"modulo-biased-shuffle", test, "tickets"},
    Trial{"fast-cohort-favoured", test, "cohorts"},
};
constexpr std::string_view kFavourScenario = R"(
question = "Does winning depend on the network, the ticket or the order?"
[event]
reserve = "4s"
pause   = "500ms"
rush    = "4s"
rounds  = 2
[population]
users    = 10000
cohorts  = [ { name = "fibre",  share = 0.5, one_way_delay = "2ms" },
             { name = "mobile", share = 0.5, one_way_delay = "20ms" } ]
personas = { honest = 1.0 }
[arrivals]
shape = "uniform"
)";

constexpr std::array kHabit{
    Trial{"sticky-winners", test, "luck"},
};
constexpr std::string_view kHabitScenario = R"(
question = "Do the same users win every day?"
[event]
reserve = "500ms"
pause   = "300ms"
rush    = "700ms"
rounds  = 4
[population]
users    = 300
personas = { honest = 1.0 }
[arrivals]
shape = "uniform"
)";

constexpr std::array kStages{
    Stage{"scramble", "600 users come within some 100 ms, some of them without a reservation",
          kScrambleScenario, kScramble},
    Stage{"impulses", "two fifths of 600 users click twice, a fifth repeats the request",
          kImpulsesScenario, kImpulses},
    Stage{"wealth", "9,000 coupons are acknowledged", kWealthScenario, kWealth},
    Stage{"edges", "users come up to half a second early and up to a second late", kEdgesScenario,
          kEdges},
    Stage{"second thoughts", "most users click again after their answer", kSecondThoughtsScenario,
          kSecondThoughts},
    Stage{"shopping", "every winner reads the status and spends the coupon twice",
          kShoppingScenario, kShopping},
    Stage{"impatience", "every client hangs up after 20 ms", kImpatienceScenario, kImpatience},
    Stage{"silence", "nothing special happens", kSilenceScenario, kSilence},
    Stage{"favour", "10,000 users of two networks come in two rounds", kFavourScenario, kFavour},
    Stage{"habit", "the same 300 users come in four rounds", kHabitScenario, kHabit},
};

}  // namespace

void PrintTo(const Stage& stage, std::ostream* out) {
  *out << stage.name;
}

std::span<const Stage> stages() {
  return kStages;
}

}  // namespace fairrush::kill_matrix
