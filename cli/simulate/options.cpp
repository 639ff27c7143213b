#include "cli/simulate/options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ranges>

namespace fairrush::cli {
namespace {

using loadgen::DurationModel;
using loadgen::ServiceModel;

constexpr unsigned kThreadsMax = 1024;
constexpr Duration kStretchMin = std::chrono::milliseconds(1);
constexpr Duration kStretchMax = std::chrono::hours(24);

void add_model(OptionTable& table, OptionInfo info, DurationModel& model) {
  table.add_custom(
      std::move(info), [&model] { return model.text(); },
      [&model](std::string_view text) -> std::expected<void, std::string> {
        const auto parsed = DurationModel::parse(text);
        if (!parsed) return std::unexpected(parsed.error());
        model = *parsed;
        return {};
      });
}

void add_stretch(OptionTable& table, OptionInfo info, std::optional<Duration>& stretch) {
  const auto accepted = fmt::format("a duration of {} to {}", format_duration(kStretchMin),
                                    format_duration(kStretchMax));
  table.add_custom(
      std::move(info), [&stretch] { return stretch ? format_duration(*stretch) : std::string(); },
      [&stretch, accepted](std::string_view text) -> std::expected<void, std::string> {
        const auto parsed = parse_duration(text);
        if (!parsed || *parsed < kStretchMin || *parsed > kStretchMax) {
          return std::unexpected(accepted);
        }
        stretch = *parsed;
        return {};
      });
}

void add_designs(OptionTable& table, std::vector<std::string>& designs) {
  table.add_custom(
      {"designs", "A,B,…", "Compare these designs, instead of the scenario's own"},
      [&designs] { return fmt::format("{}", fmt::join(designs, ",")); },
      [&designs](std::string_view text) -> std::expected<void, std::string> {
        const std::vector<std::string> known = design_names();
        std::vector<std::string> named;
        for (const auto part : std::views::split(text, ',')) {
          std::string name(part.begin(), part.end());
          const bool again = std::ranges::find(named, name) != named.end();
          if (again || std::ranges::find(known, name) == known.end()) {
            return std::unexpected(
                fmt::format("different ones of {}, with commas", fmt::join(known, ", ")));
          }
          named.push_back(std::move(name));
        }
        designs = std::move(named);
        return {};
      });
}

void add_fault(OptionTable& table, std::optional<std::string>& fault) {
  table.add_custom(
      {"fault", "NAME", "Switch on an unfairness on purpose, to see it found"},
      [&fault] { return fault.value_or(""); },
      [&fault](std::string_view text) -> std::expected<void, std::string> {
        const std::vector<std::string> known = fault_names();
        if (std::ranges::find(known, text) == known.end()) {
          return std::unexpected(fmt::format("one of {}", fmt::join(known, ", ")));
        }
        fault = std::string(text);
        return {};
      });
}

/// Why the case cannot be simulated; unset when it can.
std::optional<Problem> problem_of(const SimulateOptions& options, const loadgen::Scenario& scenario,
                                  const std::string& design) {
  const std::vector<std::string> known = design_names();
  if (std::ranges::find(known, design) == known.end()) {
    return Problem{
        scenario.name,
        fmt::format("target.builtin.design: '{}' runs on a store of its own and cannot be "
                    "simulated: expected one of {}",
                    design, fmt::join(known, ", "))};
  }
  const auto& fault = options.service.fault;
  if (fault && !fault_fits(*fault, design)) {
    return Problem{"--fault", fmt::format("'{}' makes no sense under {}", *fault, design)};
  }
  if (scenario.builtin.fault != "none") {
    return Problem{scenario.name,
                   fmt::format("target.builtin.fault: '{}' is for a server's process; --fault NAME "
                               "switches on those that can be simulated",
                               scenario.builtin.fault)};
  }
  if (scenario.url && options.designs.empty()) {
    return Problem{scenario.name,
                   "target.url: a running service cannot be simulated: name what "
                   "to simulate with --designs"};
  }
  for (const auto& [key, arrivals] : {std::pair("arrivals", &scenario.arrivals),
                                      std::pair("arrivals.reserve", &scenario.reserve_arrivals)}) {
    if (!arrivals->is_closed()) continue;
    return Problem{
        scenario.name,
        fmt::format("{0}.shape: a closed loop is not simulated: all clicks of a simulated "
                    "round are known before it begins: name another shape with --set "
                    "{0}.shape=SHAPE --set {0}.users=none",
                    key)};
  }
  if (!scenario.takes_reservations()) {
    return Problem{scenario.name,
                   "event.reserve: the designs take reservations, and 'none' is said: name a "
                   "length with --set event.reserve=TIME"};
  }
  return std::nullopt;
}

/// An option for one design, and whether it was given.
struct DesignOption {
  bool given = false;
  std::string_view name;
  std::string_view design;
};

/// What was asked for and would change nothing in any case.
std::vector<Problem> idle_options(const SimulateOptions& options,
                                  const std::vector<SimulationCase>& cases) {
  const SimulatedService& asked = options.service;
  const DesignOption kinds[] = {{asked.no_show != NoShow::hold, "--no-show", "sealed-draw"},
                                {asked.batch.has_value(), "--batch", "batch-draw"},
                                {asked.waiting_room.has_value(), "--waiting-room", "waiting-room"}};
  std::vector<Problem> problems;
  for (const DesignOption& option : kinds) {
    if (!option.given) continue;
    const bool named = std::ranges::any_of(cases, [&option](const SimulationCase& one) {
      return one.service.design == option.design;
    });
    if (!named) {
      problems.push_back(
          {std::string(option.name),
           fmt::format("changes {} alone: expected it among the designs", option.design)});
    } else if (asked.fault) {
      problems.push_back({std::string(option.name),
                          fmt::format("changes nothing under --fault {}, which decides in the "
                                      "design's place: expected one of the two",
                                      *asked.fault)});
    }
  }
  if (!asked.release_after) return problems;
  if (asked.no_show != NoShow::release) {
    problems.push_back({"--release-after", "expected --no-show release with it"});
  }
  for (const SimulationCase& one : cases) {
    if (*asked.release_after < one.scenario.rush) continue;
    problems.push_back({"--release-after",
                        fmt::format("'{}' is not accepted: expected less than the rush of {}, {}",
                                    format_duration(*asked.release_after), one.scenario.name,
                                    format_duration(one.scenario.rush))});
    break;
  }
  return problems;
}

}  // namespace

OptionTable simulate_option_table(SimulateOptions& options) {
  OptionTable table;
  add_scenario_options(table, options.changes);
  add_designs(table, options.designs);
  ServiceModel& model = options.settings.model;
  table.add({"workers", "K", "Requests in service at once"}, model.workers,
            Between<std::uint32_t>{1, ServiceModel::kWorkersMax});
  add_model(table, {"service-time", "TIME", "How long a request is in service"}, model.service);
  add_model(table, {"jitter", "TIME", "Of every way, beside the cohort's delay"}, model.jitter);
  SimulatedService& service = options.service;
  table.add_choice(
      {"no-show", "POLICY", "What sealed-draw does with what nobody claims"}, service.no_show,
      {{"hold", NoShow::hold}, {"second-draw", NoShow::second_draw}, {"release", NoShow::release}});
  add_fault(table, service.fault);
  add_stretch(table, {"release-after", "TIME", "When release begins, after the opening (half-way)"},
              service.release_after);
  add_stretch(table, {"batch", "TIME", "Window of batch-draw (the server's default)"},
              service.batch);
  add_stretch(table,
              {"waiting-room", "TIME", "First stretch of waiting-room (the server's default)"},
              service.waiting_room);
  table.add_choice({"records", "WHICH",
                    "Rounds whose attempts are kept and checked; by-size: all up to 20 million "
                    "attempts, else the first"},
                   options.settings.records,
                   {{"by-size", RecordPolicy::by_size},
                    {"all", RecordPolicy::all},
                    {"first", RecordPolicy::first},
                    {"none", RecordPolicy::none}});
  table.add({"threads", "T", "Threads; 0 is one a core. The results are the same"}, options.threads,
            Between<unsigned>{0, kThreadsMax});
  table.add({"out", "DIR", "New or empty directory for what it leaves (runs/SCENARIO-TIME)"},
            options.out);
  table.add_flag({"quiet", "", "No progress and no summary: the exit code alone"},
                 options.output.quiet);
  table.add_flag({"json", "", "One JSON line a design instead of the summary"},
                 options.output.json);
  return table;
}

std::expected<std::vector<SimulationCase>, std::vector<Problem>> simulation_cases(
    const SimulateOptions& options, const std::vector<std::string>& files) {
  auto overrides = overrides_of(options.changes);
  if (!overrides) return std::unexpected(std::move(overrides.error()));
  std::vector<SimulationCase> cases;
  std::vector<Problem> problems;
  // Designs are named to the scenarios, so that each directory's scenario.toml gives its run again.
  const auto load = [&](const Overrides& of_design, const std::string& design) {
    auto scenarios = load_scenarios(files, of_design);
    if (!scenarios) {
      problems = std::move(scenarios.error());
      return;
    }
    for (loadgen::Scenario& scenario : *scenarios) {
      SimulatedService service = options.service;
      service.design = design.empty() ? scenario.builtin.design : design;
      if (auto problem = problem_of(options, scenario, service.design)) {
        problems.push_back(std::move(*problem));
      }
      if (!service.release_after) service.release_after = scenario.rush / 2;
      if (service.design != "sealed-draw") service.no_show = NoShow::hold;
      const std::string label =
          files.size() > 1 ? fmt::format("{} {}", scenario.name, service.design) : service.design;
      cases.push_back({std::move(scenario), std::move(service), label});
    }
  };
  if (options.designs.empty()) load(*overrides, "");
  for (const std::string& design : options.designs) {
    Overrides of_design = *overrides;
    of_design.emplace_back("target.builtin.design", design);
    load(of_design, design);
    if (!problems.empty()) break;
  }
  if (problems.empty()) problems = idle_options(options, cases);
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return cases;
}

}  // namespace fairrush::cli
