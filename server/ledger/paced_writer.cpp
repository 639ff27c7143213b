#include "server/ledger/paced_writer.hpp"

#include <algorithm>
#include <utility>

namespace fairrush::server {

void PacedWriter::write(std::vector<LedgerRecord> batch) {
  const SteadyTime now = clock_.steady_now();
  const double seconds = static_cast<double>(batch.size()) / rate_.per_second;
  // Its time passes before it begins, so that what is reported durable never runs ahead of the
  // rate.
  free_at_ = std::max(free_at_, now) +
             std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
  auto shared = std::make_shared<std::vector<LedgerRecord>>(std::move(batch));
  delay_(free_at_ - now, [this, shared] { writer_.write(std::move(*shared)); });
}

}  // namespace fairrush::server
