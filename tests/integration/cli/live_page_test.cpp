// The live page as a browser shows it during a real run. Skipped where there is no Chromium; set
// FAIRRUSH_PICTURES to a directory to keep what it looked like.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/version.hpp"
#include "tests/integration/cli/browser.hpp"
#include "tests/integration/cli/command.hpp"

namespace fairrush::cli_test {
namespace {

using testing::HasSubstr;

constexpr const char* kRush = R"(
question = "Does <b>everybody</b> have the same chance?"
[event]
coupons = "20%"
reserve = "2s"
pause   = "300ms"
rush    = "4s"
[population]
users    = 2000
cohorts  = [ { name = "fibre",  share = 0.5, one_way_delay = "5ms" },
             { name = "mobile", share = 0.5, one_way_delay = { median = "60ms", p99 = "250ms" } } ]
personas = { honest = 0.8, double_clicker = 0.1, intruder = 0.1 }
[arrivals]
shape = "front_loaded"
mean  = "1s"
[checks]
fairness = "report"
)";

class LivePage : public testing::Test {
 protected:
  void SetUp() override {
    if (!Browser::installed()) GTEST_SKIP() << "no /usr/bin/chromium: apt-get install chromium";
    browser_.emplace(work_.path("profile"));
  }

  void start() {
    command_.emplace(std::vector<std::string>{"run", work_.write("rush.toml", kRush), "--out",
                                              work_.path("run"), "--live", ":0"});
    url_ = command_->told_after("live: ");
    ASSERT_THAT(url_, HasSubstr("http://127.0.0.1:"));
  }

  /// What an element says.
  std::string text(const std::string& id) {
    return browser_->value_of(fmt::format("document.getElementById('{}').innerText", id));
  }

  bool phase_becomes(const std::string& phase) {
    return browser_->wait_until(
        fmt::format("document.getElementById('phase').innerText === '{}'", phase));
  }

  std::uint64_t drawn(const std::string& selector) {
    const std::string count =
        browser_->value_of(fmt::format("document.querySelectorAll('{}').length", selector));
    return count.empty() ? 0 : std::stoul(count);
  }

  /// Keeps a picture of the page wide and narrow, light and dark, for people to look at.
  void keep_pictures(const std::string& name) {
    const char* const directory = std::getenv("FAIRRUSH_PICTURES");
    if (directory == nullptr) return;
    for (const unsigned width : {1280U, 390U}) {
      for (const bool dark : {false, true}) {
        browser_->look_through({.width = width, .height = 900, .dark = dark});
        browser_->pause(100);  // for it to be drawn anew
        browser_->take_picture(
            fmt::format("{}/{}-{}-{}.png", directory, name, width, dark ? "dark" : "light"));
      }
    }
  }

  const WorkDirectory work_;
  std::optional<Browser> browser_;
  std::optional<Command> command_;
  std::string url_;
};

TEST_F(LivePage, ShowsTheRushAsItGoesAndKeepsTheVerdict) {
  start();
  browser_->open(url_);
  ASSERT_TRUE(phase_becomes("rushing"));
  EXPECT_EQ(text("question"), "Does <b>everybody</b> have the same chance?");
  EXPECT_EQ(text("link"), "live");
  EXPECT_EQ(browser_->value_of("document.getElementById('build').hidden"),
            is_release_build() ? "true" : "false");
  EXPECT_THAT(text("left"), HasSubstr(" left"));
  ASSERT_TRUE(browser_->wait_until("run.timeline.some(point => point.phase === 'rushing')"));
  EXPECT_EQ(drawn("#latency_chart path.line"), 4U);
  EXPECT_EQ(drawn("#rate_chart path.area"), 1U);
  EXPECT_THAT(text("cohorts"), HasSubstr("mobile"));
  ASSERT_TRUE(browser_->wait_until("run.timeline.length >= 5"));
  EXPECT_THAT(text("outcomes"), HasSubstr("not reserved"));
  keep_pictures("rush");
  ASSERT_TRUE(browser_->wait_until("run.ended"));
  const auto end = command_->wait();
  EXPECT_EQ(end.exit_code, 0) << end.out << end.err;
  ASSERT_TRUE(
      browser_->wait_until("document.getElementById('link').innerText === 'the run is over'"));
  EXPECT_EQ(text("verdict"), "PROVEN");
  EXPECT_THAT(text("result"), HasSubstr("Exit code 0"));
  EXPECT_THAT(text("result"), HasSubstr(work_.path("run/report.html")));
  EXPECT_EQ(text("errors"), "0");
  keep_pictures("over");
}

TEST_F(LivePage, ShowsWhatWasBeforeToWhoOpensItLate) {
  start();
  ASSERT_TRUE(command_->wait_for("rushing"));
  browser_->open(url_);
  ASSERT_TRUE(browser_->wait_until("run.timeline.length > 0"));
  EXPECT_EQ(browser_->value_of("run.timeline[0].phase"), "reserving");
  EXPECT_LT(std::stod(browser_->value_of("run.timeline[0].at_s")), 2.0);
}

}  // namespace
}  // namespace fairrush::cli_test
