#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <optional>

#include "loadgen/scenario/arrival_values.hpp"
#include "loadgen/scenario/dialect_reader.hpp"
#include "loadgen/scenario/keys.hpp"
#include "loadgen/scenario/roster_file.hpp"
#include "loadgen/scenario/scenario.hpp"
#include "loadgen/scenario/structured_values.hpp"
#include "loadgen/scenario/toml_values.hpp"

namespace fairrush::loadgen {
namespace {

constexpr std::size_t kExtendsMax = 8;  // a chain longer than this is taken for a circle
constexpr std::uintmax_t kFileBytesMax = 1 << 20;

/// A value as the text its key's grammar reads.
std::string text_of(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  return inline_toml(node);
}

/// Applies one file or override after the other to the table of keys and collects what is wrong.
class Loader {
 public:
  explicit Loader(OptionTable& keys) : keys_(keys) {}

  void apply_file(const std::filesystem::path& path, std::size_t depth);
  void apply_override(const std::string& key, const std::string& value);
  void add_problems(std::vector<Problem> problems);
  std::vector<Problem> take_problems() { return std::move(problems_); }

 private:
  std::optional<toml::table> read(const std::filesystem::path& path);
  void apply_base(const toml::node& base, const std::filesystem::path& path, std::size_t depth);
  void apply_table(const toml::table& table, const std::string& prefix, const std::string& file);
  void assign(const std::string& key, std::string value, const std::filesystem::path& folder,
              const std::string& where);

  OptionTable& keys_;
  std::vector<Problem> problems_;
};

std::string place(const std::string& file, const toml::source_region& source,
                  std::string_view key) {
  return fmt::format("{}:{}:{}: {}", file, source.begin.line, source.begin.column, key);
}

std::optional<toml::table> Loader::read(const std::filesystem::path& path) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  std::ifstream stream(path, std::ios::binary);
  if (error || !stream) {
    problems_.push_back({path.string(), "cannot be read: expected a scenario file (TOML)"});
    return std::nullopt;
  }
  if (bytes > kFileBytesMax) {
    problems_.push_back(
        {path.string(),
         fmt::format("has {} bytes: expected a scenario of at most {}", bytes, kFileBytesMax)});
    return std::nullopt;
  }
  try {
    return toml::parse(stream, path.string());
  } catch (const toml::parse_error& failure) {
    problems_.push_back(
        {place(path.string(), failure.source(), "syntax"), std::string(failure.description())});
    return std::nullopt;
  }
}

void Loader::apply_file(const std::filesystem::path& path, std::size_t depth) {
  auto document = read(path);
  if (!document) return;
  if (const toml::node* base = document->get("extends")) {
    apply_base(*base, path, depth);
    document->erase("extends");
  }
  apply_table(*document, "", path.string());
}

void Loader::apply_base(const toml::node& base, const std::filesystem::path& path,
                        std::size_t depth) {
  const std::string where = place(path.string(), base.source(), "extends");
  const auto name = base.value_exact<std::string>();
  if (!name) {
    problems_.push_back({where, "is not a text: expected the path of a scenario file"});
  } else if (depth == kExtendsMax) {
    problems_.push_back(
        {where, fmt::format("'{}' makes a chain of more than {} files", *name, kExtendsMax)});
  } else {
    apply_file(path.parent_path() / *name, depth + 1);
  }
}

void Loader::apply_table(const toml::table& table, const std::string& prefix,
                         const std::string& file) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string(name.str());
    const bool opens_a_section = std::ranges::any_of(
        keys_.rows(), [&key](const auto& row) { return row.info.name.starts_with(key + "."); });
    if (node.is_table() && opens_a_section) {
      apply_table(*node.as_table(), key + ".", file);
    } else {
      assign(key, text_of(node), std::filesystem::path(file).parent_path(),
             place(file, name.source(), key));
    }
  }
}

/// A path is kept whole, so that the scenario finds its file from wherever it is read again.
void Loader::assign(const std::string& key, std::string value, const std::filesystem::path& folder,
                    const std::string& where) {
  const bool is_path = std::ranges::any_of(
      keys_.rows(), [&key](const auto& row) { return row.info.name == key && row.info.is_path; });
  if (is_path && !value.empty()) {
    value = std::filesystem::absolute(folder / value).lexically_normal().string();
  }
  const auto assigned = keys_.assign(key, value);
  if (!assigned) problems_.push_back({where, assigned.error()});
}

void Loader::apply_override(const std::string& key, const std::string& value) {
  assign(key, value, {}, fmt::format("--set {}", key));
}

void Loader::add_problems(std::vector<Problem> problems) {
  problems_.insert(problems_.end(), problems.begin(), problems.end());
}

/// Reads the list of those entitled, once it is clear what users are called.
std::vector<Problem> take_roster(Scenario& scenario) {
  if (!scenario.roster.file || scenario.takes_reservations()) return {};
  std::vector<Problem> unclear;
  const Dialect dialect = read_dialect(scenario, unclear);
  if (!unclear.empty()) return {};
  auto list = read_roster(scenario.roster, {.identity = dialect.user,
                                            .feeder = dialect.feeder,
                                            .seed = scenario.seed,
                                            .users = scenario.users});
  if (!list) return std::move(list.error());
  scenario.roster_list = std::make_shared<const RosterList>(std::move(*list));
  return {};
}

}  // namespace

std::expected<Scenario, std::vector<Problem>> load_scenario(
    const std::filesystem::path& file,
    const std::vector<std::pair<std::string, std::string>>& overrides) {
  Scenario scenario;
  scenario.name = file.stem().string();
  scenario.cohorts = {{"everyone", Share{1}, DelaySpec{}}};
  scenario.personas = {{Persona::honest, Share{1}}};
  OptionTable keys = scenario_keys(scenario);
  Loader loader(keys);
  loader.apply_file(file, 0);
  for (const auto& [key, value] : overrides) loader.apply_override(key, value);
  std::vector<Problem> own = contradictions(scenario);
  for (Problem& problem : own) problem.where = fmt::format("{}: {}", file.string(), problem.where);
  loader.add_problems(std::move(own));
  const std::filesystem::path folder = file.parent_path();
  loader.add_problems(read_delays(scenario.cohorts, folder));
  loader.add_problems(read_traces(scenario.arrivals, folder, scenario.rush));
  loader.add_problems(read_traces(scenario.reserve_arrivals, folder, reservation_span(scenario)));
  loader.add_problems(take_roster(scenario));
  std::vector<Problem> problems = loader.take_problems();
  if (!problems.empty()) return std::unexpected(std::move(problems));
  scenario.echo = keys.echo();
  scenario.source = format_scenario(keys);
  return scenario;
}

}  // namespace fairrush::loadgen
