#include "loadgen/scenario/arrival_values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "loadgen/scenario/scenario.hpp"
#include "loadgen/scenario/time_file.hpp"
#include "loadgen/scenario/toml_values.hpp"
#include "loadgen/schedule/arrival_times.hpp"

namespace fairrush::loadgen {
namespace {

using namespace std::chrono_literals;

constexpr Duration kTimeMin = 1ms;
constexpr Duration kTimeMax = 24h;
constexpr double kRateMax = 1e6;
constexpr std::size_t kLevelsMax = 64;
constexpr std::size_t kStagesMax = 64;
constexpr std::string_view kLevelsForm = "a list of 1 to 64 rates of 0 to 1000000, such as [1, 3]";
constexpr std::string_view kStagesForm =
    "a list such as [{ shape = \"uniform\", for = \"10s\", share = 0.3 }, { shape = \"spike\", "
    "share = 0.7 }], each with the keys of its shape";

std::optional<ArrivalShape> shape_named(std::string_view name) {
  for (const ArrivalShapeRow& row : arrival_shapes()) {
    if (row.name == name) return row.shape;
  }
  return std::nullopt;
}

std::optional<std::vector<double>> levels_of(const toml::node* node) {
  const toml::array* const list = node == nullptr ? nullptr : node->as_array();
  if (list == nullptr || list->empty() || list->size() > kLevelsMax) return std::nullopt;
  std::vector<double> levels;
  for (const toml::node& level : *list) {
    const auto rate = amount_of(&level);
    if (!rate || *rate > kRateMax) return std::nullopt;
    levels.push_back(*rate);
  }
  return levels;
}

std::string format_levels(const std::vector<double>& levels) {
  return fmt::format("[{}]", fmt::join(levels, ", "));
}

/// One key of a stage that says something about its shape: whose it is, how it is read and written.
struct ShapeKey {
  ArrivalShape shape;
  std::string_view name;
  bool (*read)(const toml::node& node, ArrivalPattern& pattern);
  std::string (*write)(const ArrivalPattern& pattern);
};

template <auto Member>
bool read_time(const toml::node& node, ArrivalPattern& pattern) {
  const auto time = duration_of(&node);
  if (!time || *time > kTimeMax) return false;
  pattern.*Member = *time;
  return true;
}

template <auto Member>
bool read_positive_time(const toml::node& node, ArrivalPattern& pattern) {
  return read_time<Member>(node, pattern) && pattern.*Member >= kTimeMin;
}

template <auto Member>
bool read_rate(const toml::node& node, ArrivalPattern& pattern) {
  const auto rate = amount_of(&node);
  if (!rate || *rate > kRateMax) return false;
  pattern.*Member = *rate;
  return true;
}

template <auto Member>
bool read_text(const toml::node& node, ArrivalPattern& pattern) {
  const auto text = node.value_exact<std::string>();
  if (!text) return false;
  pattern.file.*Member = *text;
  return true;
}

bool read_users(const toml::node& node, ArrivalPattern& pattern) {
  const auto users = node.value_exact<std::int64_t>();
  if (!users || *users < 1 || *users > static_cast<std::int64_t>(kUsersMax)) return false;
  pattern.users = static_cast<std::uint32_t>(*users);
  return true;
}

bool read_levels(const toml::node& node, ArrivalPattern& pattern) {
  auto levels = levels_of(&node);
  if (!levels) return false;
  pattern.levels = std::move(*levels);
  return true;
}

bool read_burst(const toml::node& node, ArrivalPattern& pattern) {
  const auto burst = share_of(&node);
  if (!burst) return false;
  pattern.burst = *burst;
  return true;
}

std::string users_text(const ArrivalPattern& pattern) {
  return pattern.users == 0 ? "none" : fmt::format("{}", pattern.users);
}

template <auto Member>
std::string write_time(const ArrivalPattern& pattern) {
  return toml_duration(pattern.*Member);
}

template <auto Member>
std::string write_text(const ArrivalPattern& pattern) {
  return toml_quoted(pattern.file.*Member);
}

using P = ArrivalPattern;
const std::array<ShapeKey, 11> kShapeKeys{{
    {ArrivalShape::front_loaded, "mean", &read_positive_time<&P::mean>, &write_time<&P::mean>},
    {ArrivalShape::ramp, "from", &read_rate<&P::from>,
     [](const P& pattern) { return fmt::format("{}", pattern.from); }},
    {ArrivalShape::ramp, "to", &read_rate<&P::to>,
     [](const P& pattern) { return fmt::format("{}", pattern.to); }},
    {ArrivalShape::steps, "levels", &read_levels,
     [](const P& pattern) { return format_levels(pattern.levels); }},
    {ArrivalShape::spike, "burst", &read_burst,
     [](const P& pattern) { return fmt::format("{}", pattern.burst.of_one); }},
    {ArrivalShape::spike, "at", &read_time<&P::at>, &write_time<&P::at>},
    {ArrivalShape::spike, "width", &read_positive_time<&P::width>, &write_time<&P::width>},
    {ArrivalShape::trace, "file", &read_text<&TimeFile::path>, &write_text<&TimeFile::path>},
    {ArrivalShape::trace, "column", &read_text<&TimeFile::column>, &write_text<&TimeFile::column>},
    {ArrivalShape::closed, "users", &read_users,
     [](const P& pattern) { return users_text(pattern); }},
    {ArrivalShape::closed, "think", &read_time<&P::think>, &write_time<&P::think>},
}};

/// Whether `key` with its value belongs into a stage of this shape; takes the value in.
bool read_shape_key(std::string_view key, const toml::node& value, ArrivalPattern& pattern) {
  const auto* const row = std::ranges::find(kShapeKeys, key, &ShapeKey::name);
  return row != kShapeKeys.end() && row->shape == pattern.shape && row->read(value, pattern);
}

std::optional<ArrivalStage> stage_of(const toml::node& node) {
  const toml::table* const table = node.as_table();
  if (table == nullptr) return std::nullopt;
  const auto name = (*table)["shape"].value_exact<std::string>();
  const auto shape = name ? shape_named(*name) : std::nullopt;
  const auto share = share_of(table->get("share"));
  if (!shape || !share) return std::nullopt;
  ArrivalStage stage;
  stage.pattern.shape = *shape;
  stage.share = *share;
  for (const auto& [key, value] : *table) {
    if (key == "shape" || key == "share") continue;
    if (key != "for") {
      if (!read_shape_key(key.str(), value, stage.pattern)) return std::nullopt;
      continue;
    }
    stage.length = duration_of(&value);
    if (!stage.length || *stage.length < kTimeMin || *stage.length > kTimeMax) return std::nullopt;
  }
  return stage;
}

std::string format_stage(const ArrivalStage& stage) {
  std::string text = fmt::format("{{ shape = \"{}\"", row_of(stage.pattern.shape).name);
  if (stage.length) text += fmt::format(", for = {}", toml_duration(*stage.length));
  text += fmt::format(", share = {}", stage.share.of_one);
  for (const ShapeKey& key : kShapeKeys) {
    if (key.shape != stage.pattern.shape) continue;
    text += fmt::format(", {} = {}", key.name, key.write(stage.pattern));
  }
  return text + " }";
}

/// What is wrong with one pattern within `window`; `where` is the key that holds it.
void check_pattern(const std::string& where, const ArrivalPattern& pattern, Duration window,
                   std::vector<Problem>& problems) {
  if (pattern.shape == ArrivalShape::ramp && pattern.from + pattern.to <= 0) {
    problems.push_back({where, "a ramp from 0 to 0 has no clicks: expected a rate above 0"});
  }
  const auto positive = [](double level) { return level > 0; };
  if (pattern.shape == ArrivalShape::steps && std::ranges::none_of(pattern.levels, positive)) {
    problems.push_back({where, "steps that are all 0 have no clicks: expected a level above 0"});
  }
  if (pattern.shape == ArrivalShape::spike && pattern.at + pattern.width > window) {
    problems.push_back(
        {where, fmt::format("the burst ends after {}, the time there is for it is {}",
                            format_duration(pattern.at + pattern.width), format_duration(window))});
  }
  if (pattern.shape == ArrivalShape::trace && pattern.file.path.empty()) {
    problems.push_back({where, "a trace needs its file: set the key 'file'"});
  }
}

/// What is wrong with the keys of a closed loop among `users`, or with one of them without it.
void check_loop(const std::string& prefix, const Arrivals& arrivals, std::uint32_t users,
                std::vector<Problem>& problems) {
  const ArrivalPattern& pattern = arrivals.pattern;
  const std::string users_key = prefix + ".users";
  if (pattern.shape != ArrivalShape::closed) {
    const auto refuse = [&](const std::string& key, const std::string& value) {
      problems.push_back({key, fmt::format("{} belongs to the shape closed, and {}.shape is {}",
                                           value, prefix, row_of(pattern.shape).name)});
    };
    if (pattern.users != 0) refuse(users_key, users_text(pattern));
    if (pattern.think > 0ns) refuse(prefix + ".think", format_duration(pattern.think));
    return;
  }
  if (!arrivals.stages.empty()) {
    problems.push_back({prefix + ".stages", "a closed loop has no stages: set another shape"});
  }
  if (pattern.users == 0) {
    problems.push_back({users_key, fmt::format("a closed loop needs it: expected how many users "
                                               "are in the loop at once, 1 to {}",
                                               format_count(users))});
  } else if (pattern.users > users) {
    problems.push_back({users_key, fmt::format("{} is more than population.users, {}",
                                               format_count(pattern.users), format_count(users))});
  }
}

void check_stages(const std::string& where, const std::vector<ArrivalStage>& stages,
                  Duration window, std::vector<Problem>& problems) {
  double share = 0;
  Duration begin{};
  for (std::size_t number = 0; number < stages.size(); ++number) {
    const ArrivalStage& stage = stages[number];
    const std::string name = fmt::format("{}, stage {}", where, number + 1);
    const Duration length = stage.length.value_or(window - begin);
    if (!stage.length && number + 1 < stages.size()) {
      problems.push_back({name, "it does not say for how long: only the last one may do so"});
    }
    if (length <= Duration::zero()) {
      problems.push_back(
          {name, fmt::format("nothing is left for it of {}", format_duration(window))});
    }
    check_pattern(name, stage.pattern, length, problems);
    if (stage.pattern.shape == ArrivalShape::closed) {
      problems.push_back({name, "a closed loop cannot be a stage: it takes a phase for itself"});
    }
    begin += length;
    share += stage.share.of_one;
  }
  if (begin > window) {
    problems.push_back(
        {where, fmt::format("the stages last for {}, the time there is for them is {}",
                            format_duration(begin), format_duration(window))});
  }
  if (std::abs(share - 1) > 1e-9) {
    problems.push_back({where, fmt::format("the shares add up to {}: expected 1 (100%)", share)});
  }
}

/// A number, or none at all.
void add_loop_users(OptionTable& keys, const std::string& key, std::uint32_t& users) {
  OptionTable number;
  number.add({key, "", ""}, users, Between<std::uint32_t>{1, kUsersMax});
  const OptionTable::Row row = number.rows().front();
  keys.add_custom(
      {key, "N", "Users in the loop of closed at once"},
      [&users] { return users == 0 ? std::string("none") : std::to_string(users); },
      [row, &users](std::string_view text) -> std::expected<void, std::string> {
        if (text == "none") {
          users = 0;
        } else if (!row.assign(text)) {
          return std::unexpected(row.accepted + ", or none");
        }
        return {};
      });
}

}  // namespace

std::expected<std::vector<ArrivalStage>, std::string> parse_stages(std::string_view text) {
  const auto expression = TomlExpression::parse(text);
  const toml::array* const list = expression ? expression->value().as_array() : nullptr;
  if (list == nullptr || list->size() > kStagesMax) {
    return std::unexpected(std::string(kStagesForm));
  }
  std::vector<ArrivalStage> stages;
  for (const toml::node& node : *list) {
    auto stage = stage_of(node);
    if (!stage) return std::unexpected(std::string(kStagesForm));
    stages.push_back(std::move(*stage));
  }
  return stages;
}

std::string format_stages(const std::vector<ArrivalStage>& stages) {
  std::vector<std::string> rows;
  for (const ArrivalStage& stage : stages) rows.push_back(format_stage(stage));
  return fmt::format("[{}]", fmt::join(rows, ", "));
}

void add_arrivals(OptionTable& keys, const std::string& prefix, Arrivals& arrivals) {
  ArrivalPattern& pattern = arrivals.pattern;
  const auto key = [&prefix](const char* name) { return prefix + "." + name; };
  std::vector<std::pair<std::string, ArrivalShape>> shapes;
  for (const ArrivalShapeRow& row : arrival_shapes()) shapes.emplace_back(row.name, row.shape);
  keys.add_choice({key("shape"), "SHAPE", "How clicks spread over the window"}, pattern.shape,
                  std::move(shapes));
  keys.add({key("mean"), "TIME", "Mean of front_loaded, after the opening"}, pattern.mean,
           {kTimeMin, kTimeMax});
  keys.add({key("from"), "RATE", "Rate of ramp at the opening, against `to`"}, pattern.from,
           Between<double>{0, kRateMax});
  keys.add({key("to"), "RATE", "Rate of ramp at the close, against `from`"}, pattern.to,
           Between<double>{0, kRateMax});
  keys.add_custom(
      {key("levels"), "LIST", "Rates of steps against each other, each for the same time"},
      [&pattern] { return format_levels(pattern.levels); },
      [&pattern](std::string_view text) -> std::expected<void, std::string> {
        const auto expression = TomlExpression::parse(text);
        auto levels = expression ? levels_of(&expression->value()) : std::nullopt;
        if (!levels) return std::unexpected(std::string(kLevelsForm));
        pattern.levels = std::move(*levels);
        return {};
      });
  keys.add({key("burst"), "SHARE", "Users in the burst of spike"}, pattern.burst,
           {Share{0}, Share{1}});
  keys.add({key("at"), "TIME", "When that burst begins, after the opening"}, pattern.at,
           {0ms, kTimeMax});
  keys.add({key("width"), "TIME", "How long that burst lasts"}, pattern.width,
           {kTimeMin, kTimeMax});
  keys.add({key("file"), "FILE", "Times of trace after the opening, one a line"},
           pattern.file.path);
  keys.add({key("column"), "NAME", "Column of that file, if it is CSV with a header"},
           pattern.file.column);
  add_loop_users(keys, key("users"), pattern.users);
  keys.add({key("think"), "TIME", "From an answer to the click of the next user of closed"},
           pattern.think, {0ms, kTimeMax});
  keys.add_custom(
      {key("stages"), "LIST", "Several shapes one after the other, instead of one"},
      [&arrivals] { return format_stages(arrivals.stages); },
      [&arrivals](std::string_view text) -> std::expected<void, std::string> {
        auto stages = parse_stages(text);
        if (!stages) return std::unexpected(stages.error());
        arrivals.stages = std::move(*stages);
        return {};
      });
}

std::vector<Problem> read_traces(Arrivals& arrivals, const std::filesystem::path& folder,
                                 Duration longest) {
  std::vector<Problem> problems;
  const auto read = [&](ArrivalPattern& pattern, Duration window) {
    if (pattern.shape != ArrivalShape::trace || pattern.file.path.empty()) return;
    auto file = read_times(pattern.file, folder, window);
    if (file) {
      pattern.file = std::move(*file);
    } else {
      problems.insert(problems.end(), file.error().begin(), file.error().end());
    }
  };
  if (arrivals.stages.empty()) read(arrivals.pattern, longest);
  for (ArrivalStage& stage : arrivals.stages) {
    read(stage.pattern, stage.length.value_or(longest));
  }
  return problems;
}

std::vector<Problem> contradictions(const std::string& prefix, const Arrivals& arrivals,
                                    Duration window, std::uint32_t users) {
  std::vector<Problem> problems;
  check_loop(prefix, arrivals, users, problems);
  if (arrivals.stages.empty()) {
    check_pattern(prefix, arrivals.pattern, window, problems);
  } else {
    check_stages(prefix + ".stages", arrivals.stages, window, problems);
  }
  return problems;
}

std::optional<std::uint32_t> smallest_loop(const Scenario& scenario) {
  std::optional<std::uint32_t> smallest;
  const auto offer = [&smallest](const Arrivals& arrivals) {
    if (!arrivals.is_closed()) return;
    smallest = std::min(smallest.value_or(arrivals.pattern.users), arrivals.pattern.users);
  };
  if (scenario.takes_reservations()) offer(scenario.reserve_arrivals);
  offer(scenario.arrivals);
  return smallest;
}

}  // namespace fairrush::loadgen
