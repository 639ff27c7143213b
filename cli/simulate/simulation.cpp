#include "cli/simulate/simulation.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>

#include "analysis/history/writer.hpp"
#include "base/clock.hpp"
#include "loadgen/execution/describe.hpp"
#include "loadgen/execution/evidence.hpp"
#include "loadgen/execution/machine.hpp"
#include "loadgen/simulation/round_simulator.hpp"
#include "loadgen/simulation/rounds_in_order.hpp"

namespace fairrush::cli {
namespace {

using analysis::RunFacts;
using loadgen::Recording;

/// What a thread makes of a round.
struct FinishedRound {
  loadgen::SimulatedRound round;
  analysis::RoundAssessment assessment;
  loadgen::DelayCurve curve;
};

/// Rounds from the first on that are recorded.
std::uint32_t recorded_rounds(const loadgen::Scenario& scenario, RecordPolicy policy,
                              const analysis::PlannedAttempts& planned) {
  switch (policy) {
    case RecordPolicy::all:
      return scenario.rounds;
    case RecordPolicy::none:
      return 0;
    case RecordPolicy::first:
      return 1;
    case RecordPolicy::by_size:
      break;
  }
  const std::uint64_t attempts = (planned.reservations + planned.claims) * scenario.rounds;
  return attempts <= kAttemptsKept ? scenario.rounds : 1;
}

std::string service_text(const SimulatedService& service) {
  static constexpr std::array kNoShows{"", ", second draw", ", release"};
  return service.design + kNoShows.at(static_cast<std::size_t>(service.no_show));
}

RunFacts describe(const SimulationCase& one, const SimulationSettings& settings,
                  std::uint32_t recorded) {
  const loadgen::Scenario& scenario = one.scenario;
  RunFacts facts = loadgen::describe_run(scenario);
  const loadgen::Plan first(scenario);
  facts.target = fmt::format("simulated: {}, {}", service_text(one.service), settings.model.text());
  facts.simulation = recorded == scenario.rounds
                         ? settings.model.text()
                         : fmt::format("{}; attempts kept and checked of {} of {} rounds",
                                       settings.model.text(), recorded, scenario.rounds);
  facts.event = loadgen::event_id(scenario);
  facts.fault = one.service.fault;
  // What is drawn is all there is to it only where nothing else decides.
  const bool as_named = one.service.no_show == NoShow::hold && !one.service.fault;
  facts.allocation =
      as_named ? loadgen::allocation_of(one.service.design) : analysis::Allocation::unknown;
  facts.attempted = loadgen::attempted_sightings(scenario, first, facts.allocation);
  facts.rounds.assign(scenario.rounds, {});
  // What checks read of other rounds than their own.
  facts.rounds.front().reservation = first.reservation();
  facts.rounds.front().rush = first.rush();
  return facts;
}

/// First come, first served has one, and so has a draw that holds what nobody claims.
std::optional<loadgen::ExpectedCurve> expectation(const SimulationCase& one,
                                                  const loadgen::Crowd& crowd,
                                                  const loadgen::DelayBins& bins) {
  const std::string& design = one.service.design;
  if (one.service.fault) return std::nullopt;
  if (loadgen::allocation_of(design) == analysis::Allocation::first_come_first_served) {
    return loadgen::expect_first_come(one.scenario, crowd, bins);
  }
  if (design == "sealed-draw" && one.service.no_show == NoShow::hold) {
    return loadgen::expect_draw(one.scenario, crowd, bins);
  }
  return std::nullopt;
}

/// The files of a run as its rounds come in. Errors name path and cause.
class RunWriter {
 public:
  explicit RunWriter(const std::filesystem::path& path) : directory_{path} {}

  std::expected<void, std::string> begin(const loadgen::Scenario& scenario) {
    auto history = analysis::HistoryFile::create(directory_.history());
    if (!history) return std::unexpected(history.error());
    history_ = std::move(*history);
    appender_.emplace(*history_);
    return loadgen::write_file(directory_.scenario(), scenario.source);
  }

  std::expected<void, std::string> take(loadgen::SimulatedRound& round) {
    if (auto& rows = round.records.ledger) {
      ledger_.insert(ledger_.end(), std::move_iterator(rows->begin()),
                     std::move_iterator(rows->end()));
      any_ledger_ = true;
    }
    if (const auto& draw = round.records.draw) {
      const auto written = loadgen::write_file(directory_.draw(round.number),
                                               analysis::format_published_draw(*draw));
      if (!written) return written;
    }
    return round.history.write_to(*appender_);
  }

  std::expected<void, std::string> finish() {
    if (auto closed = history_->close(); !closed || !any_ledger_) return closed;
    return loadgen::write_file(directory_.ledger(), analysis::format_ledger_csv(ledger_));
  }

