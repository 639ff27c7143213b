#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "analysis/assessment.hpp"
#include "analysis/history/format.hpp"

namespace fairrush::analysis {
namespace {

/// Makes the checksums of header and blocks right, so that the bytes behind them are looked at too:
/// a fuzzer does not find a 64-bit checksum by chance.
void repair_checksums(std::string& bytes) {
  if (bytes.size() < sizeof(HistoryHeader)) return;
  HistoryHeader header;
  header.checksum = checksum_of(raw_bytes(header).substr(0, offsetof(HistoryHeader, checksum)));
  bytes.replace(0, sizeof(header), raw_bytes(header));
  std::size_t offset = sizeof(header);
  while (offset + sizeof(BlockHeader) <= bytes.size()) {
    BlockHeader block;
    std::memcpy(&block, bytes.data() + offset, sizeof(block));
    block.magic = kBlockMagic;
    block.header_checksum = header_checksum_of(block);
    const std::size_t body = std::size_t{block.records} * sizeof(AttemptRecord) +
                             static_cast<std::size_t>(padded(block.text_bytes));
    const std::size_t body_at = offset + sizeof(block);
    const bool whole = body <= bytes.size() - body_at;
    if (whole) block.checksum = checksum_of(std::string_view(bytes).substr(body_at, body));
    bytes.replace(offset, sizeof(block), raw_bytes(block));
    if (!whole) return;
    offset = body_at + body;
  }
}

/// Whatever parses must also be judged without a crash.
void judge(std::string_view bytes) {
  constexpr std::uint32_t kUsersMax = 1 << 20;
  auto history = History::parse(bytes, "fuzz");
  if (!history) return;
  for (const HistoryBlock& block : history->blocks()) {
    for (const AttemptRecord& record : block.records) {
      if (record.user >= kUsersMax) return;  // load_run refuses users beyond the population
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
