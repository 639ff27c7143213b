// The verifier over real buses: what store, ledger and bus say has to agree, although the bus dies
// in the middle of the rush; and a server that keeps messages from its bus is seen.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "analysis/assessment.hpp"
#include "analysis/run/directory.hpp"
#include "tests/integration/bus/broker_house.hpp"
#include "tests/integration/cli/command.hpp"

namespace fairrush::server {
namespace {

using analysis::CheckVerdict;
using testing::HasSubstr;

constexpr const char* kScenario = R"(
question = "Does everybody hear of every coupon, whatever becomes of the bus?"
[event]
reserve = "600ms"
pause   = "400ms"
rush    = "2s"
[population]
users    = 400
personas = { honest = 1.0 }
[winners]
redeem = 1.0
[arrivals]
shape = "uniform"
[target]
settle_deadline = "30s"
[checks]
fairness = "report"
)";

class ConservationOverBus : public testing::TestWithParam<BrokerKind> {
 protected:
  void SetUp() override {
    house_ = make_house(GetParam());
    if (house_ == nullptr) GTEST_SKIP() << name_of(GetParam()) << " is not installed";
  }

  std::vector<std::string> arguments(std::vector<std::string> more = {}) {
    std::vector<std::string> all{"run",   work_.write("bus.toml", kScenario),
                                 "--out", work_.path("run"),
                                 "--set", "target.builtin.bus=" + house_->url()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  analysis::CheckResult conservation() const {
    const auto run = analysis::load_run({work_.path("run")});
    if (!run) throw std::runtime_error(run.error());
    const auto checks = analysis::assess(*run).invariants;
    return *std::ranges::find(checks, "I16", &analysis::CheckResult::id);
  }

  const cli_test::WorkDirectory work_;
  std::unique_ptr<BrokerHouse> house_;
};

TEST_P(ConservationOverBus, HoldsWhenTheBusDiesInTheRush) {
  cli_test::Command run(arguments());
  ASSERT_TRUE(run.wait_for("rushing"));
  house_->kill();
  house_->restart();
  const cli_test::CommandEnd end = run.wait();
  const analysis::CheckResult check = conservation();
  EXPECT_EQ(check.verdict, CheckVerdict::pass) << check.finding;
  EXPECT_THAT(check.finding,
              testing::ContainsRegex("each of (7[0-9]|80) coupons came over the bus once"));
  // A broker that starts beside the instrument may disturb its figures; no rule is broken.
  EXPECT_NE(end.exit_code, 1) << end.out;
}

TEST_P(ConservationOverBus, IsNotKnownWhenTheBusDoesNotComeBack) {
  cli_test::Command run(arguments({"--set", "target.settle_deadline=2s"}));
  ASSERT_TRUE(run.wait_for("rushing"));
  house_->kill();
  const cli_test::CommandEnd end = run.wait();
  const analysis::CheckResult check = conservation();
  EXPECT_NE(check.verdict, CheckVerdict::pass) << check.finding;
  EXPECT_NE(check.verdict, CheckVerdict::fail) << check.finding;
  EXPECT_EQ(end.exit_code, 3) << end.out;
}

TEST_P(ConservationOverBus, SeesAServerThatKeepsMessagesFromIt) {
  const auto end = cli_test::run_command(arguments({"--set", "target.builtin.fault=outbox-skips"}));
  const analysis::CheckResult check = conservation();
  EXPECT_EQ(check.verdict, CheckVerdict::fail) << check.finding;
  EXPECT_THAT(check.finding, HasSubstr("coupons of the ledger never came over the bus"));
  EXPECT_EQ(end.exit_code, 1) << end.out;
}

INSTANTIATE_TEST_SUITE_P(Buses, ConservationOverBus,
                         testing::Values(BrokerKind::redis, BrokerKind::amqp, BrokerKind::kafka),
                         [](const auto& info) { return name_of(info.param); });

}  // namespace
}  // namespace fairrush::server
