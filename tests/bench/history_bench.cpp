// Writing attempts, recording latencies, opening a history, and verifying a whole run.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "analysis/assessment.hpp"
#include "analysis/history/writer.hpp"
#include "analysis/invariants/check.hpp"
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

constexpr std::int64_t kRushNs = 20'000'000'000;
/// A prime far from the numbers of users, so that users come in no order.
constexpr std::uint64_t kStride = 1'000'003;

/// A round of first come, first served: all reserve, then claim; the first fifth wins.
class RoundWriter {
 public:
  RoundWriter(HistoryFile& file, std::uint32_t users) : appender_(file), users_(users) {}
  ~RoundWriter() { benchmark::DoNotOptimize(appender_.flush().has_value()); }

  std::uint64_t attempts() const { return attempts_; }

  void reserve_and_claim() {
    for (std::uint32_t place = 0; place < users_; ++place) {
      append(user_at(place), Op::reserve, 1'000'000 + place, Outcome::accepted, {}, {});
    }
    for (std::uint32_t place = 0; place < users_; ++place) claim(place, 0);
  }

  /// One in twelve clicks twice; winners look into their wallets and redeem, one in ten of them
  /// twice.
  void go_on() {
    for (std::uint32_t place = 0; place < users_; place += 12) claim(place, 1);
    for (std::uint32_t place = 0; place < users_ / 5; ++place) {
      const std::uint32_t user = user_at(place);
      const std::int64_t at = kRushNs * 2 + place * 1'000;
      append(user, Op::status, at, Outcome::accepted, {}, coupon_of(user));
      append(user, Op::redeem, at + 1'000'000, Outcome::accepted, {}, coupon_of(user));
      if (place % 10 != 0) continue;
      append(user, Op::redeem, at + 2'000'000, Outcome::refusal, Reason::already_used,
             coupon_of(user));
    }
  }

  std::uint32_t user_at(std::uint32_t place) const {
    return static_cast<std::uint32_t>(place * kStride % users_);
  }
  static std::string coupon_of(std::uint32_t user) { return "C-" + std::to_string(user); }

 private:
  void claim(std::uint32_t place, std::uint8_t try_number) {
    const bool wins = place < users_ / 5;
    const std::uint32_t user = user_at(place);
    key_ = user + 1;
    try_ = try_number;
    append(user, Op::claim, kRushNs + place * 1'000 + try_number * 300'000,
           wins ? Outcome::win : Outcome::loss, wins ? Reason::none : Reason::sold_out,
           wins ? coupon_of(user) : std::string());
    key_ = 0;
    try_ = 0;
  }

  void append(std::uint32_t user, Op op, std::int64_t intended_ns, Outcome outcome, Reason reason,
              const std::string& receipt) {
    AttemptRecord record;
    record.attempt = attempts_++;
    record.user = user;
    record.idempotency = key_ != 0 ? key_ : users_ + attempts_;
    record.intended_ns = intended_ns;
    record.first_byte_out_ns = intended_ns + 10;
    record.complete_ns = intended_ns + 500'000;
    record.op = static_cast<std::uint8_t>(op);
    record.try_number = try_;
    record.outcome = static_cast<std::uint8_t>(outcome);
    record.reason = static_cast<std::uint16_t>(reason);
    benchmark::DoNotOptimize(appender_.append(record, receipt).has_value());
  }

  HistoryAppender appender_;
  std::uint32_t users_;
  std::uint64_t attempts_ = 0;
  std::uint64_t key_ = 0;
  std::uint8_t try_ = 0;
};

void append_attempts(benchmark::State& state) {
  constexpr std::uint32_t kUsers = 100'000;
  for (auto _ : state) {
    std::filesystem::remove(scratch_file());
    auto file = HistoryFile::create(scratch_file());
    RoundWriter(**file, kUsers).reserve_and_claim();
    benchmark::DoNotOptimize((*file)->close().has_value());
  }
  std::filesystem::remove(scratch_file());
  state.SetItemsProcessed(state.iterations() * kUsers * 2);
}
BENCHMARK(append_attempts)->Unit(benchmark::kMillisecond);