 private:
  analysis::RunDirectory directory_;
  std::unique_ptr<analysis::HistoryFile> history_;
  std::optional<analysis::HistoryAppender> appender_;
  analysis::Ledger ledger_;
  bool any_ledger_ = false;
};

analysis::InstrumentFacts instrument_facts(const loadgen::MachineSample& start,
                                           const loadgen::MachineSample& end, unsigned threads) {
  analysis::InstrumentFacts instrument;
  instrument.threads = threads;
  instrument.cpu_seconds = end.cpu_seconds - start.cpu_seconds;
  instrument.wall_seconds = std::chrono::duration<double>(end.steady - start.steady).count();
  instrument.memory_peak_bytes = end.memory_peak_bytes;
  return instrument;
}

/// One simulation under way.
class Simulation {
 public:
  Simulation(const SimulationCase& one, const SimulationSettings& settings,
             const std::filesystem::path& directory)
      : one_(one),
        settings_(settings),
        crowd_(one.scenario),
        bins_(crowd_),
        recorded_(
            recorded_rounds(one.scenario, settings.records, loadgen::Plan(one.scenario).planned())),
        facts_(describe(one, settings, recorded_)),
        checked_against_(facts_),
        curve_(bins_.size()),
        writer_(directory) {}

  std::expected<SimulationResult, std::string> run(
      const std::function<void(const SimulationProgress&)>& progress, const std::stop_token& stop);

 private:
  /// A thread's own service and simulator.
  class Worker {
   public:
    explicit Worker(const Simulation& of)
        : of_(of),
          target_(std::make_unique<RushTarget>(
              rules_of(of.one_.scenario, of.facts_.event, of.one_.service))),
          simulator_(std::make_unique<loadgen::RoundSimulator>(of.one_.scenario, of.crowd_,
                                                               of.settings_.model, *target_)) {}

    FinishedRound operator()(std::uint32_t round) {
      const auto recording = round < of_.recorded_ ? Recording::full : Recording::none;
      FinishedRound finished{.round = simulator_->play(round, recording),
                             .assessment = {},
                             .curve = loadgen::DelayCurve(of_.bins_.size())};
      finished.assessment = loadgen::assess_simulated(of_.checked_against_, finished.round);
      finished.curve.add(of_.bins_, finished.assessment.participants);
      return finished;
    }

   private:
    const Simulation& of_;
    std::unique_ptr<RushTarget> target_;
    std::unique_ptr<loadgen::RoundSimulator> simulator_;
  };

  bool take(FinishedRound finished, analysis::Assessor& assessor);

  const SimulationCase& one_;
  const SimulationSettings& settings_;
  loadgen::Crowd crowd_;
  loadgen::DelayBins bins_;
  std::uint32_t recorded_;
  RunFacts facts_;
  const RunFacts checked_against_;  ///< what the threads read while `facts_` fills
  loadgen::DelayCurve curve_;
  RunWriter writer_;
  std::string failure_;
};

bool Simulation::take(FinishedRound finished, analysis::Assessor& assessor) {
  if (const auto written = writer_.take(finished.round); !written) {
    failure_ = written.error();
    return false;
  }
  const bool draws = facts_.allocation == analysis::Allocation::draw;
  const std::uint32_t number = finished.round.number;
  analysis::RoundFacts& round = facts_.rounds.at(number) = finished.round.facts;
  if (draws && round.unrecorded) round.draw_missing = round.unrecorded;
  assessor.add(std::move(finished.assessment));
  curve_.add(finished.curve);
  return true;
}

std::expected<SimulationResult, std::string> Simulation::run(
    const std::function<void(const SimulationProgress&)>& progress, const std::stop_token& stop) {
  if (const auto begun = writer_.begin(one_.scenario); !begun) {
    return std::unexpected(begun.error());
  }
  const RealClock clock;
  const loadgen::MachineSample start = loadgen::sample_machine(clock);
  facts_.started_at =
      fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", std::chrono::floor<std::chrono::seconds>(start.wall));
  const std::uint32_t rounds = one_.scenario.rounds;
  analysis::Assessor assessor(facts_);
  SimulationProgress done{.rounds = rounds};
  loadgen::RoundsInOrder<FinishedRound> schedule(rounds, std::min(settings_.threads, rounds));
  done.rounds_done = schedule.run(
      stop, [this] { return Worker(*this); },
      [&](FinishedRound finished) {
        done.claims += finished.round.facts.planned.claims;
        const bool taken = take(std::move(finished), assessor);
        done.rounds_done += taken ? 1 : 0;
        progress(done);
        return taken;
      });
  if (!failure_.empty()) return std::unexpected(failure_);
  if (const auto finished = writer_.finish(); !finished) return std::unexpected(finished.error());
  facts_.interrupted = done.rounds_done < rounds;
  // A run has at least one round, even one that was stopped before its first.
  facts_.rounds.resize(std::max(done.rounds_done, 1U));
  if (done.rounds_done == 0) {
    facts_.interrupted_ns = 0;
    analysis::RoundFacts& unplayed = facts_.rounds.front();
    unplayed.ledger_missing = unplayed.draw_missing = "no round was played";
  }
  facts_.instrument = instrument_facts(start, loadgen::sample_machine(clock), settings_.threads);
  SimulationResult result{.facts = {},
                          .assessment = assessor.finish(),
                          .curve = curve_.bins(bins_),
                          .pp_per_10ms = curve_.pp_per_10ms(),
                          .expected = expectation(one_, crowd_, bins_)};
  result.facts = std::move(facts_);
  return result;
}

}  // namespace

std::expected<SimulationResult, std::string> simulate(
    const SimulationCase& one, const SimulationSettings& settings,
    const std::filesystem::path& directory,
    const std::function<void(const SimulationProgress&)>& progress, const std::stop_token& stop) {
  return Simulation(one, settings, directory).run(progress, stop);
}

}  // namespace fairrush::cli
