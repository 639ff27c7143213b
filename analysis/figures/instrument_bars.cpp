#include "analysis/figures/instrument_bars.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/units.hpp"

namespace fairrush::analysis {
namespace {

using Subject = BarSubject;
using Count = std::optional<std::uint64_t>;

// Beyond a bar that gates, figures are not to be believed. The reasons are in decision 0017.

/// Half of all clicks leave within this of their time: well above a 1 ms tick, well below the
/// delays between cohorts (5 ms and more) whose effect a run is to show.
constexpr std::uint64_t kLagP50MaxNs = 5'000'000;
/// Only the slowest hundredth may be later than a person could notice.
constexpr std::uint64_t kLagP99MaxNs = 50'000'000;
/// A worker that comes round later than this handles answers so late, and may date them so.
constexpr std::uint64_t kLoopP99MaxNs = 50'000'000;
/// Above this share of its threads the instrument queues its own work and reads answers late.
constexpr double kCpuShareMax = 0.90;
/// Time the hypervisor gave to others: beyond it, stalls are the machine's, not the target's.
constexpr double kStealShareMax = 0.05;
/// Time for which a CPU quota stopped the instrument, and the target with it where they share it.
constexpr double kThrottledShareMax = 0.05;
/// The windows are stated in wall-clock time: a step of the clock during the run moves them.
constexpr std::int64_t kClockStepMaxNs = 50'000'000;
/// Whether the target kept its window can only be judged if the clocks agree better than this.
constexpr std::int64_t kClockErrorMaxNs = 100'000'000;

// Beyond these a run is valid, and its reader is told.

/// Waiting that a person could notice.
constexpr std::uint64_t kWaitP99MaxNs = 50'000'000;
/// The first SYN that is lost is sent again after a second.
constexpr std::uint64_t kConnectingP99MaxNs = 1'000'000'000;
/// One stall so long shows in the worst thousandth of a short rush.
constexpr std::uint64_t kLoopMaxNs = 100'000'000;
constexpr double kThreadShareMax = 0.85;
constexpr double kQueuedShareMax = 0.10;

std::string duration_text(std::uint64_t ns) {
  return format_duration(Duration(static_cast<std::int64_t>(ns)));
}

std::string percent_text(double share) {
  return fmt::format("{:.1f} %", share * 100);
}

std::string limit_text(std::uint64_t ns) {
  return "at most " + duration_text(ns);
}

std::string limit_text(double share) {
  return fmt::format("at most {:.0f} %", share * 100);
}

/// Nothing of the kind may have happened.
InstrumentBar none_of(InstrumentBar bar, std::uint64_t count) {
  bar.measured = format_count(count);
  bar.limit = "none";
  bar.held = bar.held && count == 0;
  return bar;
}

using Bars = std::vector<InstrumentBar>;

void add_lag(Bars& bars, const InstrumentFacts& instrument) {
  const auto add = [&bars](std::string what, std::uint64_t lag_ns, std::uint64_t max_ns,
                           std::string_view clicks) {
    bars.push_back({.subject = Subject::instrument,
                    .what = std::move(what),
                    .measured = duration_text(lag_ns),
                    .limit = limit_text(max_ns),
                    .gates = true,
                    .held = lag_ns <= max_ns,
                    .broken = fmt::format("{} of the clicks left more than {} late (at most {})",
                                          clicks, duration_text(lag_ns), duration_text(max_ns))});
  };
  add("Clicks sent late, p50", instrument.lag_p50_ns, kLagP50MaxNs, "half");
  add("Clicks sent late, p99", instrument.lag_p99_ns, kLagP99MaxNs, "a hundredth");
  bars.push_back({.subject = Subject::instrument,
                  .what = "Clicks sent late, most",
                  .measured = duration_text(instrument.lag_max_ns),
                  .limit = {},
                  .broken = {}});
}

/// What did not leave any more when somebody stopped the run is not the instrument's fault.
void add_unsent(Bars& bars, const InstrumentFacts& instrument, bool stopped) {
  InstrumentBar unsent{
      .subject = Subject::instrument,
      .what = "Planned, but never sent",
      .measured = format_count(instrument.unsent),
      .limit = "none",
      .gates = true,
      .held = instrument.unsent == 0 || stopped,
      .broken = fmt::format("{} planned attempts never left", format_count(instrument.unsent))};
  bars.push_back(std::move(unsent));
  const auto add = [&bars](std::string what, std::uint64_t count, std::string_view missing) {
    bars.push_back(
        none_of({.subject = Subject::machine,
                 .what = std::move(what),
                 .measured = {},
                 .limit = {},
                 .gates = true,
                 .broken = fmt::format("{} attempts found no {}", format_count(count), missing)},
                count));
  };
  add("Attempts without a local port", instrument.ports_exhausted,
      "local port: widen net.ipv4.ip_local_port_range or name further connections.sources");
  add("Attempts without a descriptor", instrument.descriptors_exhausted,
      "descriptor: raise ulimit -Hn or take fewer connections");
}

void add_loop(Bars& bars, const InstrumentFacts& instrument) {
  const DelayFacts& loop = instrument.loop;
  bars.push_back({.subject = Subject::instrument,
                  .what = "Turns of a worker late, p99",
                  .measured = duration_text(loop.p99_ns),
                  .limit = limit_text(kLoopP99MaxNs),
                  .gates = true,
                  .held = loop.p99_ns <= kLoopP99MaxNs,
                  .broken = fmt::format("its workers came round {} late (p99, at most {})",
                                        duration_text(loop.p99_ns), duration_text(kLoopP99MaxNs))});
  bars.push_back({.subject = Subject::instrument,
                  .what = "Longest stall of a worker",
                  .measured = duration_text(loop.max_ns),
                  .limit = limit_text(kLoopMaxNs),
                  .held = loop.max_ns <= kLoopMaxNs,
                  .broken = fmt::format("a worker of the instrument stood still for {}",
                                        duration_text(loop.max_ns))});
  const DelayFacts& reading = instrument.reading;
  bars.push_back(
      {.subject = Subject::instrument,
       .what = "Answers unread in the kernel, p99",
       .measured = reading.max_ns == 0 ? std::string() : duration_text(reading.p99_ns),
       .limit = limit_text(kWaitP99MaxNs),
       .held = reading.p99_ns <= kWaitP99MaxNs,
       .broken = fmt::format("answers lay unread for {} (p99): their times are right, but who "
                             "clicks again did so late",
                             duration_text(reading.p99_ns))});
}

void add_processor(Bars& bars, const InstrumentFacts& instrument) {
  const double cpu = cpu_share(instrument);
  bars.push_back({.subject = Subject::instrument,
                  .what = "CPU of its threads, mean",
                  .measured = percent_text(cpu),
                  .limit = limit_text(kCpuShareMax),
                  .gates = true,
                  .held = cpu <= kCpuShareMax,
                  .broken = fmt::format("its threads were {:.0f} % busy (at most {:.0f} %)",
                                        cpu * 100, kCpuShareMax * 100)});
  bars.push_back({.subject = Subject::instrument,
                  .what = "CPU of one thread, its fullest second",
                  .measured = percent_text(instrument.thread_share_max),
                  .limit = limit_text(kThreadShareMax),
                  .held = instrument.thread_share_max <= kThreadShareMax,
                  .broken = fmt::format("a thread of the instrument was {:.0f} % busy in its "
                                        "busiest second: near its limit, take more threads",
                                        instrument.thread_share_max * 100)});
  const double queued = instrument.queued_share.value_or(0);
  bars.push_back({.subject = Subject::machine,
                  .what = "Threads ready, but without a CPU",
                  .measured = instrument.queued_share ? percent_text(queued) : std::string(),
                  .limit = limit_text(kQueuedShareMax),
                  .held = queued <= kQueuedShareMax,
                  .broken = fmt::format(
                      "a thread of the instrument waited {:.0f} % of its time for a CPU that "
                      "others had",
                      queued * 100)});
}

void add_machine(Bars& bars, const InstrumentFacts& instrument) {
  bars.push_back(
      {.subject = Subject::machine,
       .what = "Time stolen from the machine",
       .measured = percent_text(instrument.steal_share),
       .limit = limit_text(kStealShareMax),
       .gates = true,
       .held = instrument.steal_share <= kStealShareMax,
       .broken = fmt::format("{:.1f} % of the machine's time was stolen (at most {:.0f} %)",
                             instrument.steal_share * 100, kStealShareMax * 100)});
  const double wall = instrument.wall_seconds;
  const double throttled =
      instrument.throttled && wall > 0 ? instrument.throttled->seconds / wall : 0;
  bars.push_back(
      {.subject = Subject::machine,
       .what = "Stopped by a CPU quota",
       .measured = instrument.throttled ? percent_text(throttled) : std::string(),
       .limit = limit_text(kThrottledShareMax),
       .gates = true,
       .held = throttled <= kThrottledShareMax,
       .broken = fmt::format("a CPU quota stopped it for {:.1f} % of the time (at most {:.0f} %)",
                             throttled * 100, kThrottledShareMax * 100)});
}

void add_clocks(Bars& bars, const InstrumentFacts& instrument) {
  const std::int64_t step = instrument.clock_step_ns;
  const auto text = [](std::int64_t ns) { return format_duration(Duration(ns)); };
  bars.push_back({.subject = Subject::machine,
                  .what = "Clock step during the run",
                  .measured = text(step),
                  .limit = "at most " + text(kClockStepMaxNs),
                  .gates = true,
                  .held = step >= -kClockStepMaxNs && step <= kClockStepMaxNs,
                  .broken = fmt::format("the wall clock stepped by {} (at most {})", text(step),
                                        text(kClockStepMaxNs))});
  const std::int64_t error = instrument.clock_error_ns;
  bars.push_back({.subject = Subject::machine,
                  .what = "Target's clock known to",
                  .measured = text(error),
                  .limit = "at most " + text(kClockErrorMaxNs),
                  .gates = true,
                  .held = error <= kClockErrorMaxNs,
                  .broken = fmt::format("the target's clock is known to {} only (at most {})",
                                        text(error), text(kClockErrorMaxNs))});
}

void add_target(Bars& bars, const InstrumentFacts& instrument) {
  const DelayFacts& wait = instrument.for_connection;
  bars.push_back(
      {.subject = Subject::target,
       .what = "Clicks waited for a free connection, p99",
       .measured = duration_text(wait.p99_ns),
       .limit = limit_text(kWaitP99MaxNs),
       .held = wait.p99_ns <= kWaitP99MaxNs,
       .broken = fmt::format(
           "clicks waited {} (p99, at most {}; the longest {}) for a connection because the target "
           "held all: a slow target, or connections.count or connections.open_rate is too low for "
           "it",
           duration_text(wait.p99_ns), duration_text(kWaitP99MaxNs), duration_text(wait.max_ns))});
  bars.push_back(
      {.subject = Subject::target,
       .what = "Connecting took, p99",
       .measured = duration_text(instrument.connecting.p99_ns),
       .limit = limit_text(kConnectingP99MaxNs),
       .held = instrument.connecting.p99_ns <= kConnectingP99MaxNs,
       .broken = fmt::format("the target, or the way to it, took {} (p99) to accept connections",
                             duration_text(instrument.connecting.p99_ns))});
  bars.push_back(none_of(
      {.subject = Subject::target,
       .what = "Given up, as no connection came free",
       .measured = {},
       .limit = {},
       .broken = fmt::format("{} attempts were given up because the target held every connection "
                             "to the end",
                             format_count(instrument.held_back))},
      instrument.held_back));
}

void add_host(Bars& bars, const HostFacts& host) {
  const auto add = [&bars](std::string what, Count count, std::string_view lost) {
    InstrumentBar bar{.subject = Subject::machine,
                      .what = std::move(what),
                      .measured = {},
                      .limit = {},
                      .broken = fmt::format("this host dropped {} {}, of whichever program",
                                            format_count(count.value_or(0)), lost)};
    bars.push_back(none_of(std::move(bar), count.value_or(0)));
    if (!count) bars.back().measured.clear();
  };
  add("Accept queues of this host overflowed", host.listen_overflows,
      "connections because an accept queue was full");
  add("Connections dropped by listeners of this host", host.listen_drops,
      "connections at listening sockets");
  add("SYN queues of this host overflowed", host.request_queue_drops,
      "connections because a SYN queue was full");
  bars.push_back({.subject = Subject::machine,
                  .what = "TCP segments this host sent again",
                  .measured = host.retransmits ? format_count(*host.retransmits) : std::string(),
                  .limit = {},
                  .broken = {}});
}

/// Of one instrument; `stopped`: somebody ended it before its time.
Bars bars_of(const InstrumentFacts& instrument, bool stopped) {
  Bars bars;
  add_lag(bars, instrument);
  add_unsent(bars, instrument, stopped);
  add_loop(bars, instrument);
  add_processor(bars, instrument);
  add_machine(bars, instrument);
  add_clocks(bars, instrument);
  add_target(bars, instrument);
  add_host(bars, instrument.host);
  return bars;
}

/// By somebody, before its time.
bool was_stopped(const RunFacts& facts) {
  return facts.interrupted && !facts.instrument_failure;
}

/// Of the whole run: shards send one burst together.
InstrumentBar burst_bar(const std::optional<BurstSpread>& burst) {
  InstrumentBar bar{.subject = Subject::target,
                    .what = "Burst wider on arrival, p1 to p99",
                    .measured = {},
                    .limit = fmt::format("at most {}, {:.0f} %",
                                         format_duration(Duration(BurstSpread::kWidenedMaxNs)),
                                         BurstSpread::kWidenedShareMax * 100),
                    .broken = {}};
  if (!burst) return bar;
  const auto text = [](std::int64_t ns) { return format_duration(Duration(ns)); };
  bar.measured = text(burst->widened_ns());
  bar.held = !burst->is_wider();
  bar.broken = fmt::format(
      "winning claims that left within {} got their coupons within {} (98 % of {}, ± {}): the "
      "target, or the way to it, spread the burst",
      text(burst->sent_spread_ns), text(burst->issued_spread_ns), format_count(burst->winners),
      text(burst->uncertainty_ns));
  return bar;
}

/// Crosses the bars that a shard has crossed, in that shard's words.
void judge_by_shards(const RunFacts& facts, Bars& bars) {
  for (InstrumentBar& bar : bars) {
    bar.held = true;
    bar.broken.clear();
  }
  for (const ShardFacts& shard : facts.shards) {
    const Bars own = bars_of_shard(facts, shard);
    for (std::size_t place = 0; place < bars.size(); ++place) {
      if (own[place].held) continue;
      bars[place].held = false;
      bars[place].broken += fmt::format("{}shard {}: {}", bars[place].broken.empty() ? "" : "; ",
                                        shard.number, own[place].broken);
    }
  }
}

}  // namespace

double cpu_share(const InstrumentFacts& instrument) {
  const double capacity = instrument.wall_seconds * instrument.threads;
  return capacity > 0 ? instrument.cpu_seconds / capacity : 0;
}

bool may_be_to_blame(const InstrumentFacts& instrument, const PlanFit& fit) {
  const PunctualityFacts& phase =
      fit.op == Op::reserve ? instrument.reservations : instrument.claims;
  if (phase.sent == 0) return true;
  // Clicks that left in time cannot take the plan's curve further off than those that did not.
  const auto own = static_cast<double>(phase.late + fit.unsent);
  return own > PlanFit::kOffPlanMax * static_cast<double>(fit.clicks);
}

std::vector<InstrumentBar> bars_of_shard(const RunFacts& facts, const ShardFacts& shard) {
  return bars_of(shard.instrument, was_stopped(facts) || shard.cut_short.has_value());
}

std::vector<InstrumentBar> instrument_bars(const RunFacts& facts,
                                           const std::optional<BurstSpread>& burst) {
  Bars bars = bars_of(facts.instrument, was_stopped(facts));
  if (facts.shards.size() > 1) judge_by_shards(facts, bars);
  bars.push_back(burst_bar(burst));
  if (facts.instrument_failure) {
    bars.insert(bars.begin(), {.subject = Subject::instrument,
                               .what = "It broke",
                               .measured = *facts.instrument_failure,
                               .limit = "never",
                               .gates = true,
                               .held = false,
                               .broken = "it broke: " + *facts.instrument_failure});
  }
  return bars;
}

}  // namespace fairrush::analysis
