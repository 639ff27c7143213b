#include "tests/unit/loadgen/wire/rehearsal.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <tuple>

#include "analysis/history/reader.hpp"
#include "tests/unit/loadgen/target/spoken.hpp"

namespace fairrush::loadgen {
namespace {

using namespace std::chrono_literals;

using Identity = std::tuple<std::uint32_t, analysis::Op, unsigned, std::int64_t>;

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "fairrush-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::filesystem::remove_all(path_);
}

Scenario short_scenario(std::uint32_t users) {
  Scenario scenario;
  scenario.name = "short";
  scenario.users = users;
  scenario.lead = 5ms;
  scenario.reserve = 40ms;
  scenario.pause = 10ms;
  scenario.rush = 40ms;
  scenario.cohorts = {{"all", Share{1}, DelaySpec::fixed(0ms)}};
  scenario.personas = {{Persona::honest, Share{1}}};
  scenario.winners = {Share{0}, Share{0}, Share{0}};
  scenario.arrivals.pattern.shape = ArrivalShape::uniform;
  scenario.connections = 4;
  scenario.attempt_timeout = 5s;
  return scenario;
}

void Rehearsal::play() {
  const TemporaryDirectory directory;
  history_path_ = directory.path() / "history.bin";
  auto history = analysis::HistoryFile::create(history_path_);
  ASSERT_TRUE(history) << history.error();
  const Dialect dialect = spoken();
  const RequestTemplates requests({.dialect = dialect,
                                   .authority = "target",
                                   .constants = {.texts = {{"event", "e"}}, .times_ms = {}},
                                   .voices = {},
                                   .connections = scenario_.connection_mode});
  std::vector<Instance> instances{{target_, &requests}};
  for (const TcpEndpoint& further : further_instances) instances.push_back({further, &requests});
  std::vector<boost::asio::ip::address> addresses;
  for (const std::string& source : sources) {
    addresses.push_back(boost::asio::ip::make_address(source));
  }
  const RealClock machine;
  std::vector<std::unique_ptr<Worker>> playing;
  const SteadyTime epoch = machine.steady_now();
  for (std::uint32_t index = 0; index < workers; ++index) {
    playing.push_back(std::make_unique<Worker>(
        WorkerSpec{.plan = plan_,
                   .shard = {.index = index, .count = workers},
                   .instances = instances,
                   .clock = clock != nullptr ? *clock : machine,
                   .epoch = epoch,
                   .history = **history,
                   .transport = {.kind = transport_,
                                 .clock = clock != nullptr ? *clock : machine,
                                 .sources = addresses,
                                 .tls = tls,
                                 .server_name = server_name,
                                 .streams = scenario_.streams},
                   .mode = scenario_.connection_mode,
                   .connections = scenario_.connections,
                   .openings = scenario_.open_rate,
                   .keep_between_phases = scenario_.keep_between_phases,
                   .attempt_timeout = scenario_.attempt_timeout,
                   .resolve_by_status = resolve_by_status}));
  }
  if (while_playing) while_playing(*playing.front());
  // The thread of a worker ends when it has recorded everything.
  for (const auto& worker : playing) {
    worker->join();
    EXPECT_TRUE(worker->finished());
    if (worker->storage_failure()) storage_failure_ = worker->storage_failure();
    if (worker->failure()) failure_ = worker->failure();
    delays_.merge(worker->delays());
    thread_use_ = worker->thread_use();
  }
  playing.clear();
  if (!storage_failure_) ASSERT_TRUE((*history)->close());
  read_history();
}

std::uint64_t Rehearsal::records_in_file() const {
  const auto history = analysis::History::open(history_path_);
  EXPECT_TRUE(history) << history.error();
  return history ? history->records() : 0;
}

void Rehearsal::read_history() {
  const auto history = analysis::History::open(history_path_);
  ASSERT_TRUE(history) << history.error();
  for (const analysis::HistoryBlock& block : history->blocks()) {
    for (const analysis::AttemptRecord& record : block.records) {
      records_.push_back({record, std::string(block.receipt(record))});
    }
  }
}

std::size_t Rehearsal::count(analysis::Op op, analysis::Outcome outcome,
                             analysis::Reason reason) const {
  return static_cast<std::size_t>(std::ranges::count_if(records_, [&](const Played& played) {
    return played.record.operation() == op && played.record.result() == outcome &&
           played.record.why() == reason;
  }));
}

void Rehearsal::expect_one_record_each() const {
  std::vector<Identity> planned;
  for (auto cursor = plan_.cursor({}); cursor.peek() != nullptr; cursor.pop()) {
    const PlannedAttempt& attempt = *cursor.peek();
    planned.emplace_back(attempt.user.value(), attempt.op, attempt.try_number, attempt.intended_ns);
  }
  std::vector<Identity> recorded;
  std::vector<std::uint64_t> ids;
  for (const Played& played : records_) {
    const analysis::AttemptRecord& record = played.record;
    ids.push_back(record.attempt);
    const bool reaction = record.persona == static_cast<std::uint8_t>(Persona::retrier) &&
                          record.operation() == analysis::Op::claim && record.try_number > 0;
    if (reaction) continue;
    recorded.emplace_back(record.user, record.operation(), record.try_number, record.intended_ns);
  }
  std::ranges::sort(planned);
  std::ranges::sort(recorded);
  EXPECT_EQ(recorded.size(), planned.size());
  EXPECT_TRUE(recorded == planned);
  std::ranges::sort(ids);
  EXPECT_TRUE(std::ranges::adjacent_find(ids) == ids.end()) << "two attempts share an id";
}

}  // namespace fairrush::loadgen
