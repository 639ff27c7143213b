#include "server/faults/faults.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/assert.hpp"
#include "server/faults/faulty_designs.hpp"

namespace fairrush::server {
namespace {

constexpr std::array<std::string_view, 1> kTicketList{"ticket-list"};
constexpr std::array<std::string_view, 1> kSealedDraw{"sealed-draw"};
constexpr std::array<std::string_view, 2> kCoins{"bernoulli", "blank-tickets"};
// Where chance decides; a draw that is promised is then not published.
constexpr std::array<std::string_view, 2> kChance{"blank-tickets", "sealed-draw"};

constexpr std::array kFaults{
    FaultRow{"oversell-race", "looks whether coupons are left, and takes one a round trip later",
             "I1", kTicketList, make_naive_list},
    FaultRow{"off-by-one", "gives one coupon more than there are", "I1", kTicketList,
             make_off_by_one},
    FaultRow{"duplicate-burns-stock",
             "takes a coupon from the list before it sees that the user has one", "I2", kTicketList,
             make_naive_list},
    FaultRow{"code-counter-wraps", "numbers coupons by a counter that starts again after 32", "I3",
             kTicketList, make_code_counter_wraps},
    FaultRow{"racy-dedupe",
             "looks whether the user has a coupon, and remembers the new one a round trip later",
             "I4", kTicketList, make_naive_list},
    FaultRow{
        "ack-then-drop", "loses the record of one acknowledged coupon in a thousand", "I5", {}},
    FaultRow{
        "phantom-row", "records every tenth coupon once more, for a user who never came", "I6", {}},
    FaultRow{"reservation-not-checked", "gives coupons to users who never reserved", "I7",
             kTicketList, make_naive_list},
    FaultRow{"window-off-by-1s", "opens and closes the claims a second late", "I8", {}},
    FaultRow{"losers-may-retry", "forgets losses, so that a loser who comes again may win", "I9",
             kCoins, make_coin_per_claim},
    FaultRow{"lock-expires-early",
             "locks the stock for less time than it may need, and releases locks of others", "I1",
             kTicketList, make_naive_list},
    FaultRow{"lost-on-disconnect",
             "takes a coupon and forgets it when the client is gone a round trip later", "I16",
             kTicketList, make_naive_list},
    FaultRow{"retry-mints-new",
             "remembers answers by their keys so late that a retry gets another coupon", "I10",
             kTicketList, make_naive_list},
    FaultRow{"status-stuck", "never shows a third of the users their coupons", "I11", {}},
    FaultRow{"stale-stock-cache",
             "answers from a stock read before the coupons were loaded until a new one is read",
             "I12", kTicketList, make_naive_list},
    FaultRow{"lifo-queue", "serves the latest claim first and drops the oldest when many wait",
             "I13", kTicketList, make_naive_list},
    FaultRow{"draw-ignores-seed", "gives coupons to others than the published draw says", "I14",
             kSealedDraw, make_draw_ignores_seed},
    FaultRow{"double-redeem",
             "looks whether a coupon is spent, and spends it a round trip later",
             "I15",
             {}},
    FaultRow{
        "outbox-skips", "takes every tenth message for published without publishing it", "I16", {}},
    FaultRow{"every-fifth-wins", "lets every n-th claim win", "predictability", kChance,
             make_every_fifth_wins},
    FaultRow{"sticky-winners", "lets the same users win in every round", "Cochran's Q", kChance,
             make_sticky_winners},
    FaultRow{"fast-cohort-favoured", "gives users on fibre the weight 1.2 in the draw", "cohorts",
             kChance, make_fast_cohort_favoured},
    FaultRow{"modulo-biased-shuffle", "draws with a biased remainder, in favour of low tickets",
             "cohorts by ticket", kChance, make_modulo_biased_shuffle},
    FaultRow{"always-403", "refuses every claim", "sometimes", {}, make_always_403},
};

}  // namespace

std::span<const FaultRow> faults() {
  return kFaults;
}

const FaultRow* find_fault(std::string_view name) {
  const auto found = std::ranges::find(kFaults, name, &FaultRow::name);
  return found == kFaults.end() ? nullptr : &*found;
}

bool fits(const FaultRow& fault, std::string_view design) {
  return fault.designs.empty() || std::ranges::find(fault.designs, design) != fault.designs.end();
}

std::string designs_text(const FaultRow& fault) {
  return fault.designs.empty() ? "any" : fmt::format("{}", fmt::join(fault.designs, ", "));
}

std::unique_ptr<Design> make_design_under(const FaultRow* fault, const EventSpec& spec,
                                          const EventSecrets& secrets) {
  if (fault == nullptr || fault->make == nullptr) return make_design(spec, secrets);
  FAIRRUSH_ASSERT(fits(*fault, spec.design));
  return fault->make(spec, secrets);
}

}  // namespace fairrush::server
