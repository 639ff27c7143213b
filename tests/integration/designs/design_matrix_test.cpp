// Every design on every store that it runs on, in a whole rush over real sockets.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "analysis/assessment.hpp"
#include "server/stores/stored_designs.hpp"
#include "tests/integration/cli/command.hpp"
#include "tests/integration/designs/guide.hpp"
#include "tests/integration/support/postgres_server.hpp"
#include "tests/integration/support/redis_server.hpp"

namespace fairrush::design_matrix {
namespace {

using analysis::CheckVerdict;
using cli_test::Command;
using cli_test::WorkDirectory;

constexpr const char* kScenario = R"(
question = "Does the design hold on this store?"
[event]
reserve = "1500ms"
pause   = "500ms"
rush    = "3s"
[population]
users    = 300
cohorts  = [ { name = "fibre",  share = 0.5, one_way_delay = "5ms" },
             { name = "mobile", share = 0.5, one_way_delay = { median = "60ms", p99 = "250ms" } } ]
personas = { honest = 0.74, double_clicker = 0.14, retrier = 0.08, intruder = 0.04 }
[arrivals]
shape = "front_loaded"
mean  = "300ms"
[checks]
fairness = "report"
)";

struct Cell {
  std::string design;
  std::string store;
  bool killed = false;  ///< the store, in the rush

  std::string disturbance() const { return killed ? "store killed" : "clean"; }
};

void PrintTo(const Cell& cell, std::ostream* out) {
  *out << cell.design << " on " << cell.store << ", " << cell.disturbance();
}

std::vector<Cell> all_cells() {
  std::vector<Cell> cells;
  for (const server::StoredDesign& design : server::stored_designs()) {
    for (const std::string_view store : design.stores) {
      cells.push_back({std::string(design.name), std::string(store)});
      if (store != "memory") cells.push_back({std::string(design.name), std::string(store), true});
    }
  }
  return cells;
}

/// The servers of this process; each is started when a cell needs it first.
class Stores {
 public:
  static bool has(const std::string& store) {
    if (store == "redis") return integration::RedisServer::is_installed();
    if (store == "postgres") return integration::PostgresServer::is_installed();
    return true;
  }

  /// What the scenario calls it, with nothing in it.
  std::string address(const std::string& store) {
    if (store == "redis") {
      redis_ = std::make_unique<integration::RedisServer>();
      return redis_->url();
    }
    if (store == "postgres") {
      if (!postgres_) postgres_ = std::make_unique<integration::PostgresServer>();
      return postgres_->url(postgres_->make_database());
    }
    return store;
  }

  void kill(const std::string& store) {
    if (store == "redis") {
      redis_->kill();
      redis_->restart();
    } else {
      postgres_->kill();
      postgres_->restart();
    }
  }

