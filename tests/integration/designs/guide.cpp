#include "tests/integration/designs/guide.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>

#include "base/version.hpp"
#include "tests/integration/designs/guide_tables.hpp"
#include "tests/integration/faults/trials.hpp"

namespace fairrush::design_matrix {
namespace {

constexpr std::string_view kOpening = R"(# Designs

Ways of deciding who wins, each on the stores that it runs on, as `fairrush-server --list-designs`
has them; each played by `fairrush run` over real sockets on every store, undisturbed and struck
while claims come, and judged with nothing left out.

)";

constexpr std::string_view kDifferences = R"(
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
  Redis that comes back is told again what the ledger has, whatever it has kept, and until then
  claims wait or hear 503. *PostgreSQL* decides and records in one commit, at the price of a
  commit's latency.
- *ack=decided* may lose what was answered within the last commit. In memory that is gone; Redis has
  it in its log; PostgreSQL answers after its commit anyway.
- *Windows follow the server's wall clock.* When it jumps, nothing is lost or doubled, but claims
  are taken earlier or later than was announced (I8), and a wallet in Redis shows nothing while the
  clock is before the opening again (I11).

## What was done to them, and what came of it

)";

constexpr std::string_view kReading = R"(
"9 of 9 hold": in the rushes of nine designs no rule was broken. With ack=decided the memory store
may lose what no commit had reached, and such losses are counted; a run without one only had luck.
I19 says that claims did not end within the client's five seconds, which nobody
promises while a database recovers. Whatever else breaks is an error: the test fails, but for I8 and
I11 when the clock jumps.

)";

constexpr std::string_view kMethod = R"(
Each row is one rush, half of the users on fibre and half on mobile, with double clicks, retries,
intruders and redemptions. BIASED is what first come, first served is. INCONCLUSIVE means that one
rush of this size does not show fairness, or that attempts were left without an answer. "Open" are
attempts that got none, and those told to come again; "lost" are coupons that were acknowledged and
are not in the ledger; coupons are those won of those there were. Latency is from the click, network
included. CPU is that of `fairrush-server` over its whole life, Redis and PostgreSQL not counted.

Adding a disturbance is adding a row to `tests/integration/designs/disturbances.cpp`. Every run of
the tests plays all designs undisturbed and each disturbance with one of them, PostgreSQL away for
three seconds only. This page is written by

```sh
cmake --preset release && ninja -C build/release fairrush_design_matrix_tests
FAIRRUSH_UPDATE_GOLDEN=1 build/release/tests/integration/designs/fairrush_design_matrix_tests
```

)";

constexpr std::string_view kFaults = R"(
## Races, and the check that sees each

The same service with one thing wrong in it, beside the sound one in the same rush
([all faults](faults.md)). The finding is that of one run.

)";

std::size_t faults_to_play() {
  std::size_t count = 0;
  for (const kill_matrix::Stage& stage : kill_matrix::stages()) {
    for (const kill_matrix::Trial& trial : stage.trials) {
      if (trial.kind == kill_matrix::KillerKind::invariant) ++count;
    }
  }
  return count;
}

}  // namespace

Guide::~Guide() {
  if (std::getenv("FAIRRUSH_UPDATE_GOLDEN") == nullptr) return;
  if (cells_.size() != all_cells().size() || faults_.size() != faults_to_play()) return;
  std::string text(kOpening);
  text += designs_table();
  text += kDifferences;
  text += summary_table(cells_);
  text += kReading;
  text += disturbances_table();
  text += kMethod;
  text += fmt::format("The figures are those of a {} build on a machine of two cores.\n\n",
                      version().build_type);
  for (const std::string_view store : {"memory", "redis", "postgres"}) {
    text += store_tables(store, cells_) + "\n";
  }
  text.pop_back();
  text += kFaults;
  text += faults_table(faults_);
  std::ofstream(FAIRRUSH_DESIGNS_GUIDE) << text;
}

Guide& guide() {
  static Guide of_process;
  return of_process;
}

}  // namespace fairrush::design_matrix
