#include "cli/live/metrics.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/unit/cli/live/sample_story.hpp"

namespace fairrush::cli {
namespace {

using testing::HasSubstr;

/// A sample's line taken apart, as Prometheus would.
struct Sample {
  std::string name;
  std::map<std::string, std::string> labels;
  double value = 0;
};

struct Family {
  std::string type;
  std::string help;
  std::vector<Sample> samples;
};

std::map<std::string, std::string> labels_of(const std::string& text) {
  static const std::regex kLabel(R"re(([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$))re");
  std::map<std::string, std::string> labels;
  std::size_t read = 0;
  for (std::sregex_iterator label(text.begin(), text.end(), kLabel), end; label != end; ++label) {
    EXPECT_EQ(static_cast<std::size_t>(label->position()), read) << text;
    read += static_cast<std::size_t>(label->length());
    EXPECT_TRUE(labels.emplace((*label)[1], (*label)[2]).second) << text;
  }
  EXPECT_EQ(read, text.size()) << text;
  return labels;
}

/// Families by name. Fails the test where the text is not what the format allows: a family's lines
/// stand together, help and type before its samples, names and labels are well formed.
std::map<std::string, Family> parse(const std::string& text) {
  static const std::regex kSample(R"re(([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+))re");
  static const std::regex kMeta(R"re(# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+))re");
  EXPECT_TRUE(text.ends_with('\n'));
  std::map<std::string, Family> families;
  std::string current;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, kMeta)) {
      const std::string name = match[2];
      if (match[1] == "HELP") {
        EXPECT_FALSE(families.contains(name)) << "in two places: " << name;
        current = name;
        families[name].help = match[3];
      } else {
        EXPECT_EQ(name, current);
        families[name].type = match[3];
      }
      continue;
    }
    if (!std::regex_match(line, match, kSample)) {
      ADD_FAILURE() << "no sample: " << line;
      continue;
    }
    EXPECT_TRUE(match[1].str().starts_with(current)) << line;
    std::size_t used = 0;
    const std::string number = match[3];
    families[current].samples.push_back({match[1], labels_of(match[2]), std::stod(number, &used)});
    EXPECT_EQ(used, number.size()) << line;
  }
  return families;
}

RunStory seen() {
  RunStory story = sample_story();
  story.see(rushing(two_claims()), kOpened + 1s);
  return story;
}

TEST(LiveMetrics, KeepToTheTextFormatAndToTheConventionsOfNames) {
  for (const auto& [name, family] : parse(metrics_text(seen()))) {
    EXPECT_TRUE(name.starts_with("fairrush_")) << name;
    EXPECT_FALSE(family.help.empty()) << name;
    EXPECT_FALSE(family.samples.empty()) << name;
    EXPECT_EQ(family.type == "counter", name.ends_with("_total")) << name;
    if (family.type == "histogram") EXPECT_TRUE(name.ends_with("_seconds")) << name;
    std::set<std::string> series;
    for (const Sample& sample : family.samples) {
      if (family.type != "histogram") EXPECT_EQ(sample.name, name);
      std::string key = sample.name;
      for (const auto& [label, value] : sample.labels) key += fmt::format(",{}={}", label, value);
      EXPECT_TRUE(series.insert(key).second) << key;
    }
  }
}

TEST(LiveMetrics, CountAttemptsAndUsersByCohort) {
  const auto families = parse(metrics_text(seen()));
  const auto& attempts = families.at("fairrush_attempts_total").samples;
  ASSERT_EQ(attempts.size(), 2U);
  EXPECT_EQ(attempts[0].labels.at("cohort"), "fibre");
  EXPECT_EQ(attempts[0].labels.at("outcome"), "win");
  EXPECT_EQ(attempts[1].labels.at("cohort"), "mobile\\n");
  EXPECT_EQ(attempts[1].labels.at("reason"), "overloaded");
  EXPECT_EQ(families.at("fairrush_users_won_total").samples[0].value, 1);
  EXPECT_EQ(families.at("fairrush_users_won_total").samples[1].value, 0);
}

TEST(LiveMetrics, GiveHistogramsWhoseBucketsGrowToTheCount) {
  const auto families = parse(metrics_text(seen()));
  for (const auto& [name, family] : families) {
    if (family.type != "histogram") continue;
    double last = 0;
    bool whole = false;
    for (const Sample& sample : family.samples) {
      if (sample.name == name + "_bucket") {
        EXPECT_GE(sample.value, last) << name;
        last = sample.value;
        whole = sample.labels.at("le") == "+Inf";
      } else if (sample.name == name + "_count") {
        EXPECT_TRUE(whole) << name;
        EXPECT_EQ(sample.value, last) << name;
        last = 0;
      } else {
        EXPECT_EQ(sample.name, name + "_sum");
      }
    }
  }
  double up_to_5ms = 0;
  double sum = 0;
  for (const Sample& sample : families.at("fairrush_answer_seconds").samples) {
    if (sample.labels.at("operation") != "claim") continue;
    if (sample.name.ends_with("_bucket") && sample.labels.at("le") == "0.005") {
      up_to_5ms = sample.value;
    }
    if (sample.name.ends_with("_sum")) sum = sample.value;
  }
  EXPECT_EQ(up_to_5ms, 1);
  EXPECT_NEAR(sum, 0.302, 0.001);
}

TEST(LiveMetrics, ShowWhatTheInstrumentItselfIsLateBy) {
  const std::string text = metrics_text(seen());
  EXPECT_THAT(text, HasSubstr("fairrush_instrument_lag_seconds_bucket{le=\"0.0001\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("fairrush_instrument_lag_seconds_count 2\n"));
  EXPECT_THAT(text, HasSubstr("fairrush_connection_wait_seconds_count 0\n"));
  EXPECT_THAT(text, HasSubstr("fairrush_connect_seconds_count 0\n"));
}

TEST(LiveMetrics, EscapeWhatScenariosAreCalled) {
  EXPECT_THAT(metrics_text(seen()), HasSubstr(R"re(scenario="a \"small\" rush\\")re"));
}

TEST(LiveMetrics, ShowARunOfWhichNothingIsKnownYet) {
  const auto families = parse(metrics_text(RunStory(RunOpening{"s", "q", {"all"}}, kOpened)));
  EXPECT_EQ(families.at("fairrush_run_finished").samples[0].value, 0);
}

}  // namespace
}  // namespace fairrush::cli
