// What lies in deploy/ against the server that it is for.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <boost/json/parse.hpp>
#include <cstdlib>
#include <regex>

#include "server/configuration/layers.hpp"
#include "server/options.hpp"
#include "tests/unit/server/deploy/files.hpp"

namespace fairrush::server {
namespace {

namespace fs = std::filesystem;

/// The metrics that expressions name, without what Prometheus adds to a histogram's name.
std::set<std::string> metrics_in(const std::string& text) {
  static const std::regex kName("\\b(?:fairrush|process)_[a-z_]+");
  static const std::regex kSuffix("_(?:bucket|sum|count)$");
  std::set<std::string> names;
  for (auto found = std::sregex_iterator(text.begin(), text.end(), kName);
       found != std::sregex_iterator(); ++found) {
    names.insert(std::regex_replace(found->str(), kSuffix, ""));
  }
  return names;
}

/// Every "expr" of a dashboard, to any depth.
void collect_expressions(const boost::json::value& value, std::string& text) {
  if (const auto* const list = value.if_array()) {
    for (const auto& one : *list) collect_expressions(one, text);
  }
  const auto* const object = value.if_object();
  if (object == nullptr) return;
  for (const auto& [name, member] : *object) {
    if (name == "expr" && member.is_string()) text += std::string(member.get_string()) + "\n";
    collect_expressions(member, text);
  }
}

void expect_exported(const std::string& expressions) {
  const auto exported = exported_metrics();
  const auto named = metrics_in(expressions);
  EXPECT_GE(named.size(), 5U);
  for (const std::string& name : named) EXPECT_TRUE(exported.contains(name)) << name;
}

TEST(DeployFiles, ParseAsYaml) {
  unsigned files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(in_repository("deploy"))) {
    const auto extension = entry.path().extension();
    if (extension != ".yml" && extension != ".yaml") continue;
    ++files;
    EXPECT_NO_THROW(YAML::LoadAllFromFile(entry.path().string())) << entry.path();
  }
  EXPECT_GE(files, 6U);
}

TEST(DeployAlerts, NameMetricsThatTheServerExports) {
  const YAML::Node alerts = YAML::LoadFile(in_repository("deploy/prometheus/alerts.yml").string());
  std::string expressions;
  for (const auto& rule : alerts["groups"][0]["rules"]) {
    expressions += rule["expr"].as<std::string>() + "\n";
    EXPECT_TRUE(rule["annotations"]["summary"] && rule["annotations"]["description"])
        << rule["alert"];
    const auto severity = rule["labels"]["severity"].as<std::string>();
    EXPECT_TRUE(severity == "page" || severity == "ticket") << rule["alert"];
    EXPECT_NE(text_of_file(in_repository("docs/operations.md"))
                  .find("`" + rule["alert"].as<std::string>() + "`"),
              std::string::npos)
        << rule["alert"] << " is in nobody's handbook";
  }
  expect_exported(expressions);
}

TEST(DeployAlerts, AreAcceptedByPromtool) {
  if (std::system("command -v promtool >/dev/null") != 0) GTEST_SKIP() << "no promtool here";
  const std::string rules = in_repository("deploy/prometheus/alerts.yml").string();
  EXPECT_EQ(std::system(("promtool check rules '" + rules + "' >/dev/null").c_str()), 0);
}

TEST(DeployDashboard, NamesMetricsThatTheServerExports) {
  const auto dashboard =
      boost::json::parse(text_of_file(in_repository("deploy/grafana/fairrush.json")));
  std::string expressions;
  collect_expressions(dashboard, expressions);
  expect_exported(expressions);
}

TEST(DeployDashboard, WouldNotPassWithAMetricThatIsMissing) {
  EXPECT_EQ(metrics_in("rate(fairrush_x_seconds_bucket[5m]) + fairrush_y_total / process_z"),
            (std::set<std::string>{"fairrush_x_seconds", "fairrush_y_total", "process_z"}));
  EXPECT_FALSE(exported_metrics().contains("fairrush_y_total"));
}

TEST(DeployCompose, SetsOptionsThatTheServerHas) {
  const YAML::Node compose = YAML::LoadFile(in_repository("deploy/compose.yaml").string());
  ServerOptions options;
  const OptionTable table = server_option_table(options);
  std::vector<std::string> environment;
  for (const auto& entry : compose["services"]["server"]["environment"]) {
    auto value = entry.second.as<std::string>();
    // "${NAME:-default}" → default.
    static const std::regex kDefault("\\$\\{[A-Z_]+:-(.*)\\}");
    value = std::regex_replace(value, kDefault, "$1");
    environment.push_back(entry.first.as<std::string>() + "=" + value);
  }
  EXPECT_GE(environment.size(), 5U);
  const Layer layer = read_environment(table, environment);
  EXPECT_TRUE(layer.ignored.empty()) << layer.ignored.front();
  for (const Problem& problem : layer.problems) {
    EXPECT_NE(problem.what.find("cannot read '/run/secrets/"), std::string::npos)
        << problem.where << ": " << problem.what;
  }
  ServerOptions filled;
  OptionTable fillable = server_option_table(filled);
  for (const Assignment& one : layer.assignments) {
    const auto assigned = fillable.assign(one.option, one.value);
    EXPECT_TRUE(assigned) << one.source << ": " << assigned.error();
  }
}

TEST(DeployCompose, HasTheServicesThatItIsFor) {
  const YAML::Node services =
      YAML::LoadFile(in_repository("deploy/compose.yaml").string())["services"];
  for (const char* name : {"server", "redis", "postgres", "rabbitmq", "prometheus", "grafana"}) {
    EXPECT_TRUE(services[name]) << name;
  }
  for (const auto& needed : services["server"]["depends_on"]) {
    EXPECT_TRUE(services[needed.first.as<std::string>()]["healthcheck"]) << needed.first;
  }
}

TEST(DeploySystemd, StartsTheServerWithOptionsThatItHas) {
  ServerOptions options;
  const OptionTable table = server_option_table(options);
  const Layer layer = read_file(table, in_repository("deploy/systemd/server.toml"));
  EXPECT_TRUE(layer.problems.empty()) << format_problems(layer.problems);
  EXPECT_GE(layer.assignments.size(), 3U);
  const std::string unit = text_of_file(in_repository("deploy/systemd/fairrush-server.service"));
  static const std::regex kOption(" --([a-z-]+)");
  for (auto found = std::sregex_iterator(unit.begin(), unit.end(), kOption);
       found != std::sregex_iterator(); ++found) {
    EXPECT_TRUE(table.contains((*found)[1].str())) << found->str();
  }
}

TEST(DeployImage, HasTheLibrariesThatTheProgramLinks) {
  const std::string listing = testing::TempDir() + "fairrush-ldd";
  const std::string command = fmt::format("ldd '{}' > '{}'", FAIRRUSH_SERVER_BINARY, listing);
  ASSERT_EQ(std::system(command.c_str()), 0);
  const std::string linked = text_of_file(listing);
  fs::remove(listing);
  const std::string image = text_of_file(in_repository("deploy/Dockerfile"));
  const std::map<std::string, std::string> packages{
      {"libboost_json", "libboost-json1.81.0"},
      {"libboost_url", "libboost-url1.81.0"},
      {"libcctz", "libcctz2"},
      {"libfmt", "libfmt9"},
      {"libhiredis", "libhiredis0.14"},
      {"libjwt", "libjwt0"},
      {"libpq.", "libpq5"},
      {"libpqxx", "libpqxx-6.4"},
      {"librabbitmq", "librabbitmq4"},
      {"librdkafka", "librdkafka1"},
      {"libprometheus-cpp-core", "libprometheus-cpp-core1.0"},
      {"libspdlog", "libspdlog1.10"},
      {"libsqlite3", "libsqlite3-0"},
      {"libssl", "libssl3"},
      {"libtomlplusplus", "libtomlplusplus3"}};
  for (const auto& [library, package] : packages) {
    if (linked.find(library) == std::string::npos) continue;
    EXPECT_NE(image.find(package), std::string::npos) << package;
  }
  EXPECT_NE(linked.find("libcctz"), std::string::npos) << "the listing says something";
}

}  // namespace
}  // namespace fairrush::server
