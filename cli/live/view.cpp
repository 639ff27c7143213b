#include "cli/live/view.hpp"

#include "cli/live/address.hpp"
#include "reports/text/words.hpp"

namespace fairrush::cli {

void LiveView::add_option(OptionTable& table, std::optional<asio::ip::tcp::endpoint>& endpoint) {
  table.add_custom(
      {"live", "[HOST]:PORT",
       "Show the run on a web page as it goes, and to Prometheus (/metrics)"},
      [&endpoint] { return endpoint ? authority_of(*endpoint) : std::string(); },
      [&endpoint](std::string_view text) -> std::expected<void, std::string> {
        const auto parsed = parse_live_address(text);
        if (!parsed) return std::unexpected(parsed.error());
        endpoint = *parsed;
        return {};
      });
}

std::expected<LiveView, Problem> LiveView::start(
    const std::optional<asio::ip::tcp::endpoint>& endpoint) {
  LiveView view;
  if (!endpoint) return view;
  auto server = LiveServer::start(*endpoint);
  if (!server) return std::unexpected(Problem{"--live", server.error()});
  view.server_ = std::move(*server);
  return view;
}

void LiveView::open(const loadgen::Scenario& scenario) {
  if (!server_) return;
  RunOpening opening{.scenario = scenario.name, .question = scenario.question, .cohorts = {}};
  for (const loadgen::Cohort& cohort : scenario.cohorts) opening.cohorts.push_back(cohort.name);
  server_->open(std::move(opening));
}

void LiveView::show(const loadgen::Progress& progress) {
  if (server_) server_->show(progress);
}

void LiveView::note(const std::string& what) {
  if (server_) server_->note(what);
}

void LiveView::judge(const reports::ReportInput& input, const std::filesystem::path& report,
                     ExitCode exit_code) {
  if (!server_) return;
  const reports::VerdictWords words = reports::describe_verdict(input);
  server_->end({.verdict = words.word,
                .tone = words.tone,
                .headline = words.headline,
                .exit_code = exit_code,
                .report = std::filesystem::absolute(report).lexically_normal().string()});
}

void LiveView::give_up(const std::string& why, ExitCode exit_code) {
  if (!server_) return;
  server_->end({.verdict = {},
                .tone = reports::Tone::open,
                .headline = why,
                .exit_code = exit_code,
                .report = {}});
}

}  // namespace fairrush::cli
