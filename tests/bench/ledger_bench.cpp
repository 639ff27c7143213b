// A ledger export in memory, from text to rows.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <iterator>

#include "analysis/run/ledger.hpp"
#include "analysis/run/ledger_ndjson.hpp"

namespace fairrush::analysis {
namespace {

void ledger_csv(benchmark::State& state) {
  std::string text = "user,coupon,issued_at\n";
  for (std::int64_t row = 0; row < state.range(0); ++row) {
    fmt::format_to(std::back_inserter(text), "{},C-{:010},{}\n", row, row, 1'700'000'000 + row);
  }
  for (auto _ : state) benchmark::DoNotOptimize(parse_ledger_csv(text));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(ledger_csv)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void ledger_ndjson(benchmark::State& state) {
  std::string text;
  for (std::int64_t row = 0; row < state.range(0); ++row) {
    fmt::format_to(std::back_inserter(text),
                   R"({{"user":{},"coupon":"C-{:010}","issued_at_ms":{}}})"
                   "\n",
                   row, row, 1'700'000'000'000 + row);
  }
  for (auto _ : state) benchmark::DoNotOptimize(parse_ledger_ndjson(text));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(ledger_ndjson)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace fairrush::analysis
