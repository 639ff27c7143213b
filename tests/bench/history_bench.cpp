// Writing attempts, recording latencies, and verifying a whole run.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

#include "analysis/assessment.hpp"
#include "analysis/history/writer.hpp"
#include "analysis/latency/histogram.hpp"

namespace fairrush::analysis {
namespace {

void record_latency(benchmark::State& state) {
  Histogram histogram;
  std::uint64_t value = 1;
  for (auto _ : state) {
    histogram.record(value & 0xFFFFFFF);
    value = value * 6364136223846793005 + 1442695040888963407;
  }
  benchmark::DoNotOptimize(histogram.count());
}
BENCHMARK(record_latency);

std::filesystem::path scratch_file() {
  return std::filesystem::temp_directory_path() /
         ("fairrush-bench-" + std::to_string(getpid()) + ".bin");
}

/// A round of first come, first served: `users` reserve, then claim; the first fifth wins.
void write_round(HistoryFile& file, std::uint32_t users) {
  HistoryAppender appender(file);
  AttemptRecord record;
  for (std::uint32_t user = 0; user < users; ++user) {
    record = {};
    record.attempt = user;
    record.user = user;
    record.idempotency = user + 1;
    record.intended_ns = 1'000'000 + user;
    record.first_byte_out_ns = record.intended_ns + 10;
    record.complete_ns = record.intended_ns + 500'000;
    record.http_status = 201;
    record.outcome = static_cast<std::uint8_t>(Outcome::accepted);
    benchmark::DoNotOptimize(appender.append(record, {}).has_value());
  }
  for (std::uint32_t user = 0; user < users; ++user) {
    const bool wins = user < users / 5;
    record.attempt = users + user;
    record.user = user;
    record.op = static_cast<std::uint8_t>(Op::claim);
    record.idempotency = users + user + 1;
    record.intended_ns = 20'000'000'000 + user * 1'000;
    record.first_byte_out_ns = record.intended_ns + 10;
    record.complete_ns = record.intended_ns + 500'000;
    record.http_status = wins ? 200 : 410;
    record.outcome = static_cast<std::uint8_t>(wins ? Outcome::win : Outcome::loss);
    record.reason = static_cast<std::uint16_t>(wins ? Reason::none : Reason::sold_out);
    const std::string coupon = wins ? "C-" + std::to_string(user) : std::string();
    benchmark::DoNotOptimize(appender.append(record, coupon).has_value());
  }
  benchmark::DoNotOptimize(appender.flush().has_value());
}

void append_attempts(benchmark::State& state) {
  constexpr std::uint32_t kUsers = 100'000;
  for (auto _ : state) {
    std::filesystem::remove(scratch_file());
    auto file = HistoryFile::create(scratch_file());
    write_round(**file, kUsers);
    benchmark::DoNotOptimize((*file)->close().has_value());
  }
  std::filesystem::remove(scratch_file());
  state.SetItemsProcessed(state.iterations() * kUsers * 2);
}
BENCHMARK(append_attempts)->Unit(benchmark::kMillisecond);

void verify_run(benchmark::State& state) {
  const auto users = static_cast<std::uint32_t>(state.range(0));
  std::filesystem::remove(scratch_file());
  {
    auto file = HistoryFile::create(scratch_file());
    write_round(**file, users);
    benchmark::DoNotOptimize((*file)->close().has_value());
  }
  RunFacts facts;
  facts.users = users;
  facts.rounds.front().reservation = {0, 10'000'000'000};
  facts.rounds.front().rush = {20'000'000'000, 80'000'000'000};
  facts.quota.share = Share{0.2};
  facts.allocation = Allocation::first_come_first_served;
  facts.cohorts = {{"everyone", 1.0, "0s"}};
  facts.personas = {"honest"};
  facts.rounds.front().planned = {.reservations = users, .claims = users, .claims_inside = users};
  Ledger ledger;
  for (std::uint32_t user = 0; user < users / 5; ++user) {
    ledger.push_back({UserIndex{user}, "C-" + std::to_string(user)});
  }
  const RunEvidence evidence{
      facts, std::move(*History::open(scratch_file())), {{.ledger = ledger, .draw = std::nullopt}}};
  std::filesystem::remove(scratch_file());
  for (auto _ : state) benchmark::DoNotOptimize(assess(evidence).passed);
  state.SetItemsProcessed(state.iterations() * users * 2);
}
BENCHMARK(verify_run)->Arg(30'000)->Arg(500'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace fairrush::analysis
