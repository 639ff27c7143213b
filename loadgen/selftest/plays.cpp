#include "loadgen/selftest/plays.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <stdexcept>

#include "analysis/history/reader.hpp"
#include "analysis/history/writer.hpp"
#include "base/assert.hpp"
#include "base/random/counter_random.hpp"
#include "loadgen/plan.hpp"
#include "loadgen/scenario/dialect_reader.hpp"
#include "loadgen/selftest/known_target.hpp"
#include "loadgen/target/requests.hpp"
#include "loadgen/wire/worker.hpp"

namespace fairrush::loadgen {
namespace {

using namespace std::chrono_literals;

/// Far below what a worker can do, so that what is seen is its accuracy and not its limit.
constexpr double kRate = 1000;
constexpr std::uint64_t kSeed = 1;
/// From making the worker to the first click.
constexpr Duration kLead = 50ms;
/// An economic worker releases clicks once a millisecond.
constexpr std::uint64_t kEconomicTick_ns = 1'000'000;

/// A file of its own that is gone afterwards.
class ScratchFile {
 public:
  ScratchFile() {
    std::string name =
        (std::filesystem::temp_directory_path() / "fairrush-selftest-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw std::runtime_error(fmt::format("no temporary directory like '{}'", name));
    }
    directory_ = name;
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ~ScratchFile() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  std::filesystem::path path() const { return directory_ / "history.bin"; }

 private:
  std::filesystem::path directory_;
};

std::vector<TargetCase> cases_for(Thoroughness thoroughness) {
  if (thoroughness == Thoroughness::quick) {
    return {{.name = "5ms", .delay = 5ms, .length = 400ms},
            {.name = "exponential, mean 5ms", .delay = 5ms, .exponential = true, .length = 400ms},
            {.name = "1ms, frozen for 200ms", .delay = 1ms, .freeze = 200ms, .length = 800ms}};
  }
  constexpr Duration kLength = 1300ms;
  return {{.name = "1ms", .delay = 1ms, .length = kLength},
          {.name = "5ms", .delay = 5ms, .length = kLength},
          {.name = "20ms", .delay = 20ms, .length = kLength},
          {.name = "100ms", .delay = 100ms, .length = kLength},
          {.name = "exponential, mean 5ms", .delay = 5ms, .exponential = true, .length = kLength},
          {.name = "1ms, frozen for 250ms", .delay = 1ms, .freeze = 250ms, .length = 2500ms}};
}

double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

/// Claims alone, at a steady rate.
Scenario scenario_of(const Play& play) {
  const TargetCase& target = play.target;
  Scenario scenario;
  scenario.name = "selftest";
  scenario.seed = kSeed;
  scenario.users = static_cast<std::uint32_t>(kRate * seconds(target.length));
  scenario.lead = kLead;
  scenario.reserve = Duration::zero();
  scenario.pause = Duration::zero();
  scenario.rush = target.length + Plan::kClockGuard;
  scenario.cohorts = {{"everybody", Share{1}, DelaySpec::fixed(Duration::zero())}};
  scenario.personas = {{Persona::intruder, Share{1}}};
  scenario.winners = {Share{0}, Share{0}, Share{0}};
  scenario.arrivals.pattern.shape = ArrivalShape::uniform;
  // Nobody is to wait for a connection, neither behind the slowest answers nor in a freeze.
  const Duration held = 10 * target.delay + 2 * target.freeze;
  scenario.connections = 32 + static_cast<std::uint32_t>(kRate * seconds(held));
  scenario.attempt_timeout = 10s;
  scenario.pacing = play.pacing;
  return scenario;
}

std::function<Duration(std::uint64_t)> delays_of(const TargetCase& target) {
  if (!target.exponential) return [delay = target.delay](std::uint64_t) { return delay; };
  return [random = CounterRandom(kSeed, Stream::selftest_delays),
          mean = static_cast<double>(target.delay.count())](std::uint64_t index) {
    return Duration(static_cast<std::int64_t>(-mean * std::log(random.uniform(index))));
  };
}

/// What the instrument wrote down.
struct Recorded {
  std::vector<std::int64_t> intended_ns;  ///< of all clicks, ascending
  std::vector<std::int64_t> left_ns;
};

Recorded take_history(const std::filesystem::path& path, Observed& observed) {
  const auto history = analysis::History::open(path);
  if (!history) throw std::runtime_error(history.error());
  Recorded recorded;
  for (const analysis::HistoryBlock& block : history->blocks()) {
    for (const analysis::AttemptRecord& record : block.records) {
      recorded.intended_ns.push_back(record.intended_ns);
      if (record.sent()) recorded.left_ns.push_back(record.first_byte_out_ns);
      if (!record.completed()) continue;
      const auto since = [&record](std::int64_t from_ns) {
        return static_cast<std::uint64_t>(std::max<std::int64_t>(0, record.complete_ns - from_ns));
      };
      observed.wire.record(since(record.first_byte_out_ns));
      observed.click.record(since(record.intended_ns));
    }
  }
  std::ranges::sort(recorded.intended_ns);
  return recorded;
}

/// What a punctual user would have felt: the delay, or what was left of the freeze at the click and
/// the backlog behind it. Clicks and arrivals have the same order, since the way is the same.
void take_truth(KnownTruth truth, const Recorded& recorded, SteadyTime epoch, Observed& observed) {
  std::ranges::sort(truth.served, {}, &ServedRequest::arrived);
  for (std::size_t place = 0; place < truth.served.size(); ++place) {
    const ServedRequest& served = truth.served[place];
    const Duration took = served.answered - served.arrived;
    observed.wire_truth_ns.push_back(static_cast<std::uint64_t>(took.count()));
    Duration felt = took;
    if (truth.frozen && place < recorded.intended_ns.size()) {
      const SteadyTime click = epoch + Duration(recorded.intended_ns[place]);
      const bool in_freeze =
          click >= truth.frozen->at && click < truth.frozen->at + truth.frozen->length;
      if (in_freeze) felt = served.answered - click;
    }
    observed.click_truth_ns.push_back(static_cast<std::uint64_t>(felt.count()));
  }
}

double rate_of(std::vector<std::int64_t> times_ns) {
  if (times_ns.size() < 2) return 0;
  const auto [first, last] = std::ranges::minmax(times_ns);
  return static_cast<double>(times_ns.size() - 1) / (static_cast<double>(last - first) * 1e-9);
}

/// Lets one worker play the plan; gives its delays.
Delays play_plan(const Play& play, const Scenario& scenario, const Plan& plan,
                 const TcpEndpoint& target, SteadyTime epoch, const std::filesystem::path& path) {
  const RealClock clock;
  std::vector<Problem> problems;
  const Dialect dialect = read_dialect(scenario, problems);
  FAIRRUSH_ASSERT(problems.empty());
  const RequestTemplates requests({.dialect = dialect,
                                   .authority = fmt::format("127.0.0.1:{}", target.port()),
                                   .constants = {.texts = {{"event", "selftest"}}, .times_ms = {}},
                                   .voices = {},
                                   .connections = scenario.connection_mode});
  auto history = analysis::HistoryFile::create(path);
  if (!history) throw std::runtime_error(history.error());
  Worker worker({.plan = plan,
                 .shard = {},
                 .instances = {{target, &requests}},
                 .clock = clock,
                 .epoch = epoch,
                 .history = **history,
                 .transport = {.kind = play.transport,
                               .clock = clock,
                               .sockets_max = scenario.connections + 32,
                               .sources = {},
                               .tls = nullptr,
                               .server_name = {}},
                 .mode = scenario.connection_mode,
                 .connections = scenario.connections,
                 .openings = {},
                 .attempt_timeout = scenario.attempt_timeout,
                 .pacing = scenario.pacing});
  worker.join();
  if (worker.failure()) throw std::runtime_error(*worker.failure());
  if (worker.storage_failure()) throw std::runtime_error(*worker.storage_failure());
  if (const auto closed = (*history)->close(); !closed) throw std::runtime_error(closed.error());
  return worker.delays();
}

}  // namespace

std::vector<Play> plays_for(Thoroughness thoroughness) {
  std::vector<TransportKind> transports{TransportKind::asio};
  if (!io_uring_missing()) transports.push_back(TransportKind::io_uring);
  std::vector<Play> plays;
  for (const TargetCase& target : cases_for(thoroughness)) {
    for (const Pacing pacing : {Pacing::economic, Pacing::precise}) {
      for (const TransportKind transport : transports) plays.push_back({target, pacing, transport});
    }
  }
  return plays;
}

Observed observe(const Play& play) {
  const Scenario scenario = scenario_of(play);
  const Plan plan(scenario);
  const ScratchFile scratch;
  const SteadyTime epoch = RealClock().steady_now();
  KnownTargetSpec spec{.delay = delays_of(play.target), .freeze = {}};
  if (play.target.freeze > Duration::zero()) {
    const SteadyTime opening = epoch + Duration(plan.rush().open_ns);
    spec.freeze = Freeze{.at = opening + play.target.length / 3, .length = play.target.freeze};
  }
  const bool economic = play.pacing == Pacing::economic;
  Observed observed{.target = play.target.name,
                    .pacing = std::string(name_of(play.pacing)),
                    .transport = std::string(name_of(play.transport)),
                    .click_p50_max_ns = economic ? kEconomicTick_ns : 0,
                    .planned = scenario.users,
                    .rate_planned = kRate};
  KnownTarget target(std::move(spec));
  observed.lag = play_plan(play, scenario, plan, target.endpoint(), epoch, scratch.path()).lag;
  KnownTruth truth = target.finish();
  const Recorded recorded = take_history(scratch.path(), observed);
  take_truth(std::move(truth), recorded, epoch, observed);
  observed.rate_planned = rate_of(recorded.intended_ns);
  observed.rate_achieved = rate_of(recorded.left_ns);
  return observed;
}

}  // namespace fairrush::loadgen
