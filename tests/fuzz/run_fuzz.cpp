#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/assessment.hpp"
#include "base/assert.hpp"
#include "tests/fuzz/repair.hpp"

namespace fairrush::analysis {
namespace {

/// Takes numbers and texts off the front of the input.
class Input {
 public:
  explicit Input(std::string_view bytes) : bytes_(bytes) {}

  std::uint8_t byte() {
    if (bytes_.empty()) return 0;
    const auto first = static_cast<std::uint8_t>(bytes_.front());
    bytes_.remove_prefix(1);
    return first;
  }
  std::string_view text() {
    const std::size_t low = byte();
    const std::size_t high = byte();
    const std::size_t length = std::min(bytes_.size(), low + high * 256);
    const std::string_view taken = bytes_.substr(0, length);
    bytes_.remove_prefix(length);
    return taken;
  }
  /// Small numbers, where the boundaries of a small run are; unset every other time.
  std::optional<std::uint64_t> number() {
    const std::uint8_t drawn = byte();
    return drawn % 2 == 0 ? std::nullopt : std::optional<std::uint64_t>(drawn / 2);
  }
  std::string_view rest() const { return bytes_; }

 private:
  std::string_view bytes_;
};

RunFacts facts_from(Input& input) {
  RunFacts facts;
  RoundFacts& round = facts.rounds.front();
  round.reservation = {0, input.byte() * std::int64_t{10'000'000}};
  round.rush = {1'000'000'000, 1'000'000'000 + input.byte() * std::int64_t{10'000'000}};
  facts.attempt_timeout = std::chrono::milliseconds(input.byte() * 10);
  facts.allocation = static_cast<Allocation>(input.byte() % 3);
  facts.quota.count = input.byte();
  round.announced_roster = input.number();
  round.announced_coupons = input.number();
  round.stock = {input.number(), input.number(), input.number(), input.number()};
  if (const auto late = input.number()) facts.status_deadline = std::chrono::milliseconds(*late);
  return facts;
}

/// load_run refuses users and cohorts that run.json does not know.
bool is_of_another_run(const History& history) {
  constexpr std::uint32_t kUsersMax = 1 << 20;
  constexpr std::uint16_t kCohortsMax = 16;
  return std::ranges::any_of(history.blocks(), [](const HistoryBlock& block) {
    return block.user_max >= kUsersMax ||
           std::ranges::any_of(block.records, [](const AttemptRecord& record) {
             return record.cohort >= kCohortsMax;
           });
  });
}

/// Without a ledger nobody knows whether what was acknowledged was kept; with rows or events that
/// nothing accounts for, nobody may be told that all is well.
void expect_no_false_pass(const Assessment& assessment, const RoundRecords& records) {
  const auto verdict = [&](std::string_view id) {
    return std::ranges::find(assessment.invariants, id, &CheckResult::id)->verdict;
  };
  if (!records.ledger) FAIRRUSH_ASSERT(verdict("I5") != CheckVerdict::pass);
  if (assessment.attempts == 0) FAIRRUSH_ASSERT(!assessment.passed);
  const bool phantoms = records.ledger && !records.ledger->empty() && assessment.attempts == 0;
  if (phantoms) FAIRRUSH_ASSERT(verdict("I6") != CheckVerdict::pass);
  for (const CheckResult& check : assessment.invariants) {
    FAIRRUSH_ASSERT(check.verdict != CheckVerdict::pass || check.violations == 0);
    FAIRRUSH_ASSERT(check.examples.size() <= kExamplesMax);
  }
}

void judge(std::string_view bytes, const RunFacts& facts, const RoundRecords& records) {
  auto history = History::parse(bytes, "fuzz");
  if (!history || is_of_another_run(*history)) return;
  const RunEvidence evidence{facts, std::move(*history), {records}};
  expect_no_false_pass(assess(evidence), records);
}

}  // namespace
}  // namespace fairrush::analysis

/// Facts, ledger, bus and history of one run: whatever parses is judged without a crash and without
/// a pass that nothing supports.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fairrush::analysis;
  Input input({reinterpret_cast<const char*>(data), size});
  const RunFacts facts = facts_from(input);
  RoundRecords records;
  if (auto ledger = parse_ledger_csv(input.text())) records.ledger = std::move(*ledger);
  if (auto bus = parse_bus_csv(input.text())) records.bus = std::move(*bus);
  std::string bytes(input.rest());
  bytes.reserve(64);  // off the small-string buffer, whose alignment is not ours to say
  repair_checksums(bytes);
  judge(bytes, facts, records);
  return 0;
}
