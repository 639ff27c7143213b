#include "analysis/merge/merge.hpp"

#include "cli/arguments.hpp"
#include "cli/conclusion.hpp"
#include "cli/run_files.hpp"
#include "cli/subcommand.hpp"

namespace fairrush::cli {
namespace {

struct MergeOptions {
  std::optional<std::string> out;
  bool partial = false;
  OutputOptions output;
};

OptionTable merge_option_table(MergeOptions& options) {
  OptionTable table;
  table.add({"out", "DIR", "Directory of the merged run, new or empty (runs/merged-TIME)"},
            options.out);
  table.add_flag({"partial", "", "Merge without shards that died; the run is then not known"},
                 options.partial);
  table.add_flag({"quiet", "", "No summary: the exit code alone"}, options.output.quiet);
  table.add_flag({"json", "", "One JSON line instead of the summary"}, options.output.json);
  return table;
}

}  // namespace

ExitCode merge_main(std::vector<std::string> arguments) {
  MergeOptions options;
  OptionTable table = merge_option_table(options);
  const auto directories = read_arguments(
      {.name = "fairrush merge",
       .purpose = "Make one run of its shards (fairrush run --shard i/n), verify it, report it.",
       .positionals_hint = "RUN…",
       .positionals_min = 1,
       .positionals_max = analysis::kShardsMax},
      table, std::move(arguments));
  if (!directories) return directories.error();
  const auto out = make_run_directory(options.out, "merged");
  if (!out) return refuse(out.error());
  std::vector<analysis::RunDirectory> shards;
  for (const std::string& directory : *directories) shards.push_back({directory});
  using analysis::Completeness;
  auto merged = analysis::merge_runs(shards, {*out},
                                     options.partial ? Completeness::partial : Completeness::whole);
  if (!merged) {
    std::filesystem::remove_all(*out);  // so that the same --out can be used again
    for (const std::string& problem : merged.error()) refuse(problem);
    return ExitCode::usage;
  }
  std::vector<FinishedRun> finished;
  LiveView nobody;
  return conclude_run(*out, std::move(*merged), options.output, finished, nobody);
}

}  // namespace fairrush::cli
