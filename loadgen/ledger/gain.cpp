#include "loadgen/ledger/gain.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace fairrush::loadgen {

analysis::Ledger rows_gained(const analysis::Ledger& earlier, analysis::Ledger now,
                             std::uint32_t round) {
  const bool says_rounds =
      std::ranges::any_of(now, [](const analysis::LedgerRow& row) { return row.round > 0; });
  std::set<std::pair<UserIndex, std::string_view>> known;
  if (!says_rounds) {
    for (const analysis::LedgerRow& row : earlier) known.emplace(row.user, row.coupon);
  }
  std::erase_if(now, [&](const analysis::LedgerRow& row) {
    return says_rounds ? row.round != round
                       : known.contains({row.user, std::string_view(row.coupon)});
  });
  return now;
}

}  // namespace fairrush::loadgen
