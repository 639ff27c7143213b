// The draw over a roster of the size given: seed, shuffle, winners; and its Merkle tree.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "base/draw/draw.hpp"
#include "base/draw/merkle.hpp"

namespace fairrush {
namespace {

void draw(benchmark::State& state) {
  const auto roster = static_cast<std::uint32_t>(state.range(0));
  const Digest seed = sha256({bytes_of("bench")});
  for (auto _ : state) benchmark::DoNotOptimize(draw_winners(seed, roster, roster / 5));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(draw)->Arg(300)->Arg(30'000)->Arg(500'000)->Unit(benchmark::kMillisecond);

void merkle_tree(benchmark::State& state) {
  std::vector<Digest> leaves;
  for (std::int64_t leaf = 0; leaf < state.range(0); ++leaf) {
    leaves.push_back(merkle_leaf(bytes_of(fmt::format("user-{}", leaf))));
  }
  for (auto _ : state) benchmark::DoNotOptimize(MerkleTree(leaves).root());
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(merkle_tree)->Arg(30'000)->Arg(500'000)->Unit(benchmark::kMillisecond);

/// All that an operator's tool does between a roster in memory and the winners.
void root_and_winners(benchmark::State& state) {
  const auto roster = static_cast<std::uint32_t>(state.range(0));
  std::vector<std::string> tokens;
  for (std::uint32_t ticket = 0; ticket < roster; ++ticket) {
    tokens.push_back(to_hex(sha256({big_endian(ticket)})));
  }
  const Digest secret = sha256({bytes_of("secret")});
  for (auto _ : state) {
    MerkleStream stream;
    for (const std::string& token : tokens) stream.add(merkle_leaf(bytes_of(token)));
    const Digest seed = draw_seed({"bench", secret, {}, stream.finish().root, roster, roster / 5});
    benchmark::DoNotOptimize(draw_winners(seed, roster, roster / 5));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(root_and_winners)->Arg(30'000)->Arg(500'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace fairrush
