#include "cli/conclusion.hpp"

#include "analysis/assessment.hpp"
#include "analysis/run/directory.hpp"
#include "cli/arguments.hpp"
#include "cli/run_files.hpp"

namespace fairrush::cli {

ExitCode conclude_run(const std::filesystem::path& directory, analysis::RunFacts facts,
                      OutputOptions output, std::vector<FinishedRun>& finished, LiveView& view) {
  const auto fail = [&view](const std::string& why) {
    view.give_up(why, ExitCode::usage);
    return refuse(why);
  };
  auto evidence = analysis::load_evidence({directory}, std::move(facts));
  if (!evidence) return fail(evidence.error());
  const analysis::Assessment assessment = analysis::assess(*evidence);
  const reports::ReportInput input{evidence->facts, assessment, evidence->history};
  const auto report = write_reports(input, directory);
  if (!report) return fail(report.error());
  view.judge(input, *report, exit_code_of(evidence->facts, assessment));
  print_verdict(input, *report, output);
  finished.push_back({evidence->facts.scenario, assessment.verdict, assessment.fairness});
  return exit_code_of(evidence->facts, assessment);
}

}  // namespace fairrush::cli