 private:
  std::unique_ptr<integration::RedisServer> redis_;
  std::unique_ptr<integration::PostgresServer> postgres_;
};

Stores& stores() {
  static Stores of_process;
  return of_process;
}

/// Rules about the server; that the instrument was good enough says nothing of a design.
std::size_t count_of(const analysis::Assessment& assessment, CheckVerdict verdict) {
  return static_cast<std::size_t>(
      std::ranges::count_if(assessment.invariants, [verdict](const analysis::CheckResult& check) {
        return check.verdict == verdict && check.id != "I20";
      }));
}

std::string latency_text(const analysis::Assessment& assessment) {
  for (const analysis::LatencyFigures& one : assessment.latencies) {
    if (one.op != analysis::Op::claim) continue;
    const auto ms = [&one](double quantile) {
      return static_cast<double>(one.from_intended.value_at(quantile)) / 1e6;
    };
    return fmt::format("{:.0f}, {:.0f} ms", ms(0.5), ms(0.99));
  }
  return "";
}

std::string unanswered_text(const analysis::Assessment& assessment) {
  std::uint64_t unknown = 0;
  std::uint64_t overloaded = 0;
  for (const analysis::OutcomeCount& one : assessment.outcomes) {
    if (one.outcome == analysis::Outcome::indeterminate) unknown += one.count;
    if (one.reason == analysis::Reason::overloaded) overloaded += one.count;
  }
  return fmt::format("{} of {} attempts{}", unknown, assessment.attempts,
                     overloaded > 0 ? fmt::format(", {} told to wait", overloaded) : "");
}

Evidence evidence_of(const Cell& cell, const analysis::Assessment& assessment) {
  const std::size_t held = count_of(assessment, CheckVerdict::pass);
  const std::size_t asked =
      held + count_of(assessment, CheckVerdict::fail) + count_of(assessment, CheckVerdict::unknown);
  std::string cohorts;
  for (const analysis::GroupRate& cohort : assessment.fairness.cohorts) {
    cohorts += fmt::format("{}{:.1f} %", cohorts.empty() ? "" : ", ", cohort.rate_of_claimed * 100);
  }
  return {.design = cell.design,
          .store = cell.store,
          .disturbance = cell.disturbance(),
          .verdict = std::string(name_of(assessment.verdict)),
          .rules = fmt::format("{} of {}", held, asked),
          .coupons = fmt::format("{} of {:.0f}", assessment.fairness.winners,
                                 assessment.fairness.intended_rate *
                                     static_cast<double>(assessment.fairness.reserved)),
          .cohorts = cohorts,
          .latency = latency_text(assessment),
          .unanswered = unanswered_text(assessment)};
}

std::string summary(const analysis::Assessment& assessment) {
  std::string text = assessment.verdict_reason;
  for (const analysis::CheckResult& check : assessment.invariants) {
    text += fmt::format("\n  {} {}: {}", check.id, name_of(check.verdict), check.finding);
  }
  return text;
}

class Design : public testing::TestWithParam<Cell> {};

TEST_P(Design, BreaksNoRuleOnItsStore) {
  const Cell& cell = GetParam();
  guide().expect(all_cells().size());
  if (!Stores::has(cell.store)) GTEST_SKIP() << cell.store << " is not installed";
  const WorkDirectory work;
  Command command({"run", work.write("cell.toml", kScenario), "--out", work.path("run"), "--set",
                   "target.builtin.design=" + cell.design, "--set",
                   "target.builtin.store=" + stores().address(cell.store)});
  if (cell.killed) {
    EXPECT_TRUE(command.wait_for("rushing")) << "the rush never came";
    stores().kill(cell.store);
  }
  const cli_test::CommandEnd end = command.wait();
  const auto run = analysis::load_run({work.path("run")});
  ASSERT_TRUE(run) << run.error() << end.out << end.err;
  const analysis::Assessment assessment = analysis::assess(*run);
  EXPECT_EQ(count_of(assessment, CheckVerdict::fail), 0U) << summary(assessment);
  EXPECT_NE(assessment.verdict, analysis::RunVerdict::violation) << summary(assessment);
  EXPECT_GT(assessment.fairness.winners, 0U) << summary(assessment);
  if (!cell.killed) {
    EXPECT_EQ(count_of(assessment, CheckVerdict::unknown), 0U) << summary(assessment);
  }
  guide().found(evidence_of(cell, assessment));
}

INSTANTIATE_TEST_SUITE_P(Matrix, Design, testing::ValuesIn(all_cells()), [](const auto& info) {
  std::string name =
      info.param.design + "_" + info.param.store + (info.param.killed ? "_killed" : "");
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(DesignMatrix, IsTheTableInTheGuide) {
  const std::string page = cli_test::read_file(FAIRRUSH_DESIGNS_GUIDE);
  for (const Cell& cell : all_cells()) {
    EXPECT_NE(page.find(guide_row_start(cell.design, cell.store, cell.disturbance())),
              std::string::npos)
        << cell.design << ": run the whole test with FAIRRUSH_UPDATE_GOLDEN=1";
  }
}

}  // namespace
}  // namespace fairrush::design_matrix
