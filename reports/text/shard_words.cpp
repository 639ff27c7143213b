#include "reports/text/shard_words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/figures/instrument_bars.hpp"
#include "base/units.hpp"
#include "reports/text/figures.hpp"
#include "reports/text/words.hpp"

namespace fairrush::reports {
namespace {

void note(ShardWords& words, const std::string& what, bool gates) {
  words.crossed += (words.crossed.empty() ? "" : "; ") + what;
  words.gates = words.gates || gates;
}

ShardWords words_of(const analysis::RunFacts& facts, const analysis::ShardFacts& shard) {
  const analysis::InstrumentFacts& instrument = shard.instrument;
  ShardWords words{
      .number = std::to_string(shard.number),
      .machine = shard.machine,
      .sent = format_count(instrument.reservations.sent + instrument.claims.sent),
      .lag_p50 = milliseconds_text(instrument.lag_p50_ns),
      .lag_p99 = milliseconds_text(instrument.lag_p99_ns),
      .cpu = percent_text(analysis::cpu_share(instrument)),
      .clock_error = milliseconds_text(static_cast<std::uint64_t>(instrument.clock_error_ns)),
      .crossed = {}};
  if (shard.cut_short) note(words, "cut short: " + *shard.cut_short, true);
  for (const analysis::InstrumentBar& bar : analysis::bars_of_shard(facts, shard)) {
    if (!bar.held) note(words, fmt::format("{}: {}", bar.what, bar.measured), bar.gates);
  }
  if (shard.foreign_clicks > 0) {
    note(words,
         fmt::format("{} on the roster before they asked", counted(shard.foreign_clicks, "user")),
         true);
  }
  return words;
}

ShardWords missing_shard(std::uint32_t number) {
  const std::string none(kNoFigure);
  return {.number = std::to_string(number),
          .machine = none,
          .sent = none,
          .lag_p50 = none,
          .lag_p99 = none,
          .cpu = none,
          .clock_error = none,
          .crossed = "missing",
          .gates = true};
}

}  // namespace

std::vector<ShardWords> describe_shards(const analysis::RunFacts& facts) {
  std::vector<ShardWords> all;
  if (facts.shards.empty()) return all;
  const std::vector<std::uint32_t> missing = analysis::missing_shards(facts);
  auto next_missing = missing.begin();
  for (const analysis::ShardFacts& shard : facts.shards) {
    for (; next_missing != missing.end() && *next_missing < shard.number; ++next_missing) {
      all.push_back(missing_shard(*next_missing));
    }
    all.push_back(words_of(facts, shard));
  }
  for (; next_missing != missing.end(); ++next_missing) {
    all.push_back(missing_shard(*next_missing));
  }
  return all;
}

std::string shards_text(const analysis::RunFacts& facts) {
  if (facts.shards.empty()) return {};
  std::uint64_t lag_p99_ns = 0;
  for (const analysis::ShardFacts& shard : facts.shards) {
    lag_p99_ns = std::max(lag_p99_ns, shard.instrument.lag_p99_ns);
  }
  std::string text = fmt::format("{} of {}, worst lag p99 {} ms", facts.shards.size(),
                                 facts.shards.front().of, milliseconds_text(lag_p99_ns));
  for (const ShardWords& shard : describe_shards(facts)) {
    if (!shard.crossed.empty()) text += fmt::format("; shard {}: {}", shard.number, shard.crossed);
  }
  return text;
}

}  // namespace fairrush::reports
