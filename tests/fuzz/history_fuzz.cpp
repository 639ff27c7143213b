#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "analysis/assessment.hpp"
#include "tests/fuzz/repair.hpp"

namespace fairrush::analysis {
namespace {

/// Whatever parses must also be judged without a crash.
void judge(std::string_view bytes) {
  constexpr std::uint32_t kUsersMax = 1 << 20;
  constexpr std::uint16_t kCohortsMax = 16;
  auto history = History::parse(bytes, "fuzz");
  if (!history) return;
  for (const HistoryBlock& block : history->blocks()) {
    for (const AttemptRecord& record : block.records) {
      // load_run refuses users and cohorts that run.json does not know.
      if (record.user >= kUsersMax || record.cohort >= kCohortsMax) return;
    }
  }
  RunFacts facts;
  facts.rounds.front().rush = {0, 1'000'000'000};
  facts.quota.count = 1;
  RunEvidence evidence{std::move(facts), std::move(*history), std::vector<RoundRecords>(1)};
  assess(evidence);
}

}  // namespace
}  // namespace fairrush::analysis

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  bytes.reserve(64);  // off the small-string buffer, whose alignment is not ours to say
  fairrush::analysis::judge(bytes);
  fairrush::analysis::repair_checksums(bytes);
  fairrush::analysis::judge(bytes);
  return 0;
}