/// What a run with the given number of attempts leaves behind, its history mapped and paged in.
RunEvidence evidence_of(std::uint32_t attempts, bool goes_on) {
  // Two attempts a user, and what follows: 1/12 + 2/5 + 1/50.
  const auto users = static_cast<std::uint32_t>(attempts / (goes_on ? 2.5033 : 2.0));
  std::filesystem::remove(scratch_file());
  RunFacts facts;
  Ledger ledger;
  {
    auto file = HistoryFile::create(scratch_file());
    {
      RoundWriter writer(**file, users);
      writer.reserve_and_claim();
      if (goes_on) writer.go_on();
      for (std::uint32_t place = 0; place < users / 5; ++place) {
        const std::uint32_t user = writer.user_at(place);
        ledger.push_back({UserIndex{user}, RoundWriter::coupon_of(user)});
      }
    }
    benchmark::DoNotOptimize((*file)->close().has_value());
  }
  facts.users = users;
  facts.rounds.front().reservation = {0, 10'000'000'000};
  facts.rounds.front().rush = {kRushNs, 80'000'000'000};
  facts.quota.share = Share{0.2};
  facts.allocation = Allocation::first_come_first_served;
  facts.cohorts = {{"everyone", 1.0, "0s"}};
  facts.personas = {"honest"};
  facts.rounds.front().planned = {.reservations = users, .claims = users, .claims_inside = users};
  std::vector<RoundRecords> records(1);
  records.front().ledger = std::move(ledger);
  RunEvidence evidence{std::move(facts), std::move(*History::open(scratch_file())),
                       std::move(records)};
  std::filesystem::remove(scratch_file());
  return evidence;
}

enum Behaviour : std::int64_t { kClaimOnly, kGoOn };

/// Evidence of several gigabytes is kept from one benchmark to the next.
const RunEvidence& shared_evidence(const benchmark::State& state) {
  static std::pair<std::int64_t, std::int64_t> known{0, 0};
  static std::unique_ptr<RunEvidence> evidence;
  const std::pair wanted{state.range(0), state.range(1)};
  if (known != wanted) {
    evidence.reset();
    evidence = std::make_unique<RunEvidence>(
        evidence_of(static_cast<std::uint32_t>(wanted.first), wanted.second == kGoOn));
    known = wanted;
  }
  return *evidence;
}

void count_attempts(benchmark::State& state, const RunEvidence& evidence) {
  state.SetItemsProcessed(state.iterations() *
                          static_cast<std::int64_t>(evidence.history.records()));
}

/// Every invariant, from the mapped history on.
void check_invariants(benchmark::State& state) {
  const RunEvidence& evidence = shared_evidence(state);
  std::size_t bytes = 0;
  for (auto _ : state) {
    const RunIndex index(evidence.round(0));
    bytes = index.bytes();
    benchmark::DoNotOptimize(run_checks(index).size());
  }
  count_attempts(state, evidence);
  state.counters["bytes_per_user"] =
      static_cast<double>(bytes) / static_cast<double>(evidence.facts.users);
}

/// The same with all figures and statistics.
void assess_run(benchmark::State& state) {
  const RunEvidence& evidence = shared_evidence(state);
  for (auto _ : state) benchmark::DoNotOptimize(assess(evidence).passed);
  count_attempts(state, evidence);
}

void sizes(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"attempts", "goes_on"})->Unit(benchmark::kMillisecond);
  for (const Behaviour behaviour : {kClaimOnly, kGoOn}) {
    for (const std::int64_t attempts : {60'000, 1'000'000, 10'000'000}) {
      bench->Args({attempts, behaviour});
    }
  }
}
BENCHMARK(check_invariants)->Apply(sizes);
BENCHMARK(assess_run)->Apply(sizes);

/// Checksums and ranges of a history in memory.
void open_history(benchmark::State& state) {
  const auto users = static_cast<std::uint32_t>(state.range(0) / 2);
  std::filesystem::remove(scratch_file());
  {
    auto file = HistoryFile::create(scratch_file());
    RoundWriter(**file, users).reserve_and_claim();
    benchmark::DoNotOptimize((*file)->close().has_value());
  }
  const auto bytes = static_cast<std::int64_t>(std::filesystem::file_size(scratch_file()));
  for (auto _ : state) benchmark::DoNotOptimize(History::open(scratch_file())->records());
  std::filesystem::remove(scratch_file());
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * bytes);
}
BENCHMARK(open_history)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace fairrush::analysis
