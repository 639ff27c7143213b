#include "cli/conclusion.hpp"

#include "analysis/assessment.hpp"
#include "analysis/run/directory.hpp"
#include "cli/arguments.hpp"
#include "cli/run_files.hpp"

namespace fairrush::cli {

ExitCode conclude_run(const std::filesystem::path& directory, analysis::RunFacts facts,
                      OutputOptions output, std::vector<FinishedRun>& finished) {
  auto evidence = analysis::load_evidence({directory}, std::move(facts));
  if (!evidence) return refuse(evidence.error());
  const analysis::Assessment assessment = analysis::assess(*evidence);
  const reports::ReportInput input{evidence->facts, assessment, evidence->history};
  const auto report = write_reports(input, directory);
  if (!report) return refuse(report.error());
  print_verdict(input, *report, output);
  finished.push_back({evidence->facts.scenario, assessment.verdict, assessment.fairness});
  return exit_code_of(evidence->facts, assessment);
}

}  // namespace fairrush::cli
