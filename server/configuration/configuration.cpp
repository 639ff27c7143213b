#include "server/configuration/configuration.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "server/configuration/layers.hpp"

namespace fairrush::server {
namespace {

Layer layer_of(SplitCommandLine split) {
  Layer layer;
  layer.problems = std::move(split.problems);
  for (GivenOption& given : split.given) {
    std::string source = "--" + given.name;
    layer.assignments.push_back({std::move(given.name), std::move(given.value), std::move(source)});
  }
  return layer;
}

/// The last value that the layers give an option; null when none does.
const Assignment* last_of(std::string_view option, const std::vector<const Layer*>& layers) {
  const Assignment* last = nullptr;
  for (const Layer* const layer : layers) {
    for (const Assignment& one : layer->assignments) {
      if (one.option == option) last = &one;
    }
  }
  return last;
}

/// Puts layers into a table, the later over the earlier.
class Stack {
 public:
  explicit Stack(OptionTable& table) : table_(table) {}

  void put(const Layer& layer) {
    std::set<std::string_view> begun;  // a list is replaced by a later one, not made longer
    for (const Assignment& one : layer.assignments) {
      const OptionTable::Row& row = *table_.find(one.option);
      if (row.repeatable && begun.insert(one.option).second) row.clear();
      put(one);
    }
    problems_.insert(problems_.end(), layer.problems.begin(), layer.problems.end());
  }

  Sources take_sources() { return std::move(sources_); }
  std::vector<Problem> take_problems() { return std::move(problems_); }

 private:
  void put(const Assignment& one) {
    if (const auto assigned = table_.assign(one.option, one.value); assigned) {
      sources_.insert_or_assign(one.option, one.source);
      return;
    } else {
      const bool said = one.source == "--" + one.option;
      problems_.push_back(
          {said ? one.source : fmt::format("{}: {}", one.source, one.option), assigned.error()});
    }
  }

  OptionTable& table_;
  Sources sources_;
  std::vector<Problem> problems_;
};

}  // namespace

std::vector<std::string> environment_of_process() {
  std::vector<std::string> entries;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    entries.emplace_back(*entry);
  }
  return entries;
}

std::expected<Configuration, std::vector<Problem>> configure(
    const ProgramInfo& program, OptionTable& table, const Surroundings& given,
    const std::function<std::vector<Problem>()>& check) {
  SplitCommandLine split = split_command_line(program, table, given.arguments);
  if (split.line.help) return Configuration{.help = std::move(split.line.help)};
  const Layer arguments = layer_of(std::move(split));
  Layer environment = read_environment(table, given.environment);
  Layer file;
  if (const auto* const named = last_of(kConfigOption, {&environment, &arguments})) {
    file = read_file(table, named->value);
  }
  Stack stack(table);
  for (const Layer* const layer : {&std::as_const(file), &std::as_const(environment), &arguments}) {
    stack.put(*layer);
  }
  std::vector<Problem> problems = stack.take_problems();
  if (problems.empty()) problems = check();
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return Configuration{
      .help = {}, .sources = stack.take_sources(), .ignored = std::move(environment.ignored)};
}

}  // namespace fairrush::server
