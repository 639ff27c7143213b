#include "tests/integration/designs/guide.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <string_view>

#include "base/version.hpp"
#include "server/stores/stored_designs.hpp"

namespace fairrush::design_matrix {
namespace {

constexpr std::string_view kOpening = R"(# Designs

Ways of deciding who wins, each on the stores that it runs on, as `fairrush-server --list-designs`
has them.

)";

constexpr std::string_view kBetween = R"(
What sets them apart:

- *First come, first served* (`ticket-list`, `stock-counter`, `preloaded-shuffle`, `row-lock`,
  `distributed-lock`, `generate-outbox`) gives everything it has and favours whoever is near: the
  same users win less on a phone. No store changes that, and no speed of the server: the gap is
  that of the arrivals.
- *By chance* (`sealed-draw`, `blank-tickets`, `batch-draw`, `bernoulli`, and in its first stretch
  `waiting-room`) treats networks alike. `sealed-draw` is the only one that can be PROVEN: its
  draw is computed again. What nobody claims stays behind in the draws; `bernoulli` may leave a
  few coupons over.
- *Memory* answers at once and is one process. *Redis* is shared, and is never the last word: a
  Redis that comes back empty is told again what the ledger has, and until then claims wait or
  hear 503. *PostgreSQL* decides and records in one commit, at the price of a commit's latency.

Each cell is one rush of 300 users, fibre and mobile, with double clicks, retries, intruders and
redemptions, played by `fairrush run` over real sockets and judged with nothing left out; "killed"
means SIGKILL to the store as the claims come, and a start with what it had written (Redis:
nothing). BIASED is what first come, first served is. INCONCLUSIVE means that one rush of this
size does not show fairness. Fewer rules can hold where the kill left attempts without an answer;
none may break.

```sh
# writes this page
FAIRRUSH_UPDATE_GOLDEN=1 build/dev/tests/integration/designs/fairrush_design_matrix_tests
```

)";

}  // namespace

std::string guide_row_start(const std::string& design, const std::string& store,
                            const std::string& disturbance) {
  return fmt::format("| `{}` | {} | {} |", design, store, disturbance);
}

Guide::~Guide() {
  if (std::getenv("FAIRRUSH_UPDATE_GOLDEN") == nullptr) return;
  if (rows_.empty() || rows_.size() != cells_) return;
  std::string text(kOpening);
  text += "| design | decides | stores |\n|---|---|---|\n";
  for (const server::StoredDesign& row : server::stored_designs()) {
    text += fmt::format("| `{}` | {} | {} |\n", row.name, row.help, server::stores_text(row));
  }
  text += kBetween;
  text += fmt::format("The figures are those of a {} build on a machine of two cores.\n\n",
                      version().build_type);
  text +=
      "| design | store | | verdict | rules that hold | coupons | fibre, mobile | claims p50, p99 "
      "| open |\n|---|---|---|---|---|---|---|---|---|\n";
  for (const Evidence& one : rows_) {
    text += fmt::format("{} {} | {} | {} | {} | {} | {} |\n",
                        guide_row_start(one.design, one.store, one.disturbance), one.verdict,
                        one.rules, one.coupons, one.cohorts, one.latency, one.unanswered);
  }
  std::ofstream(FAIRRUSH_DESIGNS_GUIDE) << text;
}

Guide& guide() {
  static Guide of_process;
  return of_process;
}

}  // namespace fairrush::design_matrix
